# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""One training run: a folder of episodes in, a run folder with checkpoints out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch

from mobile_vla_core.action_space import ActionCodec
from mobile_vla_core.episodes.folder import find_episodes
from mobile_vla_core.episodes.split import load_split, make_split, read_scenarios, Split
from mobile_vla_core.errors import CheckpointError, ConfigError, EpisodeError
from mobile_vla_core.images import Preprocessing
from mobile_vla_core.policies.architecture import build_network
from mobile_vla_core.policies.network import PolicyNetwork
from mobile_vla_core.policy_card import PolicyCard

from . import __version__
from .config import TrainConfig
from .data.assembly import open_data, shown_instructions, training_clips
from .data.augmentation import trained_actions
from .data.cache import CachedEpisode, FrameCache
from .data.checked_mark import tell_children
from .data.clip_order import ClipOrder
from .data.dataset import EpisodeDataset
from .data.drivers import episodes_to_learn
from .data.loading import EpisodeLoading
from .data.outcomes import with_outcomes
from .data.picture_quality import recorded_quality
from .data.recorded_camera import recorded_camera
from .devices import check_devices
from .learning.checkpoints import PolicyCheckpoints
from .learning.divergence import DivergenceError
from .learning.early_end import EarlyEnd
from .learning.interruption import InterruptedRun, Interruption
from .learning.module import PolicyModule
from .learning.optimiser import optimiser_class
from .learning.run_record import RunRecord
from .learning.scale import is_first_process, leave_together
from .learning.trainer import build_trainer, quiet
from .learning.trainer_state import load_state, STEP
from .learning.tuning import prepare_network, trained_parts
from .preflight.preflight import Preflight, PreflightReport
from .progress import announce, reading_progress, TrainingProgress
from .run_folder import CACHE, Existing, RunFolder
from .validation.baselines import BaselineReference
from .validation.figure_writing import FigureWriting


