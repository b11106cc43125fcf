"""Title, author and date as the first lines of a document tell them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.parse.dates import find_date, read_date

_LABEL = re.compile(
    r"[\s*_>#-]*(?P<key>date|published(?: on)?|publication date|issued|updated|last updated"
    r"|authors?|by|written by|title|дата|datum)\s*[*_]*\s*:\s*[*_]*\s*(?P<value>\S.*?)[\s*_]*$",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"\s*[*_]*By (?P<value>[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){1,4})[*_]*\s*$")
_HEAD_LINES = 15  # labelled lines stand within these
_DATELINE_LINES = 8
_DATELINE = 120  # characters: a date later in a line belongs to the story
_SHORT_LINE = 60  # characters: a line that is hardly more than its date


@dataclass(slots=True)
class Facts:
    """What is told; None for what is not."""

    title: str | None = None
    author: str | None = None
    date: str | None = None


def read_head(lines: Iterable[str]) -> Facts:
    """Reads labelled lines (``Date: 24 January 2022``), a byline, and the date of a dateline."""
    facts = Facts()
    head = [
        line
        for line, _ in zip((li for li in lines if li.strip()), range(_HEAD_LINES), strict=False)
    ]
    for line in head:
        if match := _LABEL.match(line):
            _add_label(facts, match["key"].lower(), match["value"])
        elif not facts.author and (match := _BYLINE.match(line)):
            facts.author = match["value"]
    facts.date = facts.date or _dateline(head[:_DATELINE_LINES])
    return facts


def _add_label(facts: Facts, key: str, value: str) -> None:
    if key == "title":
        facts.title = facts.title or value
    elif key in {"author", "authors", "by", "written by"}:
        facts.author = facts.author or value[:200]
    else:
        facts.date = facts.date or read_date(value)


def _dateline(lines: list[str]) -> str | None:
    for line in lines:
        if date := find_date(line[:_DATELINE]):
            return date
    for line in lines:
        if len(line) <= _SHORT_LINE and (date := read_date(line)) and "-" in date:
            return date
    return None
