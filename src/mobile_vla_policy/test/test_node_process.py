# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Tests for node_process.py: what both nodes answer on the command line."""

from dataclasses import fields
import os
import signal
import subprocess
import sys

import pytest

from mobile_vla_core.ros_domain import reserve_domain
from mobile_vla_policy import guard_node, policy_node
from mobile_vla_policy.guard.parameters import GuardParameters
from mobile_vla_policy.parameters import PolicyParameters

POLICY_FIELDS = [f for group in fields(PolicyParameters) for f in fields(group.default)]
NODES = [
    ('policy', policy_node, POLICY_FIELDS),
    ('guard', guard_node, fields(GuardParameters)),
]


@pytest.mark.parametrize(('name', 'module', 'parameters'), NODES)
def test_help_lists_every_parameter_with_what_it_does(name, module, parameters, capsys):
    assert module.main([name, '--help']) == 0
    text = capsys.readouterr().out
    assert text.startswith(f'usage: {name} ')
    for parameter in parameters:
        assert f'\n  {parameter.name}: ' in text
        assert parameter.metadata['description'] in text


@pytest.mark.parametrize(('name', 'module', 'parameters'), NODES)
def test_what_is_no_argument_of_ros_is_refused(name, module, parameters, capsys):
    assert module.main([name, 'rate:=30']) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{name}: unknown argument 'rate:=30'")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ('name', 'mistyped', 'meant'),
    [('policy', 'checkpiont', 'checkpoint'), ('guard', 'timout', 'timeout')],
)
def test_a_mistyped_parameter_is_told_and_the_node_goes_on(name, mistyped, meant):
    command = [sys.executable, '-m', f'mobile_vla_policy.{name}_node']
    command += ['--ros-args', '-p', f'{mistyped}:=1.0']
    with reserve_domain() as domain:
        environment = dict(os.environ, ROS_DOMAIN_ID=str(domain))
        environment['PYTHONPATH'] = os.pathsep.join(path for path in sys.path if path)
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            told = process.stdout.readline()  # pytest-timeout ends a wait in vain
            going_on = process.poll() is None
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30.0)
    assert f'parameter {mistyped!r} is unknown and ignored: did you mean {meant!r}?' in told
    assert going_on
    assert process.returncode == 0
