# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Kosmos-2 as others trained it, from the model hub or a local folder."""

from __future__ import annotations

from pathlib import Path

from huggingface_hub import get_hf_file_metadata, hf_hub_url, try_to_load_from_cache
from safetensors import SafetensorError
import torch
from transformers import Kosmos2Config, Kosmos2Model
from transformers.utils import cached_file, CONFIG_NAME, logging

from ..errors import ConfigError
from .prompt_tokenizer import TOKENIZER_FILE, with_tags

HUB_TIMEOUT = 5.0
"""For the hub's first answer [s]."""


def read_config(source: str) -> Kosmos2Config:
    """
    Read the shape of a pretrained Kosmos-2.

    :param source: name on the model hub, or a local folder
    :raises ConfigError: if it cannot be reached or is another model
    """
    _check_reachable(source)
    try:
        values, _ = Kosmos2Config.get_config_dict(source)
    except (OSError, ValueError) as error:
        raise _unreachable(source, error) from error
    if 'model_type' not in values:
        raise _unreachable(source, FileNotFoundError('it holds no config.json of a model'))
    if values['model_type'] != Kosmos2Config.model_type:
        raise ConfigError(
            f'pretrained "{source}" is a model of type "{values["model_type"]}", '
            f'expected "{Kosmos2Config.model_type}"'
        )
    return Kosmos2Config.from_dict(values)


def read_tokenizer(source: str) -> bytes:
    """
    Read the tokenizer.json of a pretrained Kosmos-2, with the processor's tokens in it.

    :param source: name on the model hub, or a local folder
    :raises ConfigError: if it cannot be reached
    """
    try:
        return with_tags(Path(cached_file(source, TOKENIZER_FILE)).read_bytes())
    except OSError as error:
        raise ConfigError(
            f'pretrained "{source}" has no readable {TOKENIZER_FILE}: save the tokenizer beside '
            f'the weights, as AutoProcessor.save_pretrained does'
        ) from error


def read_weights(source: str, config: Kosmos2Config, dtype: torch.dtype) -> Kosmos2Model:
    """
    Read a pretrained Kosmos-2 without its language head.

    :param source: name on the model hub, or a local folder
    :param dtype: what the weights are turned into, whatever they are stored as
    :raises ConfigError: if it cannot be reached, or a weight is missing
    """
    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()  # a saved language head is not used, and that is meant
    try:
        backbone, report = Kosmos2Model.from_pretrained(
            source, config=config, dtype=dtype, output_loading_info=True
        )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise _unreachable(source, error) from error
    finally:
        logging.set_verbosity(verbosity)
    missing = sorted(report['missing_keys'])
    if missing:
        raise ConfigError(
            f'pretrained "{source}" lacks {len(missing)} weights of Kosmos-2, such as '
            f'{missing[0]}: the model is incomplete or another one'
        )
    return backbone


def _check_reachable(source: str) -> None:
    """
    Ask the hub once and shortly: the libraries retry for more than a minute, and tell of it.

    :raises ConfigError: if it does not give the model, and none was downloaded before
    """
    if Path(source).is_dir():
        return
    try:
        if isinstance(try_to_load_from_cache(source, CONFIG_NAME), str):
            return
        get_hf_file_metadata(hf_hub_url(source, CONFIG_NAME), timeout=HUB_TIMEOUT)
    except Exception as error:  # of whichever HTTP library this version of the hub uses
        raise _unreachable(source, error) from error


def _unreachable(source: str, error: Exception) -> ConfigError:
    reason = ' '.join(str(error).split()).split('. ')[0]
    if Path(source).is_dir():
        return ConfigError(f'pretrained folder "{source}" cannot be used: {reason}')
    return ConfigError(
        f'pretrained "{source}" is neither a local folder nor a model that the hub gives now: '
        f'{reason}; download it on a machine with network and give its folder'
    )
