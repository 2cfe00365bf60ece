# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Every refusal of the running recorder, with its sentence; docs/recording.md lists them."""

from contextlib import suppress
import os
from pathlib import Path
import subprocess

from ament_index_python.packages import get_package_prefix
import pytest
from recorder_process import Recorder, Robot, TIMEOUT
from std_srvs.srv import Trigger

from mobile_vla_core.episodes import find_episodes
from mobile_vla_core.errors import EpisodeError
from mobile_vla_msgs.srv import RelabelEpisode, StartEpisode, StopEpisode

PACKAGE = 'mobile_vla_recorder'
NOTHING_RUNS = 'no episode is being recorded: start one first'


def refusal(robot: Robot, service_type: type, name: str, **fields) -> str:
    """Return what a service that refuses answers; the status says the same."""
    answer = robot.call(service_type, name, **fields)
    assert not answer.success
    robot.spin_until(lambda: robot.statuses and robot.statuses[-1].message == answer.message)
    return answer.message


def recorded(recorder: Recorder) -> list[str]:
    with suppress(EpisodeError):
        return [path.name for path in find_episodes(recorder.output)]
    return []


def refused_start(robot: Robot, text: str, instruction: str = 'go') -> None:
    """Send pictures until start is refused for a reason that is not the camera."""

    def is_said() -> bool:
        robot.send_picture(0)
        robot.spinner.spin_once(timeout_sec=0.2)
        answer = robot.call(StartEpisode, 'start', instruction=instruction)
        assert not answer.success
        return text in answer.message

    robot.spin_until(is_said)


def test_start_without_a_camera(start):
    robot, recorder = start()
    said = refusal(robot, StartEpisode, 'start', instruction='go')
    assert said == (
        'no picture came on /camera/image_raw for 2 s: '
        'check that the camera runs and that its topic and QoS match'
    )
    assert recorded(recorder) == []


def test_start_without_a_command(start):
    robot, recorder = start(require_commands=True)
    refused_start(
        robot,
        'no command came on /cmd_vel for 2 s: start teleop or the driver, '
        'or set require_commands to false',
    )
    robot.drives = True
    robot.start_episode(instruction='go')
    assert recorded(recorder) == []


def test_start_with_a_disk_below_the_reserve(start):
    robot, recorder = start(minimum_free_megabytes=10**9)
    refused_start(robot, 'MB left, less than the reserve of 1000000000 MB: free some room')
    robot.spin_until(lambda: str(recorder.output) in robot.statuses[-1].message)


def test_start_without_an_instruction_or_while_an_episode_runs(start):
    robot, recorder = start()
    text = 'an episode needs an instruction: say what the robot is asked to do'
    refused_start(robot, text, instruction='  ')
    assert list(recorder.output.glob('*')) == []
    robot.start_episode(instruction='go')
    said = refusal(robot, StartEpisode, 'start', instruction='go')
    assert said.startswith('episode_')
    assert said.endswith('.h5.part is being recorded: stop or discard it first')
    assert robot.statuses[-1].state == 'recording'


def test_start_in_a_folder_that_cannot_be_written(start):
    robot, recorder = start()
    recorder.output.rmdir()
    recorder.output.write_text('a file')
    text = f'cannot write an episode to {recorder.output}: File exists'
    refused_start(robot, text)
    assert refusal(robot, StartEpisode, 'start', instruction='go') == text
    recorder.output.unlink()
    robot.start_episode(instruction='go')


def test_an_outcome_that_is_none(start):
    robot, _ = start()
    robot.start_episode(instruction='go')
    said = refusal(robot, StopEpisode, 'stop', outcome='great')
    assert said == 'outcome "great" is unknown: expected one of success, failure, unknown'
    robot.send_picture(1)
    saved = robot.call(StopEpisode, 'stop', outcome='success')
    assert (saved.success, saved.frames) == (True, 1)


def test_stop_and_discard_when_nothing_runs(start):
    robot, _ = start()
    assert refusal(robot, StopEpisode, 'stop', outcome='success') == NOTHING_RUNS
    assert refusal(robot, Trigger, 'discard') == NOTHING_RUNS


