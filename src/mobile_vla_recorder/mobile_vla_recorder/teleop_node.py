# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Node `teleop`: drive with the keyboard or a joystick, and start and save episodes."""

from __future__ import annotations

import signal
import sys
import time

import rclpy
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import remove_ros_args
from sensor_msgs.msg import Joy

from mobile_vla_core.errors import ConfigError, MobileVlaError
from mobile_vla_core.node_arguments import answer_arguments, warn_of_mistyped_parameters
from mobile_vla_core.node_end import NodeEnd
from mobile_vla_core.shutdown_signal import ShutdownSignal

from .shipped_plan import find_plan
from .teleop.commands import TeleopCommands
from .teleop.drive import TeleopDrive
from .teleop.episode import TeleopEpisode
from .teleop.input import TeleopInput
from .teleop.joystick import Joystick
from .teleop.key_hold import KeyHold
from .teleop.key_map import HELP, QUIT, SpeedScale, Velocity, ZERO
from .teleop.keyboard_terminal import KeyboardTerminal
from .teleop.parameters import read_parameters, TeleopParameters
from .teleop.plan import TeleopPlan
from .teleop.recorder_client import TeleopRecorderClient
from .teleop.screen import render_screen, TeleopView

DRAW_PERIOD = 0.2
FAREWELL_TIMEOUT = 2.0


class TeleopNode(Node):
    """
    Passes keys and messages to a TeleopDrive and a TeleopEpisode, and shows what they say.

    :param finished: set when the driver has quit or his terminal is gone
    """

    def __init__(self, finished: NodeEnd, **kwargs) -> None:
        super().__init__('teleop', **kwargs)
        settings = read_parameters(self)
        if not settings.joystick and not KeyboardTerminal.available():
            raise ConfigError(
                'standard input is no terminal: run teleop directly in one (ros2 launch gives it '
                'none), or drive with joystick:=true'
            )
        self._finished = finished
        self.terminal: KeyboardTerminal | None = None
        self._input = TeleopInput()
        self._joystick = Joystick(settings.joystick_config)
        self._drive = TeleopDrive(
            SpeedScale(settings.linear_speed, settings.angular_speed, settings.sideways),
            KeyHold(settings.release_timeout, settings.repeat_timeout),
            self._joystick,
        )
        self._episode = _episode(settings)
        self._episode.message = '; '.join(warn_of_mistyped_parameters(self))
        self._velocity: Velocity | None = None
        self._show_help = True
        self._next_drawing = 0.0
        self._logged = ''
        self._commands = TeleopCommands(self, settings)
        self._recorder = TeleopRecorderClient(self, settings.recorder, self._episode)
        if settings.joystick:
            self.create_subscription(Joy, 'joy', self._on_joy, qos_profile_sensor_data)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = self.create_timer(1.0 / settings.rate, self._on_tick, clock=steady)

    def close(self) -> None:
        """Stop the robot, and keep the driver's running episode."""
        self._timer.cancel()
        self._commands.farewell(FAREWELL_TIMEOUT)
        request = self._episode.abandon('teleoperation ended', time.monotonic())
        self._recorder.ask_and_wait(request, FAREWELL_TIMEOUT)

    def _on_tick(self) -> None:
        now = time.monotonic()
        standstill = self._input.standstill(now)
        if standstill:
            self._on_standstill(standstill)
        typed = self.terminal.read() if self.terminal else b''
        if typed is None:
            self._quit()
            return
        for key in self._input.keys(typed, standstill):
            self._on_key(key, now)
        self._recorder.ask(self._episode.due(now))
        self._commands.announce(self._drive.activity(now))
        self._velocity = self._drive.command(now, self._episode.active(now))
        if self._velocity is not None:
            self._commands.publish(self._velocity)
        if typed or now >= self._next_drawing:
            self._next_drawing = now + DRAW_PERIOD
            self._show(now)

    def _on_standstill(self, seconds: float) -> None:
        self._drive.release()
        if self._velocity is not None:
            self._commands.publish(ZERO)  # now: a terminal that is lost may stop this process
        self._episode.message = f'teleop stood still for {seconds:.1f} s, keys were dropped'
        if self.terminal:
            self.terminal.resume()

    def _on_key(self, key: str, now: float) -> None:
        if self._drive.press(key, now):
            return
        if key == HELP:
            self._show_help = not self._show_help
        elif key == QUIT:
            self._quit()
        else:
            self._recorder.ask(self._episode.press(key, now))

    def _on_joy(self, message: Joy) -> None:
        now = time.monotonic()
        for key in self._joystick.update(message.axes, message.buttons, now):
            self._on_key(key, now)

    def _show(self, now: float) -> None:
        episode = self._episode
        if self.terminal is None:
            if episode.message != self._logged:
                self._logged = episode.message
                self.get_logger().info(episode.message)
            return
        view = TeleopView(
            now=now,
            topic=self._commands.topic,
            velocity=self._velocity,
            speed=self._drive.speed,
            special=self._drive.special,
            recorder=episode.recorder,
            plan=episode.plan,
            instruction=episode.next_instruction,
            message=episode.message,
            joystick_problem=self._joystick.problem,
            show_help=self._show_help,
        )
        self.terminal.draw(render_screen(view, *self.terminal.size()))

    def _quit(self) -> None:
        if not self._finished.done():
            self._finished.set_result(None)


def _episode(settings: TeleopParameters) -> TeleopEpisode:
    if not settings.plan:
        return TeleopEpisode(None, settings.instruction, settings.scenario)
    return TeleopEpisode(TeleopPlan(find_plan(settings.plan)))


def main(args: list[str] | None = None) -> int:
    """Run until the driver quits, SIGINT, SIGTERM, or the terminal hangs up."""
    finished = NodeEnd()
    keyboard = KeyboardTerminal.available()
    arguments = sys.argv if args is None else args
    given = remove_ros_args(arguments)[1:]
    answer = answer_arguments('teleop', __doc__, given, read_parameters)
    if answer is not None:
        return answer
    if keyboard:
        arguments = [*arguments, '--ros-args', '--disable-stdout-logs']  # they spoil the screen
    with ShutdownSignal(lambda: finished.done() or finished.set_result(None)):
        signal.signal(signal.SIGHUP, lambda *_: None)  # ShutdownSignal sees it through its pipe
        rclpy.init(args=arguments, signal_handler_options=SignalHandlerOptions.NO)
        try:
            node = TeleopNode(finished)
            if keyboard:
                with KeyboardTerminal() as node.terminal:
                    _run(node, finished)
            else:
                _run(node, finished)
        except MobileVlaError as error:
            print(f'teleop: {error}', file=sys.stderr)
            return 1
        finally:
            rclpy.try_shutdown()
    return 0


def _run(node: TeleopNode, finished: NodeEnd) -> None:
    try:
        rclpy.spin_until_future_complete(node, finished)
    finally:
        node.close()
        node.destroy_node()


if __name__ == '__main__':
    sys.exit(main())
