# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""Headless Chromium for tests, spoken to over its DevTools protocol."""

from __future__ import annotations

import base64
from contextlib import ExitStack, suppress
import json
import os
from pathlib import Path
import shutil
import subprocess
import time
from typing import Any
from urllib.request import urlopen

from websockets.sync.client import connect

LIMIT = 30.0
"""For whatever is waited for [s]."""
KEYS = {'ArrowLeft': 37, 'ArrowRight': 39, 'ArrowUp': 38, 'ArrowDown': 40, ' ': 32}
SHIFT = 8


def find_chromium() -> str | None:
    """Return the program, or None where there is none."""
    return next(filter(None, map(shutil.which, ('chromium', 'chromium-browser'))), None)


class Browser:
    """
    One tab; a context manager.

    :param folder: for the profile
    """

    def __init__(self, folder: Path, width: int = 1280, height: int = 800) -> None:
        self._profile = folder
        options = [
            '--headless=new', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
            '--disable-background-networking', '--disable-sync', '--hide-scrollbars',
            '--remote-debugging-port=0', f'--user-data-dir={folder}',
            f'--window-size={width},{height}',
        ]  # fmt: skip
        if os.geteuid() == 0:
            options.append('--no-sandbox')  # its sandbox refuses to work for root
        self._process = subprocess.Popen(
            [find_chromium(), *options, 'about:blank'],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._number = 0
        self.errors: list[str] = []
        """What the page's scripts raised, or the console was told as an error."""

    def __enter__(self) -> Browser:
        self._end = ExitStack()
        self._end.callback(self._end_process)
        try:
            self._connection = self._end.enter_context(connect(self._tab(), max_size=None))
            for domain in ('Page', 'Runtime', 'Log'):
                self.command(f'{domain}.enable')
        except BaseException:
            self._end.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(Exception):
            self.command('Browser.close')
        self._end.close()

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        self._number += 1
        message = {'id': self._number, 'method': method, 'params': parameters}
        self._connection.send(json.dumps(message))
        while True:
            answer = json.loads(self._connection.recv(timeout=LIMIT))
            self._note(answer)
            if answer.get('id') == self._number:
                assert 'error' not in answer, answer
                return answer['result']

    def open(self, address: str) -> None:
        """Load a page."""
        self.command('Page.navigate', url=address)
        self.wait_for("document.readyState === 'complete'")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        result = self.command(
            'Runtime.evaluate', expression=expression, returnByValue=True, awaitPromise=True
        )
        assert 'exceptionDetails' not in result, result['exceptionDetails']
        return result['result'].get('value')

    def wait_for(self, expression: str) -> Any:
        """Wait until an expression is true in the page, and return its value."""
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            value = self.evaluate(expression)
            if value:
                return value
            time.sleep(0.05)
        raise AssertionError(f'never true: {expression}; errors of the page: {self.errors}')

    def press(self, key: str, modifiers: int = 0) -> None:
        """Press a key and let it go."""
        code = KEYS.get(key, ord(key.upper()) if len(key) == 1 else 0)
        text = {'text': key} if len(key) == 1 else {}
        about = {'key': key, 'windowsVirtualKeyCode': code, 'modifiers': modifiers}
        self.command('Input.dispatchKeyEvent', type='keyDown', **about, **text)
        self.command('Input.dispatchKeyEvent', type='keyUp', **about)

    def click(self, selector: str, modifiers: int = 0) -> None:
        """Click on the middle of an element, scrolled into view."""
        place = self.wait_for(
            f'(() => {{ const found = document.querySelector({json.dumps(selector)});'
            'if (!found) return null; found.scrollIntoView({block: "nearest"});'
            'const box = found.getBoundingClientRect();'
            'return box.width && [box.x + box.width / 2, box.y + box.height / 2]; })()'
        )
        for kind in ('mousePressed', 'mouseReleased'):
            self.command(
                'Input.dispatchMouseEvent', type=kind, x=place[0], y=place[1], button='left',
                clickCount=1, modifiers=modifiers,
            )  # fmt: skip

    def write(self, selector: str, text: str) -> None:
        """Replace what stands in an input."""
        self.evaluate(f'document.querySelector({json.dumps(selector)}).select()')
        self.evaluate(f'document.querySelector({json.dumps(selector)}).focus()')
        self.command('Input.insertText', text=text)

    def choose(self, selector: str, value: str) -> None:
        """Choose an option of a select."""
        self.evaluate(
            f'(() => {{ const select = document.querySelector({json.dumps(selector)});'
            f'select.value = {json.dumps(value)};'
            "select.dispatchEvent(new Event('input', {bubbles: true})); })()"
        )

    def screenshot(self) -> bytes:
        """Return a PNG of the window."""
        return base64.b64decode(self.command('Page.captureScreenshot')['data'])

    def _tab(self) -> str:
        """Return the address of the first tab once Chromium has written its port."""
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            assert self._process.poll() is None, 'Chromium ended at its start'
            with suppress(FileNotFoundError, IndexError, ValueError, StopIteration):
                port = int((self._profile / 'DevToolsActivePort').read_text().split()[0])
                with urlopen(f'http://127.0.0.1:{port}/json') as answer:
                    tabs = json.load(answer)
                return next(t['webSocketDebuggerUrl'] for t in tabs if t['type'] == 'page')
            time.sleep(0.05)
        raise AssertionError('Chromium did not start')

    def _note(self, message: dict[str, Any]) -> None:
        parameters = message.get('params', {})
        if message.get('method') == 'Runtime.exceptionThrown':
            self.errors.append(str(parameters['exceptionDetails']))
        entry = parameters.get('entry', {})
        # A picture of a file that was just moved away is not there: that is no fault of the page.
        if entry.get('level') == 'error' and entry['source'] != 'network':
            self.errors.append(entry['text'])

    def _end_process(self) -> None:
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