def test_relabel_and_undo_with_nothing_there(start):
    robot, _ = start()
    assert refusal(robot, RelabelEpisode, 'relabel', outcome='success') == (
        'no episode was saved yet: record one, then relabel it'
    )
    assert refusal(robot, Trigger, 'undo') == (
        'nothing to undo: only the last save, relabelling or discard can be taken back'
    )


def test_a_refusal_is_no_lasting_warning(start):
    robot, _ = start()
    said = refusal(robot, Trigger, 'undo')
    robot.spin_until(lambda: robot.statuses[-1].message != said)
    assert robot.statuses[-1].message == ''


def test_relabel_with_nothing_to_change_or_an_unknown_outcome(start):
    robot, _ = start()
    robot.start_episode(instruction='go')
    robot.send_picture(1)
    assert robot.call(StopEpisode, 'stop').success
    assert refusal(robot, RelabelEpisode, 'relabel') == (
        'nothing to change: give an instruction, a scenario or an outcome'
    )
    assert refusal(robot, RelabelEpisode, 'relabel', outcome='great') == (
        'outcome "great" is unknown: expected one of success, failure, unknown'
    )


def test_an_episode_below_the_minimum_quality_is_not_kept(start):
    robot, recorder = start(minimum_quality=0.9, expected_rate=4.0)
    robot.start_episode(instruction='go')
    robot.send_picture(1)
    robot.send_picture(2)
    said = refusal(robot, StopEpisode, 'stop', outcome='success')
    assert 'is discarded, undo brings it back: quality 0.400 is below the minimum of 0.9' in said
    assert recorded(recorder) == []
    assert robot.call(Trigger, 'undo').success
    assert recorded(recorder) == [said.split()[0]]


@pytest.mark.parametrize(
    ('name', 'value', 'text'),
    [
        ('camera_names', "['front', 'rear']", 'must name each camera once'),
        ('camera_name', 'front-cam', "must be of letters, digits and _: found ['front-cam']"),
        ('image_topics', '3', 'expected strings such as'),
        ('jpeg_quality', 101, 'jpeg_quality'),
        ('stamped', 'maybe', 'expected a value of type bool, such as False'),
        ('plan', 'kitchen', 'kitchen.yaml cannot be read: No such file or directory'),
        ('expected_rate', 30, 'expected a value of type float, such as 0.0'),
    ],
)
def test_a_wrong_parameter_is_one_sentence_and_exit_code_1(tmp_path, name, value, text):
    recorder = Recorder(tmp_path, dict(os.environ), **{name: value})
    assert recorder.process.wait(TIMEOUT) == 1
    log = recorder.log.read_text()
    assert text in log
    assert 'Traceback' not in log


def test_a_mistyped_parameter_is_warned_of_with_the_nearest_name(start):
    robot, recorder = start(jpeg_qualty=3)
    warning = "parameter 'jpeg_qualty' is unknown and ignored: did you mean 'jpeg_quality'?"
    robot.spin_until(lambda: warning in recorder.log.read_text())
    assert recorder.log.read_text().count(warning) == 1
    assert recorder.process.poll() is None


@pytest.mark.parametrize(
    ('program', 'parameter'),
    [('recorder', 'jpeg_quality: 90'), ('teleop', 'linear_speed: 0.4')],
)
def test_help_tells_the_parameters_and_any_other_argument_is_refused(program, parameter):
    path = Path(get_package_prefix(PACKAGE)) / 'lib' / PACKAGE / program

    def run(argument: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [path, argument], capture_output=True, text=True, timeout=TIMEOUT, check=False
        )

    told = run('--help')
    assert told.returncode == 0
    assert f'  {parameter}\n' in told.stdout
    refused = run('--output=x')
    assert refused.returncode == 2
    assert f"{program}: unknown argument '--output=x'" in refused.stderr


@pytest.mark.parametrize('output', ['recorder.log/episodes', '/proc'])
def test_a_folder_that_cannot_be_written_is_one_sentence_and_exit_code_1(tmp_path, output):
    recorder = Recorder(tmp_path, dict(os.environ), output=tmp_path / output)
    assert recorder.process.wait(TIMEOUT) == 1
    log = recorder.log.read_text()
    assert f'recorder: episodes cannot be written to {tmp_path / output}: ' in log
    assert 'give another folder as "output", or the right to write to this one' in log
    assert 'Traceback' not in log
