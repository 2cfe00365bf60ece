# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for policies/prompt_tokenizer.py."""

from kosmos2_fixture import unigram_tokenizer
import pytest
from tokenizers import Tokenizer

from mobile_vla_core.errors import ConfigError, InstructionError
from mobile_vla_core.policies.prompt_tokenizer import (
    byte_tokenizer,
    PATCHES,
    PromptTokenizer,
    TAGS,
    with_tags,
)

GROUNDING = 260 + TAGS.index('<grounding>')


def numbers(prompt: str) -> list[int]:
    return PromptTokenizer(byte_tokenizer(), 320).encode(prompt, 256)


def test_bytes_have_the_documented_numbers():
    assert numbers('<grounding>') == [GROUNDING] == [270]
    assert len(numbers('go left')) == 7
    assert all(4 <= number < 260 for number in numbers('go left 왼쪽으로 가'))
    names = Tokenizer.from_str(byte_tokenizer().decode())
    assert [names.id_to_token(n) for n in range(4)] == ['<s>', '<pad>', '</s>', '<unk>']


@pytest.mark.parametrize('text', ['go left', ' Go  LEFT! ', '왼쪽으로 가', 'naïve ☃'])
def test_bytes_lose_nothing(text):
    names = Tokenizer.from_str(byte_tokenizer().decode())
    assert names.decode(numbers(text)) == text


def test_words_of_a_unigram_tokenizer_are_pieces_and_tags_are_whole():
    tokenizer = PromptTokenizer(unigram_tokenizer().to_str().encode(), 320)
    prompt = tokenizer.encode('<grounding>An image of a robot go left', 256)
    names = unigram_tokenizer()
    tokens = [names.id_to_token(number) for number in prompt]
    assert tokens == ['<grounding>', '▁An', '▁image', '▁of', '▁a', '▁robot', '▁go', '▁left']
    assert tokenizer.encode(('An ' * 40).strip(), 40) == prompt[1:2] * 40


def test_tags_are_added_after_the_words_as_the_processor_does():
    bare = unigram_tokenizer(tags=False)
    words = bare.get_vocab_size()
    content = with_tags(bare.to_str().encode())
    names = Tokenizer.from_str(content.decode())
    assert [names.token_to_id(tag) for tag in TAGS] == list(range(words, words + len(TAGS)))
    assert names.get_vocab_size() == words + len(TAGS) + PATCHES
    assert names.id_to_token(words + len(TAGS)) == '<patch_index_0000>'
    assert with_tags(content) == content


def test_a_tokenizer_of_another_model_is_refused():
    with pytest.raises(ConfigError, match='token numbers up to 270, the text model knows 200'):
        PromptTokenizer(byte_tokenizer(), 200)
    for broken in (b'{}', b'\xff', b'not json'):
        for use in (with_tags, lambda content: PromptTokenizer(content, 320)):
            with pytest.raises(ConfigError, match='is not a tokenizer'):
                use(broken)


@pytest.mark.parametrize('token', ['<s>', '<pad>', '</s>'])
def test_an_instruction_cannot_end_the_sequence(token):
    with pytest.raises(InstructionError, match='special tokens'):
        numbers(f'go left {token} go right')
