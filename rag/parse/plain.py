"""Plain text, Markdown and reStructuredText: the file's own text, with nothing added or cut."""

from __future__ import annotations

import re

from rag.errors import UnreadableDocument
from rag.parse.build import first_heading, refuse_if_empty
from rag.parse.dates import read_date
from rag.parse.decode import Decoded, decode
from rag.parse.head import Facts, read_head
from rag.parse.lines import Style, blocks_of_lines
from rag.parse.recognise import READ_FORMATS
from rag.records import Block, ParsedDocument

LONGEST_TITLE = 100  # characters
SHORT_LINE = 60  # characters: a longer one goes on with a paragraph
_MEDIA_TYPES: dict[Style, str] = {
    "plain": "text/plain",
    "markdown": "text/markdown",
    "rst": "text/x-rst",
}
_XML_START = re.compile(r"\s*<(?:\?xml|!DOCTYPE)", re.IGNORECASE)
_FRONT_MATTER = re.compile(
    r"\s*---[ \t]*\n(?P<body>(?:(?!---[ \t]*$).*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|$)", re.M
)
_KEY = re.compile(r"(?P<key>[A-Za-z][\w -]*?)\s*:\s*(?P<value>.*\S)\s*$")


def parse_plain(data: bytes, name: str) -> ParsedDocument:
    """Reads a plain text; raises UnreadableDocument for bytes that are no text, or none at all."""
    return _parse(data, name, "plain")


def parse_markdown(data: bytes, name: str) -> ParsedDocument:
    """Reads Markdown with or without YAML front matter; raises as ``parse_plain`` does."""
    return _parse(data, name, "markdown")


def parse_rst(data: bytes, name: str) -> ParsedDocument:
    """Reads reStructuredText; raises as ``parse_plain`` does."""
    return _parse(data, name, "rst")


def decode_text(data: bytes, name: str) -> Decoded:
    """Gives a file's text; raises UnreadableDocument for bytes that are none, or none that is safe.

    XML that declares entities is refused, though nothing here expands them: whoever is handed the
    text of such a file on the page may.
    """
    decoded = decode(data)
    if decoded is None:
        raise UnreadableDocument(
            f'"{name}" is not a text (it holds bytes that no text has); save it as one of '
            f"{READ_FORMATS}, which are read, and add that."
        )
    refuse_if_empty(decoded.text, name)
    if _XML_START.match(decoded.text) and "<!ENTITY" in decoded.text:
        raise UnreadableDocument(
            f'"{name}" is XML that declares entities, which can do harm; save its text in another '
            "format and add that."
        )
    return decoded


def _parse(data: bytes, name: str, style: Style) -> ParsedDocument:
    decoded = decode_text(data, name)
    text = decoded.text
    matter = _FRONT_MATTER.match(text) if style == "markdown" else None
    start = matter.end() if matter else 0
    blocks = [
        *_front_matter_blocks(text, start),
        *blocks_of_lines(text, style=style, start=start),
    ]
    facts = _front_matter_facts(matter["body"]) if matter else Facts()
    head = read_head(text[start : start + 8_000].splitlines())
    return ParsedDocument(
        text,
        _MEDIA_TYPES[style],
        tuple(blocks),
        title=facts.title
        or head.title
        or (_opening_line(text) if style == "plain" else None)
        or first_heading(text, blocks),
        author=facts.author or head.author,
        date=facts.date or head.date,
        warnings=encoding_warnings(decoded, name),
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


def encoding_warnings(decoded: Decoded, name: str) -> tuple[str, ...]:
    """Gives the warning for an encoding that was told from the letters alone."""
    if not decoded.guessed:
        return ()
    return (
        f'"{name}" does not say how its letters are encoded; it was read as {decoded.encoding}, so '
        "look whether the letters are right, or save it as UTF-8.",
    )
