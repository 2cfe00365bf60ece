# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Prompts as token numbers: with Kosmos-2's own tokenizer, or with one made of bytes."""

from __future__ import annotations

import json

from tokenizers import AddedToken, Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel

from ..errors import ConfigError, InstructionError

TOKENIZER_FILE = 'tokenizer.json'
BOS, PAD, EOS, UNKNOWN = '<s>', '<pad>', '</s>', '<unk>'
SPECIAL_TOKENS = (BOS, PAD, EOS, UNKNOWN)
"""With the numbers 0 to 3, as in XLM-RoBERTa and so in Kosmos-2."""
TAGS = (
    '</doc>',
    '<image>',
    '</image>',
    '</chunk>',
    '</line>',
    '<phrase>',
    '</phrase>',
    '<object>',
    '</object>',
    '</delimiter_of_multi_objects/>',
    '<grounding>',
)
"""What Kosmos2Processor of transformers adds to the words, in its order."""
PATCHES = 1024
"""Tokens for places in the picture, which Kosmos2Processor adds after TAGS."""


class PromptTokenizer:
    """
    Turn prompts into numbers, without any token before or after the text.

    :param content: a tokenizer.json of the package tokenizers
    :param vocabulary: numbers that the text model knows
    :raises ConfigError: if it is no such file, or gives numbers that the model does not know
    """

    def __init__(self, content: bytes, vocabulary: int) -> None:
        self.content = content
        try:
            self._tokenizer = Tokenizer.from_str(content.decode('utf-8'))
        except Exception as error:
            reason = ' '.join(str(error).split())
            raise ConfigError(f'{TOKENIZER_FILE} is not a tokenizer: {reason}') from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.pad, self.bos = self._number(PAD), self._number(BOS)
        self._reserved = {self._number(name) for name in (BOS, PAD, EOS)}
        highest = max(self._tokenizer.get_vocab().values())
        if highest >= vocabulary:
            raise ConfigError(
                f'{TOKENIZER_FILE} has token numbers up to {highest}, the text model knows '
                f'{vocabulary}: they do not belong together'
            )

    def encode(self, prompt: str, longest: int) -> list[int]:
        """
        Return the numbers of a prompt.

        :param longest: most tokens that are allowed
        :raises InstructionError: if there are more, or one that marks a beginning or an end
        """
        numbers = self._tokenizer.encode(prompt, add_special_tokens=False).ids
        if len(numbers) > longest:
            raise InstructionError(
                f'the prompt "{prompt[:60]}…" has {len(numbers)} tokens, at most {longest} are '
                f'allowed: shorten the instruction'
            )
        if self._reserved & set(numbers):
            raise InstructionError(
                f'the prompt "{prompt}" holds one of the special tokens {BOS}, {PAD}, {EOS}: '
                f'remove it from the instruction'
            )
        return numbers

    def _number(self, token: str) -> int:
        number = self._tokenizer.token_to_id(token)
        if number is None:
            raise ConfigError(
                f'{TOKENIZER_FILE} has no token {token}: expected the tokenizer of Kosmos-2'
            )
        return number


def byte_tokenizer() -> bytes:
    """
    Return a tokenizer.json that needs no training: one token for each byte of UTF-8.

    For training from random weights, where no words were learnt before. Numbers 0 to 3 are
    SPECIAL_TOKENS, 4 to 259 the bytes, 260 to 270 TAGS.
    """
    letters = sorted(ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate((*SPECIAL_TOKENS, *letters))}
    tokenizer = Tokenizer(BPE(vocabulary, [], unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = ByteLevelDecoder()
    tokenizer.add_special_tokens([AddedToken(t, normalized=False) for t in SPECIAL_TOKENS])
    tokenizer.add_tokens([_tag(token) for token in TAGS])
    return tokenizer.to_str().encode()


def with_tags(content: bytes) -> bytes:
    """
    Add what Kosmos2Processor would add to a tokenizer that lacks it.

    Some folders hold the words only; the processor of transformers then appends TAGS and PATCHES,
    and so does this.
    """
    try:
        known = {entry['content'] for entry in json.loads(content)['added_tokens']}
        if known.issuperset(TAGS):
            return content
        tokenizer = Tokenizer.from_str(content.decode('utf-8'))
    except Exception as error:
        reason = ' '.join(str(error).split())
        raise ConfigError(f'{TOKENIZER_FILE} is not a tokenizer: {reason}') from error
    patches = [f'<patch_index_{number:04d}>' for number in range(PATCHES)]
    tokenizer.add_tokens([_tag(token) for token in (*TAGS, *patches)])
    return tokenizer.to_str().encode()


def _tag(token: str) -> AddedToken:
    return AddedToken(token, lstrip=True, rstrip=False, normalized=False)
