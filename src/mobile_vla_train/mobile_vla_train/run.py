# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""One training run: a folder of episodes in, a run folder with checkpoints out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
import logging
from pathlib import Path
from typing import Any
import warnings

import lightning
from lightning.pytorch.loggers import TensorBoardLogger
import numpy as np
import torch
import yaml

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.episodes.folder import find_episodes
from mobile_vla_core.errors import ConfigError
from mobile_vla_core.images import Preprocessing
from mobile_vla_core.policies.architecture import build_network
from mobile_vla_core.policies.network import PolicyNetwork
from mobile_vla_core.policy_card import PolicyCard

from . import __version__
from .config import TrainConfig
from .data.augmentation import ClipAugmentation, trained_actions
from .data.cache import CachedEpisode, FrameCache, open_cache
from .data.dataset import ClipDataset, EpisodeDataset
from .data.loading import EpisodeLoading
from .data.picture_quality import recorded_quality
from .data.split import load_split, make_split, Split
from .learning.checkpoints import PolicyCheckpoints, STATE_FILE, TRAINER_STATE
from .learning.module import PolicyModule
from .progress import reading_progress, TrainingProgress
from .validation.baselines import BaselineReference
from .validation.figure_writing import FigureWriting

CACHE = 'cache'
CONFIG_FILE = 'config.yaml'
LOG_EVERY = 20
"""Steps from one point in TensorBoard to the next."""


class InterruptedRun(Exception):  # noqa: N818 - not an error
    """The user stopped the run."""


class TrainingRun:
    """
    Everything that a run is made of, in place before its first step.

    :param data: folder of episodes
    :param output: the run folder, created when absent
    :param cache: folder of the preprocessed frames; `<output>/cache` when None
    :raises MobileVlaError: if data or configuration cannot be used
    """

    def __init__(
        self, data: Path, output: Path, config: TrainConfig, cache: Path | None = None
    ) -> None:
        self.output = Path(output)
        self.config = config
        paths = find_episodes(data)
        quality = config.data.jpeg_quality or recorded_quality(paths, config.data.camera)
        preprocessing = Preprocessing(config.data.height, config.data.width, quality)
        if config.threads:
            torch.set_num_threads(config.threads)
        lightning.seed_everything(config.seed, verbose=False)
        network_settings = _network_settings(config)
        self.network = build_network(config.policy.architecture, network_settings)
        try:
            self.output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f'cannot write into {self.output} ({error.strerror}): choose another --output'
            ) from error
        self.cache = open_cache(
            Path(cache) if cache else self.output / CACHE,
            paths,
            preprocessing,
            camera=config.data.camera,
            step_period=config.data.step_period,
            progress=reading_progress,
        )
        self.split = self._split()
        training = self.cache.select(self.split.train)
        actions = np.concatenate([self.cache.actions[episode.rows] for episode in training])
        self.codec = ActionCodec.from_actions(trained_actions(actions, config.augmentation))
        self.card = _card(config, self.network, self.cache, training, preprocessing, self.codec)
        reference = BaselineReference.of_cache(self.cache, training)
        self.module = PolicyModule(self.network, self.codec, reference, config)
        self._training = training

    def fit(self, resume: bool = False) -> dict[str, Any]:
        """
        Train to the last step.

        :param resume: go on from the run folder's trainer state
        :return: the metrics of the last validation
        :raises ConfigError: if there is nothing to go on from
        :raises InterruptedRun: on Ctrl-C
        """
        state = self.output / TRAINER_STATE / STATE_FILE
        if resume and not state.exists():
            raise ConfigError(f'{state} does not exist: there is nothing to resume')
        (self.output / CONFIG_FILE).write_text(
            yaml.safe_dump(self.config.to_dict(), sort_keys=False), encoding='utf-8'
        )
        schedule = self.config.schedule
        with _quiet():
            trainer = lightning.Trainer(
                accelerator=self.config.accelerator,
                devices=1,
                precision=self.config.precision,
                max_steps=schedule.steps,
                max_epochs=-1,
                gradient_clip_val=self.config.optimiser.gradient_clip,
                log_every_n_steps=LOG_EVERY,
                num_sanity_val_steps=0,
                enable_progress_bar=False,
                enable_model_summary=False,
                enable_checkpointing=False,
                use_distributed_sampler=False,
                reload_dataloaders_every_n_epochs=1,
                logger=TensorBoardLogger(self.output, name='', version='tensorboard'),
                callbacks=[
                    PolicyCheckpoints(self.output, self.card),
                    TrainingProgress(schedule.steps),
                    FigureWriting(self.output, self.config.validation.figures_every),
                ],
            )
            try:
                trainer.fit(
                    self.module,
                    datamodule=self._loading(),
                    ckpt_path=state if resume else None,
                    weights_only=True if resume else None,
                )
            except SystemExit as error:  # what Lightning makes of Ctrl-C
                raise InterruptedRun from error
        return self.module.metrics

    def _split(self) -> Split:
        scenarios = {episode.name: episode.scenario for episode in self.cache.episodes}
        split = load_split(self.output, list(scenarios))
        if split is None:
            split = make_split(scenarios, self.config.data.validation_fraction, self.config.seed)
            split.save(self.output)
        return split

    def _loading(self) -> EpisodeLoading:
        data = self.config.data
        training = ClipDataset(
            self.cache,
            self._training,
            self.codec,
            ClipAugmentation(self.config.augmentation),
            chunk=self.network.chunk,
            clip_length=data.clip_length,
            clips_per_batch=data.clips_per_batch,
            steps=self.config.schedule.steps,
            seed=self.config.seed,
        )
        validation = EpisodeDataset(
            self.cache,
            self.cache.select(self.split.validation),
            self.codec,
            chunk=self.network.chunk,
        )
        return EpisodeLoading(training, validation, self.config.schedule.epoch_steps)


def _network_settings(config: TrainConfig) -> Mapping[str, Any]:
    """Join the network's settings with the size of the frames that it will be given."""
    size = {'height': config.data.height, 'width': config.data.width}
    return {**config.policy.network, **size}


def _card(
    config: TrainConfig,
    network: PolicyNetwork,
    cache: FrameCache,
    training: list[CachedEpisode],
    preprocessing: Preprocessing,
    codec: ActionCodec,
) -> PolicyCard:
    return PolicyCard(
        architecture=config.policy.architecture,
        network=network.config,
        window=network.window,
        chunk=network.chunk,
        step_period=cache.step_period,
        preprocessing=preprocessing,
        codec=codec,
        cameras=[cache.camera],
        instructions=sorted({episode.instruction for episode in training}),
        data_fingerprint=cache.data_fingerprint,
        software=f'mobile_vla_train {__version__}, torch {torch.__version__}',
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence Lightning's hints on stderr: its errors are raised, not logged."""
    logger = logging.getLogger('lightning.pytorch')
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings('ignore', module='lightning')
            yield
    finally:
        logger.setLevel(level)
