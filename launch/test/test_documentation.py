# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0

"""Hold every page against the code: commands, links, settings, sentences."""

from pathlib import Path

from documentation import commands, pages, settings
from documentation.pages import Block, ROOT
from documentation.shell import commands as split
import pytest

FIRST = 1


def refusal_of(line: str) -> str:
    (command,) = split(line)
    return commands.refusal(command)


def test_every_page_is_in_order():
    assert commands.findings() == []


def test_the_pages_hold_commands_of_every_kind():
    found = [block for page in pages.pages() for block in pages.blocks(page)]
    lines = [
        ' '.join(command.words)
        for block in found
        if block.language == 'bash'
        for command in split(block.text)
    ]
    for start in ('ros2 run', 'ros2 launch', 'ros2 service call', 'make', 'python -m', 'pip'):
        assert any(line.startswith(start) for line in lines), start
    assert {block.mark for block in found} == {'', 'needs', 'run'}


@pytest.mark.parametrize(
    'line',
    [
        'ros2 run mobile_vla_recorder recorder --ros-args -p output:=~/episodes -p pre_roll:=3.0',
        'ros2 run mobile_vla_train train --data a --output b schedule.steps=10',
        'ros2 launch mobile_vla_bringup record.launch.py stamped:=true',
        "ros2 service call /recorder/start mobile_vla_msgs/srv/StartEpisode '{instruction: go}'",
        'ros2 service call /sim/reset mobile_vla_msgs/srv/ResetSimulation "{seed: 3}"',
        'ros2 param set /policy instruction left',
        'ros2 lifecycle set /policy activate',
        'make build DISTRO=kilted',
        'tools/test --packages-select mobile_vla_core',
        'RUN=a docker compose -f docker/compose.yaml run --rm train mobile-vla-train --help',
        'docker build -f docker/robot.Dockerfile -t a --build-arg ROS_DISTRO=humble .',
    ],
)
def test_a_command_that_works_is_passed(line):
    assert refusal_of(line) == ''


@pytest.mark.parametrize(
    ('line', 'said'),
    [
        ('ros2 run mobile_vla_recorder record', 'no executable record'),
        ('ros2 run mobile_vla_recorder recorder --ros-args -p outputt:=x', 'outputt is declared'),
        ('ros2 run mobile_vla_recorder recorder --ros-args -p stamped:=1', 'type bool'),
        ('ros2 run mobile_vla_recorder recorder --ros-args -p jpeg_quality:=101', '1 to 100'),
        ('ros2 run mobile_vla_recorder recorder --output x', 'no argument --output'),
        ('ros2 run mobile_vla_train train --data a --output b schedule.step=1', 'schedule.steps'),
        ('ros2 run mobile_vla_train train --data a', '--output'),
        ('python -m mobile_vla_train.train --data a --output b --cheek', '--cheek'),
        ('torchrun -m mobile_vla_train.train --data a --output b device=4', 'devices'),
        ('ros2 launch mobile_vla_bringup recorder.launch.py', 'there is no recorder.launch.py'),
        ('ros2 launch mobile_vla_bringup record.launch.py outputs:=x', 'no argument outputs'),
        ('ros2 launch mobile_vla_bringup record.launch.py stamped:=yes', 'one of true, false'),
        ('ros2 launch mobile_vla_bringup policy.launch.py instruction:=x', 'needs checkpoint'),
        ('ros2 service call /recorder/start mobile_vla_msgs/srv/Start', 'no type'),
        ('ros2 service call /recorder/begin mobile_vla_msgs/srv/StartEpisode', 'no begin'),
        ('ros2 service call /rec/start mobile_vla_msgs/srv/StartEpisode', 'no node'),
        (
            "ros2 service call /recorder/start mobile_vla_msgs/srv/StartEpisode '{text: go}'",
            'no field text',
        ),
        (
            "ros2 service call /sim/reset mobile_vla_msgs/srv/ResetSimulation '{seed: a}'",
            "seed is 'a'",
        ),
        ('ros2 param set /recorder output x', 'read-only'),
        ('ros2 param set /policy instructions x', 'no parameter instructions'),
        ('ros2 lifecycle set /policy start', 'none of'),
        ('make tests', 'no target tests'),
        ('docker compose -f docker/compose.yaml up recorder', 'no service recorder'),
        ('docker compose -f compose.yaml up record', 'compose.yaml does not exist'),
        ('docker build -f docker/train.Dockerfile --build-arg ROS_DISTRO=a .', 'no argument'),
        ('tools/tests', 'tools/tests does not exist'),
        ('pip install ./src/mobile_vla', 'does not exist'),
        ('episodes chek ~/episodes', 'invalid choice'),
        ('colcn build', 'no check knows'),
    ],
)
def test_a_command_that_cannot_work_is_named(line, said):
    assert said in refusal_of(line)


@pytest.mark.parametrize(
    ('block', 'said'),
    [
        ('```\nmake test\n```', 'the language is none'),
        ('```bash\nmake test\n```', 'neither run by a test nor marked'),
        ('<!-- needs: luck -->\n```bash\nmake test\n```', 'needs: luck'),
        ('<!-- run: somehow -->\n```bash\nmake test\n```', 'no test runs such a block'),
        ('<!-- run: after training -->\n```python\nfor\n```', 'not Python'),
        ('```yaml\na: [\n```', 'not YAML'),
    ],
)
def test_a_block_that_is_not_in_order_is_named(block, said, tmp_path):
    page = tmp_path / 'page.md'
    page.write_text(f'# Page\n\n{block}\n')
    (found,) = pages.blocks(page)
    assert said in ' '.join(commands.block_findings(found))


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('schedule.steps=3000', ''),
        ('schedule.stpes=3000', 'no key'),
        ('schedule.steps=many', 'a whole number'),
        ('data.clips_per_batch', ''),
        ('policy.network.windows', 'no network'),
        ('autostart:=true', ''),
        ('autostrt:=true', 'no launch argument'),
        ('policy.yaml', ''),
    ],
)
def test_a_setting_in_the_text_is_checked(text, said):
    refusal = settings.refusal(text)
    assert (said in refusal) if said else not refusal


def test_a_broken_link_is_named(tmp_path):
    page = tmp_path / 'page.md'
    page.write_text('# A b\n[one](page.md#a-b) [two](page.md#c) [three](missing.md)\n')
    assert [text.split(': ', 1)[1] for text in pages.broken_links(page)] == [
        'page.md#c: no such heading',
        'missing.md does not exist',
    ]


def test_a_line_of_shell_is_split_as_a_shell_does():
    text = "A=1 one --flag \\\n  'two words' > file && three # four\nfive | six"
    found = list(split(text))
    words = [command.words for command in found]
    assert words == [('one', '--flag', 'two words'), ('three',), ('five',), ('six',)]
    assert found[0].variables == ('A=1',)


def test_every_page_of_docs_is_in_the_index():
    index = ROOT / 'docs' / 'README.md'
    named = {Path(target).name for _, target in pages.links(index)}
    assert {path.name for path in (ROOT / 'docs').glob('*.md')} - named == {'README.md'}


def test_a_block_knows_where_it_stands():
    (page,) = [page for page in pages.pages() if page == ROOT / 'README.md']
    block = next(pages.blocks(page))
    assert isinstance(block, Block)
    assert page.read_text().splitlines()[block.line - FIRST] == block.text.splitlines()[0]
