# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The text on the driver's screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
import unicodedata

from .collection_plan_progress import PlanProgress
from .key_map import SpeedScale, Velocity
from .teleop_episode import RecorderState

RESET, BOLD, DIM, RED, GREEN, YELLOW = (f'\x1b[{code}m' for code in (0, 1, 2, 31, 32, 33))

HELP = (
    '  Q W E   forward, and to its left or right    N        start an episode',
    '  A   D   left, right                          M        stop and save: success',
    '  Z S C   back, and to its left or right       Shift+M  stop and save: failure',
    '  R   T   turn left, turn right                X        stop and discard',
    '  SPACE   stop     F G  slower, faster         1-9  0   scenario, suggested one',
    '  Hold a key to drive, let it go to stop.      ?  help  Ctrl-C  stop and quit',
)
KEYS_HIDDEN = f'{DIM}  ? shows the keys, in a terminal that is high enough{RESET}'
BAR = 20
MESSAGE_LINES = 3


@dataclass(frozen=True)
class TeleopView:
    """
    What is shown.

    :param velocity: last command, None when nothing is sent
    :param show_help: show the keys, where there is room
    :param instruction: what the next episode will be told
    """

    now: float
    topic: str
    velocity: Velocity | None
    speed: SpeedScale
    recorder: RecorderState
    progress: PlanProgress | None
    instruction: str
    message: str
    joystick_problem: str = ''
    show_help: bool = True


def render_screen(view: TeleopView, width: int, height: int) -> list[str]:
    """Return the lines, at most `height`, each at most `width` columns wide."""
    lines = [f'{BOLD}Mobile VLA teleop{RESET}  {DIM}{view.topic}{RESET}']
    state = [_drive(view), *_recorder(view), *_plan(view)]
    message = _wrap(f'> {_printable(view.message)}', width)[: min(MESSAGE_LINES, height)]
    room = height - len(lines) - len(state) - len(message)
    lines += [*HELP, ''] if view.show_help and room > len(HELP) else [KEYS_HIDDEN]
    lines += state
    kept = [_cut(line, width) for line in lines[: height - len(message)]]
    return [*kept, *(f'{YELLOW}{line}{RESET}' for line in message)]


def _drive(view: TeleopView) -> str:
    speed = view.speed
    setting = (
        f'speed {speed.percent} % '
        f'({speed.linear * speed.percent / 100:.2f} m/s, '
        f'{speed.angular * speed.percent / 100:.2f} rad/s)'
    )
    if view.joystick_problem:
        setting = f'{RED}{_printable(view.joystick_problem)}{RESET}'
    if view.velocity is None:
        return f'drive     nothing sent                 {setting}'
    x, y, turn = view.velocity
    colour = GREEN if any(view.velocity) else ''
    return f'drive     {colour}x {x:+.2f}  y {y:+.2f}  turn {turn:+.2f}{RESET}  {setting}'


def _recorder(view: TeleopView) -> list[str]:
    recorder = view.recorder
    if not recorder.present(view.now):
        return [
            f'recorder  {RED}not there{RESET}',
            '',
            f'say       {_printable(view.instruction)}',
        ]
    free = f'{recorder.free_disk_bytes / 1e9:.1f} GB free'
    problems = [text for text in (recorder.message, *recorder.warnings) if text]
    problem = _printable('; '.join(text for text in problems if text not in view.message))
    if problem:
        problem = f'{RED}{problem}{RESET}'
    if not recorder.recording:
        return [
            f'recorder  ready   {free}',
            f'          {problem}',
            f'next      {BOLD}{_printable(view.instruction)}{RESET}',
        ]
    drops = f'{RED if recorder.dropped else ""}{recorder.dropped} dropped{RESET}'
    return [
        f'recorder  {RED}{BOLD}REC{RESET} {recorder.seconds_at(view.now):6.1f} s  '
        f'{recorder.frames} frames  {_rates(recorder)} Hz  {drops}  {free}',
        f'          {problem or PurePath(_printable(recorder.episode)).name}',
        f'say       {BOLD}{_printable(recorder.instruction)}{RESET}',
    ]


def _rates(recorder: RecorderState) -> str:
    return ' '.join(f'{rate:.1f}' for rate in recorder.rates) or '-'


def _plan(view: TeleopView) -> list[str]:
    progress = view.progress
    if progress is None:
        return []
    suggestion = 'complete'
    if progress.suggested is not None:
        number = progress.suggested + 1
        name = progress.plan.scenarios[progress.suggested].name
        suggestion = f'suggested next: {number} {name}'
    lines = [f'plan      {progress.done} of {progress.plan.total} episodes, {suggestion}']
    widest = max(display_width(scenario.name) for scenario in progress.plan.scenarios)
    for index, scenario in enumerate(progress.plan.scenarios):
        count = progress.count(index)
        filled = min(BAR, BAR * count // scenario.count)
        mark = '>' if index == progress.selected else ' '
        name = scenario.name + ' ' * (widest - display_width(scenario.name))
        colour = GREEN if count >= scenario.count else BOLD if mark == '>' else ''
        bar = '#' * filled + '.' * (BAR - filled)
        lines.append(
            f'{colour}  {mark} {index + 1}  {name}  {bar}  {count}/{scenario.count}{RESET}'
        )
    return lines


def display_width(text: str) -> int:
    """Return how many columns a terminal gives the text; Korean takes two per character."""
    return sum(_columns(character) for character in text)


def _printable(text: str) -> str:
    """Return the text without control characters: it may come from anybody's node."""
    return ''.join(character for character in text if character.isprintable())


def _columns(character: str) -> int:
    if unicodedata.combining(character) or not character.isprintable():
        return 0
    return 2 if unicodedata.east_asian_width(character) in 'WF' else 1


def _wrap(text: str, width: int) -> list[str]:
    lines = ['']
    for word in text.split():
        longer = f'{lines[-1]} {word}'.lstrip()
        if display_width(longer) <= width or not lines[-1]:
            lines[-1] = _cut(longer, width)
        else:
            lines.append(_cut(f'  {word}', width))
    return lines


def _cut(line: str, width: int) -> str:
    """Return as much of the line as `width` columns hold; colours take none."""
    kept, used, at = [], 0, 0
    while at < len(line):
        if line[at] == '\x1b':
            end = line.index('m', at) + 1
            kept.append(line[at:end])
            at = end
            continue
        columns = _columns(line[at])
        if columns and used + columns <= width:
            kept.append(line[at])
        used += columns
        at += 1
    return ''.join(kept)