class TrainingRun:
    """
    Everything that a run is made of, in place before its first step.

    :param data: folder of episodes
    :param output: the run folder, created when absent
    :param cache: folder of the preprocessed frames; `<output>/cache` when None
    :param existing: what becomes of a run that is in the folder already
    :param most_episodes: take only so many, from the first to the last one; all when None
    :raises MobileVlaError: if data, configuration, machine or folder cannot be used; then nothing
        was decoded, and neither the folder nor a cache in it was touched
    """

    def __init__(
        self,
        data: Path,
        output: Path,
        config: TrainConfig,
        cache: Path | None = None,
        existing: Existing = Existing.REFUSE,
        most_episodes: int | None = None,
    ) -> None:
        self.folder = RunFolder(output)
        self.config = config
        self._existing = existing
        self._check_existing()
        check_devices(config)
        optimiser_class(config.optimiser)
        paths = with_outcomes(
            episodes_to_learn(find_episodes(data), policy_runs=config.data.policy_runs),
            config.data.outcomes,
            announce if self.is_first else lambda text: None,
        )
        if most_episodes is not None and most_episodes < len(paths):
            chosen = np.linspace(0, len(paths) - 1, most_episodes).round().astype(int)
            paths = [paths[i] for i in chosen.tolist()]
        self._paths = paths
        quality = config.data.jpeg_quality or recorded_quality(paths, config.data.camera)
        preprocessing = Preprocessing(config.data.height, config.data.width, quality)
        if config.threads:
            torch.set_num_threads(config.threads)
        with torch.device('meta'):  # to refuse what is wrong before any frame is decoded
            trained_parts(
                build_network(config.policy.architecture, network_settings(config)), config.tuning
            )
        self.split = self._split()
        with self.folder.prepared():
            self.cache = open_data(
                config.data,
                Path(cache) if cache else self.folder.path / CACHE,
                paths,
                preprocessing,
                progress=reading_progress,
                announce=announce,
            )
        if config.devices > 1:
            tell_children()  # which Lightning starts when nobody has
        training = self.cache.select(self.split.train)
        actions = np.concatenate([self.cache.actions[episode.rows] for episode in training])
        self.codec = ActionCodec.from_actions(trained_actions(actions, config.augmentation))
        self.network = _build_network(config, self.codec)
        self.card = replace(
            _card(config, self.network, self.cache, training, preprocessing, self.codec),
            **recorded_camera(paths, config.data.camera).on_card(),
        )
        reference = BaselineReference.of_cache(self.cache, training)
        self.module = PolicyModule(
            self.network,
            self.codec,
            reference,
            config,
            weighted=config.data.weighted,
            name_batch=self._name_batch,
        )
        self._training = training
        self._interruption = Interruption(self.folder.state)

    def preflight(self, overfit: bool = False) -> PreflightReport:
        """
        Look at data, network and memory before the first step.

        :param overfit: also learn one batch by heart; the run is not fit to train then
        """
        return Preflight(
            self.config,
            self._paths,
            self.cache,
            self.split,
            self.codec,
            self.network,
            self.folder.path,
        ).look(overfit)

    @property
    def is_first(self) -> bool:
        """Whether this is the process that writes and prints."""
        return is_first_process()

    def stop_after(self, step: int) -> None:
        """Let `fit` end after a step, as if asked to stop then."""
        self._interruption.request(step)

    def fit(self) -> dict[str, Any]:
        """
        Train to the last step.

        :return: the metrics of the last validation
        :raises ConfigError: if this machine has not what the configuration asks for
        :raises InterruptedRun: when asked to stop; everything is saved then
        """
        resume = self._existing is Existing.RESUME
        if self._existing is Existing.OVERWRITE and self.is_first:
            self.folder.clear()
        elif self._existing is Existing.LEAVE:
            self.folder.check_vacant()
        schedule, shown = self.config.schedule, self.config.validation
        figures = [FigureWriting(self.folder.path, shown.figures_every)] if shown.figures else []
        with quiet(), self._interruption.listening():
            trainer = build_trainer(
                self.config,
                self.folder.path,
                [
                    RunRecord(self.folder, self.config, self.split),
                    PolicyCheckpoints(self.folder, self.card, schedule),
                    EarlyEnd(schedule.patience),
                    TrainingProgress(schedule.steps),
                    *figures,
                    self._interruption,
                ],
            )
            try:
                trainer.fit(
                    self.module,
                    datamodule=self._loading(trainer.global_rank, trainer.world_size),
                    ckpt_path=self.folder.state if resume else None,
                    weights_only=True if resume else None,
                )
            except (InterruptedRun, CheckpointError, DivergenceError):  # of all processes
                leave_together()
                raise
        return self.module.metrics

    def _check_existing(self) -> None:
        if self._existing is Existing.REFUSE:
            self.folder.check_vacant()
        if self._existing is not Existing.RESUME:
            return
        self.folder.check_resumable(self.config)
        taken, steps = load_state(self.folder.state)[STEP], self.config.schedule.steps
        if taken >= steps:
            raise ConfigError(
                f'{self.folder.path} has taken all its {steps} steps: there is nothing to resume'
            )

    def _split(self) -> Split:
        scenarios = read_scenarios(self._paths)
        try:
            split = load_split(self.folder.path, list(scenarios))
        except EpisodeError:
            if self._existing is not Existing.OVERWRITE:
                raise
            split = None
            if self.is_first:
                announce('the episodes are no longer those of split.yaml: they are split anew')
        if split is None:
            split = make_split(scenarios, self.config.data.validation_fraction, self.config.seed)
        return split

    def _loading(self, rank: int = 0, world_size: int = 1) -> EpisodeLoading:
        training = training_clips(
            self.config,
            self.cache,
            self._training,
            self.codec,
            chunk=self.network.chunk,
            window=self.network.window,
            announce=announce,
            rank=rank,
            world_size=world_size,
        )
        validation = EpisodeDataset(
            self.cache,
            self.cache.select(self.split.validation),
            self.codec,
            chunk=self.network.chunk,
            rank=rank,
            world_size=world_size,
        )
        return EpisodeLoading(
            training,
            validation,
            self.config.schedule.epoch_steps,
            accumulate=self.config.optimiser.accumulate,
            workers=self.config.data.workers,
        )

    def _name_batch(self, step: int) -> str:
        """Return the names of the episodes whose clips are in the batches of a step."""
        clips = self.config.data.clips_per_batch * self.config.optimiser.accumulate
        order = ClipOrder(self._training, self.config.data.clip_length, self.config.seed)
        places = (order.place(number) for number in range(step * clips, (step + 1) * clips))
        return ', '.join(sorted({episode.name for episode, _ in places}))


def network_settings(config: TrainConfig, codec: ActionCodec | None = None) -> dict[str, Any]:
    """
    Join the network's settings with the size of the frames that it will be given.

    A network whose velocities are bounded is given the limits of the codec, in its units, once
    they are known.
    """
    settings = dict(config.policy.network)
    bounded = settings.get('velocity') == 'tanh' or settings.get('head') == 'original'
    if bounded and codec is not None:
        largest = np.abs(codec.limits).max(axis=1) / np.array(codec.scale)
        bound = np.where(largest > 0.0, largest, 1.0).tolist()
        settings.setdefault('velocity_bound', bound)
    return {**settings, 'height': config.data.height, 'width': config.data.width}


def _build_network(config: TrainConfig, codec: ActionCodec) -> PolicyNetwork:
    """Return the network as it is before the first step."""
    lightning.seed_everything(config.seed, verbose=False)
    network = build_network(config.policy.architecture, network_settings(config, codec))
    if config.policy.pretrained:
        network.load_backbone(config.policy.pretrained)
    prepare_network(network, config.tuning)
    return network


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
        instructions=shown_instructions(config, training),
        data_fingerprint=cache.data_fingerprint,
        software=f'mobile_vla_train {__version__}, torch {torch.__version__}',
    )
