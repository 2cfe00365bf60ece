# Copyright 2026 The Mobile VLA Authors
# SPDX-License-Identifier: Apache-2.0
"""The pages of the documentation: their fenced blocks, inline code and links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
import re

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r'^( *)```+ *([\w-]*) *$')
_MARK = re.compile(r'^ *<!-- (needs|run): (.+) -->$')
_LINK = re.compile(r'!?\[[^\]]*\]\(([^)\s]+)\)')
_CODE = re.compile(r'(?<!`)`([^`\n]+)`(?!`)')


@dataclass(frozen=True)
class Block:
    """A fenced block, or a piece of inline code when the language is ''."""

    page: Path
    line: int
    """Of the first line of its text."""
    language: str
    text: str
    mark: str = ''
    """'needs' or 'run' from the comment `<!-- needs: … -->` before the fence."""
    reason: str = ''

    @property
    def place(self) -> str:
        """Where it stands, for a finding."""
        return f'{name_of(self.page)}:{self.line}'


def name_of(page: Path) -> str:
    """Return the path of a page as a reader knows it."""
    return str(page.relative_to(ROOT)) if page.is_relative_to(ROOT) else page.name


def pages() -> list[Path]:
    """Return every page: of the root, of docs and of each package."""
    found = [*ROOT.glob('*.md'), *ROOT.glob('docs/**/*.md'), *ROOT.glob('src/*/README.md')]
    return sorted([*found, *ROOT.glob('launch/README.md'), *ROOT.glob('docker/README.md')])


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    mark, reason, start = '', '', None
    language, indent, text = '', 0, []
    for number, line in enumerate(page.read_text().splitlines(), 1):
        fence = _FENCE.match(line)
        if start is not None:
            if fence and not fence[2]:
                yield Block(page, start, language, '\n'.join(text), mark, reason)
                mark, reason, start = '', '', None
            else:
                text.append(line[indent:] if not line[:indent].strip() else line)
        elif fence:
            start, language, indent, text = number + 1, fence[2] or 'none', len(fence[1]), []
        elif found := _MARK.match(line):
            mark, reason = found[1], found[2]
        elif line.strip():
            mark, reason = '', ''


def prose(page: Path) -> Iterator[tuple[int, str]]:
    """Yield number and text of the lines outside fenced blocks."""
    inside = False
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if _FENCE.match(line):
            inside = not inside
        elif not inside:
            yield number, line


def inline_code(page: Path) -> Iterator[Block]:
    """Yield what stands between single backticks."""
    for number, line in prose(page):
        for code in _CODE.findall(line):
            yield Block(page, number, '', code)


def links(page: Path) -> Iterator[tuple[int, str]]:
    """Yield line and target of each link and picture."""
    for number, line in prose(page):
        for target in _LINK.findall(_CODE.sub('', line)):
            yield number, target


def anchor_of(heading: str) -> str:
    """Return the anchor that a heading gets: lower case, without punctuation, joined by '-'."""
    text = re.sub(r'[^\w\- ]', '', heading.lstrip('#').strip().lower())
    return text.replace(' ', '-')


def broken_links(page: Path) -> list[str]:
    """Return a sentence for each link that leads nowhere in the tree."""
    found = []
    for number, target in links(page):
        if re.match(r'[a-z]+:', target):
            continue
        path, _, anchor = target.partition('#')
        there = (page.parent / path).resolve() if path else page
        if not there.exists():
            found.append(f'{name_of(page)}:{number}: {target} does not exist')
        elif anchor and there.suffix == '.md':
            lines = [text for _, text in prose(there) if text.startswith('#')]
            if anchor not in map(anchor_of, lines):
                found.append(f'{name_of(page)}:{number}: {target}: no such heading')
    return found
