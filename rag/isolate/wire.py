"""What the two processes say to one another: plain data in JSON, and a file's bytes or text.

Never pickle: what reads hostile files must not be able to run code in the one that asks.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO, get_args

from rag.records import Block, BlockKind, Chunk, Page, ParsedDocument

Message = tuple[dict[str, Any], bytes]
"""Facts, and the bytes that go with them."""

_LENGTHS = struct.Struct("<QQ")
_KINDS = frozenset(get_args(BlockKind))


class TooLong(Exception):
    """A message that is longer than the receiver takes; the rest of the stream is unread."""


def write_message(stream: BinaryIO, facts: Mapping[str, Any], data: bytes = b"") -> None:
    """Writes a message; raises UnicodeEncodeError, unwritten, for facts that are no Unicode."""
    head = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
    stream.write(_LENGTHS.pack(len(head), len(data)))
    stream.write(head)
    stream.write(data)
    stream.flush()


def read_message(stream: BinaryIO, longest_head: int, longest_data: int) -> Message:
    """Reads a message.

    Raises:
        EOFError: the other process has ended.
        TooLong: one of its parts has more bytes than this.
        ValueError: it is no JSON object.
    """
    head, data = _LENGTHS.unpack(_read_exactly(stream, _LENGTHS.size))
    if head > longest_head or data > longest_data:
        raise TooLong
    try:
        facts = json.loads(_read_exactly(stream, head))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(facts, dict):
        raise ValueError("no object")
    return facts, _read_exactly(stream, data)


def _read_exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data


# A document, taken apart and put together.


def take_apart(parsed: ParsedDocument, chunks: Iterable[Chunk]) -> tuple[dict[str, Any], bytes]:
    """Gives a document as facts and text; raises UnicodeEncodeError for lone surrogates."""
    facts = {
        "media_type": parsed.media_type,
        "title": parsed.title,
        "author": parsed.author,
        "date": parsed.date,
        "warnings": parsed.warnings,
        "blocks": [(b.start, b.end, b.kind, b.level) for b in parsed.blocks],
        "pages": [(p.number, p.start, p.end) for p in parsed.pages],
        "chunks": [(c.start, c.end, c.headings) for c in chunks],
    }
    return facts, parsed.text.encode()


def put_together(facts: Mapping[str, Any], data: bytes) -> tuple[ParsedDocument, list[Chunk]]:
    """Makes the document and its chunks, and believes nothing that it has not looked at.

    Raises:
        ValueError, TypeError, KeyError: this is no document.
    """
    text = data.decode()
    parsed = ParsedDocument(
        text=text,
        media_type=_text(facts["media_type"]),
        blocks=tuple(_block(*row) for row in facts["blocks"]),
        pages=tuple(Page(*map(_number, row)) for row in facts["pages"]),
        title=_text_or_none(facts["title"]),
        author=_text_or_none(facts["author"]),
        date=_text_or_none(facts["date"]),
        warnings=tuple(map(_text, facts["warnings"])),
    )
    chunks = [
        Chunk(_number(start), _number(end), tuple(map(_text, headings)))
        for start, end, headings in facts["chunks"]
    ]
    _check_order(((b.start, b.end) for b in parsed.blocks), len(text))
    _check_order(((p.start, p.end) for p in parsed.pages), len(text))
    _check_order(((c.start, c.end) for c in chunks), len(text))
    return parsed, chunks


def _block(start: Any, end: Any, kind: Any, level: Any) -> Block:
    if kind not in _KINDS:
        raise ValueError(f"no kind of block: {kind!r:.40}")
    return Block(_number(start), _number(end), kind, _number(level))


def _check_order(ranges: Iterable[tuple[int, int]], length: int) -> None:
    reached = 0
    for start, end in ranges:
        if not reached <= start <= end <= length:
            raise ValueError("ranges overlap, or lie outside the text")
        reached = end


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"no number: {value!r:.40}")
    return value


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError(f"no text: {value!r:.40}")
    value.encode()
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)
