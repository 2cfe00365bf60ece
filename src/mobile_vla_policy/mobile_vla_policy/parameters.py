# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of the policy node: declared here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, Field, fields

from rclpy.node import Node
from rclpy.parameter import Parameter

from mobile_vla_core.errors import ConfigError, InstructionError
from mobile_vla_core.instruction import check_instruction
from mobile_vla_core.slew import SlewLimits

from .parameter import declare, parameter
from .worker_settings import IDLE

MODES = ('drive', 'shadow')


@dataclass(frozen=True)
class PolicySettings:
    """What is followed, and by which policy."""

    checkpoint: str = parameter('', 'Checkpoint directory written by mobile_vla_train.')
    instruction: str = parameter('', 'What to do, in words; setting it clears the history.')
    autostart: bool = parameter(
        False, 'Configure, activate and arm at start, or exit with an error.'
    )


@dataclass(frozen=True)
class WorkerParameters:
    """How the policy is computed."""

    device: str = parameter('cpu', 'Torch device of the inference worker: cpu or cuda[:N].')
    dtype: str = parameter('auto', 'Number format of the encoder: auto, float32 or bfloat16.')
    threads: int = parameter(1, 'Threads of the inference worker.', 1, 64)
    worker_timeout: float = parameter(
        5.0, 'A worker that does not answer a frame for so long is restarted [s].', 0.1, 600.0
    )
    worker_memory_megabytes: int = parameter(
        0, 'Memory that the worker may take, 0 for any [MB].', 0, 1_000_000
    )
    worker_nice: int = parameter(
        5,
        'How far the worker steps back for other programs; 20: it computes when none does.',
        0,
        IDLE,
    )
    worker_cpus: str = parameter('', 'Processors of the worker, such as "0,2-3"; "" for all.')
    added_latency: float = parameter(
        0.0, 'For tests: each prediction comes so much later [s].', 0.0, 10.0
    )


@dataclass(frozen=True)
class ControlParameters:
    """How predictions become commands in time."""

    strategy: str = parameter('receding', 'Execution of chunks: receding, ensemble or whole.')
    latency_compensation: bool = parameter(
        True, 'Read chunks by the age of their image; false is for comparison only.'
    )
    realtime_priority: int = parameter(
        0, 'SCHED_FIFO priority of the control loop, 0 for none; 2 or more.', 0, 90
    )
    control_cpus: str = parameter(
        '', 'Processors of the control process, such as "0,2-3"; "" for all.'
    )


@dataclass(frozen=True)
class TopicParameters:
    """What is heard and said, and how often."""

    image_topic: str = parameter('camera/image_raw', 'Camera images.')
    compressed: bool = parameter(False, 'The image topic carries sensor_msgs/CompressedImage.')
    cmd_vel_topic: str = parameter('cmd_vel', 'Velocity commands to the base.')
    stamped: bool = parameter(False, 'Publish TwistStamped instead of Twist.')
    frame_id: str = parameter('base_link', 'Frame of the velocity in a TwistStamped.')
    rate: float = parameter(20.0, 'Rate of the commands [Hz].', 1.0, 200.0)
    camera_wait: float = parameter(
        2.0, 'So long configuring waits for images to compare; 0: not at all [s].', 0.0, 60.0
    )
    status_rate: float = parameter(
        0.0, 'Lowest rate of ~/status while active, 0: one with each command [Hz].', 0.0, 200.0
    )

    @property
    def status_period(self) -> float:
        """Longest time between two messages on ~/status [s], 0: one with each command."""
        return 1.0 / self.status_rate if self.status_rate else 0.0


@dataclass(frozen=True)
class SafetyParameters:
    """What stops the robot."""

    max_image_age: float = parameter(0.5, 'Oldest image that may be driven on [s].', 0.05, 10.0)
    max_chunk_age: float = parameter(
        0.5, 'Oldest image behind a prediction in use [s].', 0.05, 10.0
    )
    max_frozen_time: float = parameter(
        0.5, 'How long images may be identical while the base moves, 0 for ever [s].', 0.0, 60.0
    )
    frozen_at_rest: bool = parameter(
        False, 'Identical images also count while the base stands; not for simulators.'
    )
    min_brightness: float = parameter(
        5.0, 'Smallest mean of an image, of 255; darker ones are black.', 0.0, 255.0
    )
    min_contrast: float = parameter(
        3.0, 'Smallest standard deviation of an image, of 255; below it is blank.', 0.0, 127.0
    )
    aspect_tolerance: float = parameter(
        0.05, 'By how much the aspect ratio of the camera may differ from training.', 0.0, 10.0
    )


