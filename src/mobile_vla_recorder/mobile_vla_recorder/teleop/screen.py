# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The text on the driver's screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from .key_map import SpeedScale, Velocity
from .plan import TeleopPlan
from .recorder_state import RecorderState
from .text import cut, display_width, printable, wrap

RESET, BOLD, DIM, RED, GREEN, YELLOW = (f'\x1b[{code}m' for code in (0, 1, 2, 31, 32, 33))

HELP = (
    '  Q W E  ahead, diagonally  N        start episode    U    undo the last save,',
    '  A   D  left, right        M        save: a success       discard or change',
    '  Z S C  back, diagonally   Shift+M  save: a failure  O P  was success, failure',
    '  R   T  turn left, right   X        discard          L    was scenario marked >',
    '  F   G  slower, faster     K        mark as special  1-9  scenario   0 next one',
    '  SPACE  stop at once       ?        hide the keys    Ctrl-C  stop and quit',
    '  Hold a key to drive, let it go to stop.',
)
KEYS_HIDDEN = f'{DIM}  ? shows the keys, in a terminal that is high enough{RESET}'
BAR = 20
HALF_BAR = 10
MESSAGE_LINES = 4
PROBLEM_LINES = 3


@dataclass(frozen=True)
class TeleopView:
    """
    What is shown.

    :param velocity: last command, None when nothing is sent
    :param special: what is driven is marked as special
    :param instruction: what the next episode will be told
    :param show_help: show the keys, where there is room
    """

    now: float
    topic: str
    velocity: Velocity | None
    speed: SpeedScale
    recorder: RecorderState
    plan: TeleopPlan | None
    instruction: str
    message: str
    special: bool = False
    joystick_problem: str = ''
    show_help: bool = True


def render_screen(view: TeleopView, width: int, height: int) -> list[str]:
    """Return the lines, at most `height`, each at most `width` columns wide."""
    lines = [f'{BOLD}Mobile VLA teleop{RESET}  {DIM}{view.topic}{RESET}']
    state = [_drive(view), *_recorder(view, width), *_plan(view, width)]
    message = wrap(f'> {printable(view.message)}', width)[: min(MESSAGE_LINES, height)]
    room = height - len(lines) - len(state) - len(message)
    lines += [*HELP, ''] if view.show_help and room > len(HELP) else [KEYS_HIDDEN]
    lines += state
    kept = [cut(line, width) for line in lines[: height - len(message)]]
    return [*kept, *(f'{YELLOW}{line}{RESET}' for line in message)]


def _drive(view: TeleopView) -> str:
    speed = view.speed
    setting = (
        f'speed {speed.percent} % '
        f'({speed.linear * speed.percent / 100:.2f} m/s, '
        f'{speed.angular * speed.percent / 100:.2f} rad/s)'
    )
    if view.special:
        setting = f'{YELLOW}{BOLD}SPECIAL{RESET} {speed.percent} %'
    if view.joystick_problem:
        setting = f'{RED}{printable(view.joystick_problem)}{RESET}'
    if view.velocity is None:
        return f'drive     nothing sent                 {setting}'
    x, y, turn = view.velocity
    colour = GREEN if any(view.velocity) else ''
    return f'drive     {colour}x {x:+.2f}  y {y:+.2f}  turn {turn:+.2f}{RESET}  {setting}'


def _recorder(view: TeleopView, width: int) -> list[str]:
    recorder = view.recorder
    if not recorder.present(view.now):
        return [
            f'recorder  {RED}not there{RESET}',
            '',
            f'say       {printable(view.instruction)}',
        ]
    free = f'{recorder.free_disk_bytes / 1e9:.1f} GB free'
    if not recorder.recording:
        state = f'{RED}not ready{RESET}' if recorder.warnings else 'ready'
        return [
            f'recorder  {state}   {free}',
            *(_problems(view, width) or ['']),
            f'next      {BOLD}{printable(view.instruction)}{RESET}',
        ]
    if recorder.saving:
        left = f'{recorder.left} pictures left to write'
        return [
            f'recorder  {YELLOW}{BOLD}SAVING{RESET} {left}   {free}',
            *(_problems(view, width) or [f'          {_name(recorder)}']),
            f'next      {BOLD}{printable(view.instruction)}{RESET}',
        ]
    drops = f'{RED if recorder.dropped else ""}{recorder.dropped} dropped{RESET}'
    return [
        f'recorder  {RED}{BOLD}REC{RESET} {recorder.seconds_at(view.now):6.1f} s  '
        f'{recorder.frames} frames  {_rates(recorder)} Hz  {drops}  {free}',
        *(_problems(view, width) or [f'          {_name(recorder)}']),
        f'say       {BOLD}{printable(recorder.instruction)}{RESET}',
    ]


def _name(recorder: RecorderState) -> str:
    return PurePath(printable(recorder.episode)).name


def _problems(view: TeleopView, width: int) -> list[str]:
    """Return what spoils the recording right now; what the message says is not said twice."""
    recorder = view.recorder
    texts = [text for text in dict.fromkeys((recorder.message, *recorder.warnings)) if text]
    text = printable('; '.join(text for text in texts if text not in view.message))
    lines = wrap(text, max(width - 10, 1)) if text else []
    return [f'          {RED}{line}{RESET}' for line in lines[:PROBLEM_LINES]]


def _rates(recorder: RecorderState) -> str:
    return ' '.join(f'{rate:.1f}' for rate in recorder.rates) or '-'


def _plan(view: TeleopView, width: int) -> list[str]:
    plan = view.plan
    if plan is None:
        return []
    places = range(len(plan.plan.scenarios))
    if not plan.counted:
        head = 'plan      nobody counts: start the recorder with the same plan:=…'
    elif plan.suggested is None:
        head = f'plan      {plan.done} of {plan.total} episodes, complete'
    else:
        name = plan.plan.scenarios[plan.suggested].name
        head = (
            f'plan      {plan.done} of {plan.total} episodes, '
            f'suggested next: {plan.suggested + 1} {name}'
        )
    half = width // 2
    rows = [_scenario(plan, place, HALF_BAR) for place in places]
    if len(rows) > 1 and max(display_width(row) for row in rows) < half:
        middle = (len(rows) + 1) // 2
        left, right = rows[:middle], [*rows[middle:], ''][:middle]
        return [head, *(_pad(a, half) + b for a, b in zip(left, right, strict=True))]
    return [head, *(_scenario(plan, place, BAR) for place in places)]


def _scenario(plan: TeleopPlan, place: int, bar: int) -> str:
    names = [scenario.name for scenario in plan.plan.scenarios]
    recorded, wanted = plan.recorded(place), plan.wanted(place)
    filled = min(bar, bar * recorded // wanted) if wanted else bar
    mark = '>' if place == plan.selected else ' '
    name = _pad(names[place], max(display_width(name) for name in names))
    colour = GREEN if recorded >= wanted else BOLD if mark == '>' else ''
    text = '#' * filled + '.' * (bar - filled)
    return f'{colour} {mark}{place + 1} {name} {text} {recorded}/{wanted}{RESET}'


def _pad(text: str, width: int) -> str:
    return text + ' ' * (width - display_width(text))
