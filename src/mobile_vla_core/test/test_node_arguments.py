# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

from types import SimpleNamespace

import pytest

from mobile_vla_core.node_arguments import answer_arguments, mistyped_parameters, usage


def declare(node) -> None:
    node.declare_parameter('rate', 10.0, SimpleNamespace(description='Pictures per second [Hz].'))
    node.declare_parameter('stamped', False, SimpleNamespace(description='Commands have stamps.'))
    node.declare_parameter('plan', '', SimpleNamespace(description='What is wanted.'))


def test_the_usage_lists_every_parameter_with_its_default():
    text = usage('camera', 'Takes pictures.', declare)
    assert text.startswith('usage: camera [--help]\n       camera --ros-args [-p name:=value')
    assert 'Takes pictures.' in text
    assert '  rate: 10.0\n      Pictures per second [Hz].' in text
    assert '  stamped: false\n' in text
    assert '  plan: (empty)\n' in text


@pytest.mark.parametrize('flag', ['-h', '--help'])
def test_help_is_printed_and_nothing_starts(capsys, flag):
    assert answer_arguments('camera', 'Takes pictures.', [flag], declare) == 0
    assert capsys.readouterr().out.startswith('usage: camera')


def test_an_argument_that_is_none_is_refused_with_the_way_to_give_parameters(capsys):
    assert answer_arguments('camera', 'Takes pictures.', ['--rate', '3'], declare) == 2
    assert capsys.readouterr().err == (
        "camera: unknown argument '--rate': parameters are given as --ros-args -p name:=value; "
        '--help lists them\n'
    )


def test_without_arguments_the_node_starts(capsys):
    assert answer_arguments('camera', 'Takes pictures.', [], declare) is None
    assert capsys.readouterr() == ('', '')


def test_a_mistyped_parameter_is_told_with_the_nearest_name():
    declared = ['jpeg_quality', 'output', 'use_sim_time']
    given = ['output', 'jpeg_qualty', 'qos_overrides./image.subscription.depth', 'zzz']
    assert mistyped_parameters(given, declared) == [
        "parameter 'jpeg_qualty' is unknown and ignored: did you mean 'jpeg_quality'?",
        "parameter 'zzz' is unknown and ignored; --help lists those that there are",
    ]
