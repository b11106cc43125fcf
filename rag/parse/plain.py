"""Plain text and Markdown: the file's own text, decoded, with nothing added or cut."""

from __future__ import annotations

import re

from rag.errors import UnreadableDocument
from rag.parse.build import first_heading, refuse_if_empty
from rag.parse.dates import read_date
from rag.parse.decode import Decoded, decode
from rag.parse.head import Facts, read_head
from rag.parse.lines import blocks_of_lines
from rag.records import Block, ParsedDocument

LONGEST_TITLE = 100  # characters
SHORT_LINE = 60  # characters: a longer one goes on with a paragraph
_FRONT_MATTER = re.compile(
    r"\s*---[ \t]*\n(?P<body>(?:(?!---[ \t]*$).*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|$)", re.M
)
_KEY = re.compile(r"(?P<key>[A-Za-z][\w -]*?)\s*:\s*(?P<value>.*\S)\s*$")


def parse_plain(data: bytes, name: str) -> ParsedDocument:
    """Reads a plain text; raises UnreadableDocument for bytes that are no text, or none at all."""
    return _parse(data, name, markdown=False)


def parse_markdown(data: bytes, name: str) -> ParsedDocument:
    """Reads Markdown with or without YAML front matter; raises as ``parse_plain`` does."""
    return _parse(data, name, markdown=True)


def _parse(data: bytes, name: str, *, markdown: bool) -> ParsedDocument:
    decoded = decode(data)
    if decoded is None:
        raise UnreadableDocument(
            f'"{name}" is not a text (it holds bytes that no text has); the formats that are read '
            "are txt, md, html, pdf and docx, so save it as one of these and add that."
        )
    text = decoded.text
    refuse_if_empty(text, name)
    matter = _FRONT_MATTER.match(text) if markdown else None
    start = matter.end() if matter else 0
    blocks = [
        *_front_matter_blocks(text, start),
        *blocks_of_lines(text, markdown=markdown, start=start),
    ]
    facts = _front_matter_facts(matter["body"]) if matter else Facts()
    head = read_head(text[start : start + 8_000].splitlines())
    return ParsedDocument(
        text,
        "text/markdown" if markdown else "text/plain",
        tuple(blocks),
        title=facts.title
        or head.title
        or (None if markdown else _opening_line(text))
        or first_heading(text, blocks),
        author=facts.author or head.author,
        date=facts.date or head.date,
        warnings=_encoding_warnings(decoded, name),
    )


def _opening_line(text: str) -> str | None:
    """Gives the first line where it stands alone like a title, over a short line or none."""
    lines = text.lstrip().split("\n", 2)
    line = lines[0].strip()
    over = lines[1].strip() if len(lines) > 1 else ""
    is_title = 0 < len(line) <= LONGEST_TITLE and line[-1] not in ".,;:" and line[0].isalnum()
    return line if is_title and len(over) <= SHORT_LINE else None


def _front_matter_blocks(text: str, end: int) -> list[Block]:
    piece = text[:end]
    stripped = piece.strip()
    if not stripped:
        return []
    start = len(piece) - len(piece.lstrip())
    return [Block(start, start + len(stripped), "code")]


def _front_matter_facts(body: str) -> Facts:
    values: dict[str, str] = {}
    for line in body.splitlines():
        if match := _KEY.match(line):
            values.setdefault(match["key"].lower(), match["value"].strip().strip("\"'[]").strip())
    author = values.get("author") or values.get("authors") or values.get("by")
    date = values.get("date") or values.get("published") or values.get("created") or ""
    return Facts(values.get("title"), author, read_date(date))


def _encoding_warnings(decoded: Decoded, name: str) -> tuple[str, ...]:
    if not decoded.guessed:
        return ()
    return (
        f'"{name}" does not say how its letters are encoded; it was read as {decoded.encoding}, so '
        "look whether the letters are right, or save it as UTF-8.",
    )