@dataclass(frozen=True)
class MotionParameters:
    """How fast the base may move, and how fast that may change."""

    max_linear_x: float = parameter(
        0.0, 'Largest speed ahead and back, 0: as in training [m/s].', 0.0, 100.0
    )
    max_linear_y: float = parameter(
        0.0, 'Largest speed sideways, 0: as in training [m/s].', 0.0, 100.0
    )
    max_angular_z: float = parameter(
        0.0, 'Largest turning speed, 0: as in training [rad/s].', 0.0, 100.0
    )
    allow_wider_limits: bool = parameter(
        False, 'Speeds above those of training are no error; they have no effect.'
    )
    max_linear_acceleration: float = parameter(
        5.0, 'How fast linear speeds may grow, 0: at once [m/s^2].', 0.0, 1000.0
    )
    max_angular_acceleration: float = parameter(
        10.0, 'How fast the turning speed may grow, 0: at once [rad/s^2].', 0.0, 1000.0
    )
    max_linear_deceleration: float = parameter(
        5.0, 'How fast linear speeds may shrink, 0: at once [m/s^2].', 0.0, 1000.0
    )
    max_angular_deceleration: float = parameter(
        10.0, 'How fast the turning speed may shrink, 0: at once [rad/s^2].', 0.0, 1000.0
    )
    stop_time: float = parameter(
        0.3, 'Longest time from any speed to rest, 0: at once [s].', 0.0, 2.0
    )

    @property
    def largest(self) -> tuple[float, float, float]:
        """Largest speeds, shape (3,); 0 where the policy's own limit holds."""
        return self.max_linear_x, self.max_linear_y, self.max_angular_z

    @property
    def slew(self) -> SlewLimits:
        """Largest accelerations and the time to stop."""
        linear, angular = self.max_linear_acceleration, self.max_angular_acceleration
        slower, angular_slower = self.max_linear_deceleration, self.max_angular_deceleration
        return SlewLimits(
            acceleration=(linear, linear, angular),
            deceleration=(slower, slower, angular_slower),
            stop_time=self.stop_time,
        )


@dataclass(frozen=True)
class DriverParameters:
    """Who drives, who is followed, and what is kept of it."""

    mode: str = parameter(
        'drive', '"drive", or "shadow": predict beside a human, command nothing.'
    )
    driver_topic: str = parameter(
        'driver/cmd_vel', 'Commands of the human, which come first at once; "" for none.'
    )
    driver_stamped: bool = parameter(False, 'The driver topic carries TwistStamped.')
    takeover_timeout: float = parameter(
        0.5, 'So long a command of the human is in force [s].', 0.05, 10.0
    )
    takeover_hold: float = parameter(
        0.0, 'So long after the human let go the policy goes on [s]; 0: when armed.', 0.0, 3600.0
    )
    start_correction: bool = parameter(
        False, 'When the human takes over, start an episode at the recorder.'
    )
    arrived_after: int = parameter(
        5, 'So many predictions of stop in a row end a goal as arrived.', 1, 1000
    )
    refuse_unseen_above: float = parameter(
        1.0, 'Refuse instructions farther than this from those of training; 1: none.', 0.0, 1.0
    )
    run_log: str = parameter('', 'Folder where each drive is written as an episode; "" for none.')


@dataclass(frozen=True)
class PolicyParameters:
    """All values, read when the node is configured."""

    policy: PolicySettings = PolicySettings()
    worker: WorkerParameters = WorkerParameters()
    control: ControlParameters = ControlParameters()
    topics: TopicParameters = TopicParameters()
    safety: SafetyParameters = SafetyParameters()
    motion: MotionParameters = MotionParameters()
    driver: DriverParameters = DriverParameters()


def declare_parameters(node: Node) -> None:
    """
    Declare every parameter with its type, default, description and range.

    :raises ConfigError: if a value given at start is of another type or out of range
    """
    declare(node, _all())


def read_parameters(node: Node) -> PolicyParameters:
    """
    Read all parameters into one immutable value.

    :raises ConfigError: if a value given at start is one that `refuse` refuses
    """
    refusal = refuse([node.get_parameter(item.name) for item in _all()], configured=False)
    if refusal is not None:
        raise ConfigError(refusal)
    groups = {
        group.name: type(group.default)(
            **{item.name: node.get_parameter(item.name).value for item in fields(group.default)}
        )
        for group in fields(PolicyParameters)
    }
    return PolicyParameters(**groups)


def refuse(parameters: Sequence[Parameter], configured: bool) -> str | None:
    """
    Say why a change cannot be made, None when it can.

    :param configured: the node runs on the values read at configure
    """
    fixed = {item.name for item in _all()} - {'instruction'}
    for change in parameters:
        if configured and change.name in fixed:
            return f'{change.name} is read at configure: clean the node up before changing it'
        if change.name == 'mode' and change.value not in MODES:
            return f'mode is "{change.value}": expected one of {", ".join(MODES)}'
        if change.name == 'realtime_priority' and change.value == 1:
            return (
                'realtime_priority is 1: expected 0 for none, or 2 or more, because the other '
                'threads of the node run at one less'
            )
        if change.name == 'instruction' and change.value:
            try:
                check_instruction(change.value)
            except InstructionError as error:
                return str(error)
    return None


def _all() -> Iterator[Field]:
    for group in fields(PolicyParameters):
        yield from fields(group.default)
