"""Documents inside a document: the members of an archive, the attachments of a mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.errors import UnreadableDocument
from rag.parse.build import TextBuilder
from rag.parse.clean import clean_words, plain_name
from rag.parse.recognise import WORDS, Format, recognise

_MOST_CHARACTERS = 60_000_000  # as of a PDF: more is no document but an attack


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside another one, with its name there."""

    name: str
    data: bytes


def add_members(
    builder: TextBuilder, members: Iterable[Member], name: str, left_out: frozenset[Format]
) -> tuple[str, ...]:
    """Adds each member that can be read as a section under its name; gives the warnings.

    Args:
        name: of the file that holds the members.
        left_out: formats that may hold such members in turn, so that none is nested endlessly.
    """
    warnings: list[str] = []
    for member in members:
        try:
            warnings += _add_member(builder, member, name, left_out)
        except UnreadableDocument as error:
            warnings.append(f'Left out of "{name}": {error}')
    return tuple(warnings)


def refuse_without_members(builder: TextBuilder, warnings: tuple[str, ...], name: str) -> None:
    """Raises UnreadableDocument where nothing was added."""
    if not builder.blocks:
        why = f" ({warnings[0].rstrip('.')})" if warnings else ""
        raise UnreadableDocument(
            f'"{name}" holds no document that can be read{why}; unpack it and add what you need.'
        )


def _add_member(
    builder: TextBuilder, member: Member, name: str, left_out: frozenset[Format]
) -> tuple[str, ...]:
    from rag.parse import parse_bytes

    format_ = recognise(member.data, member.name)
    if format_ in left_out:
        raise UnreadableDocument(
            f'"{plain_name(member.name)}" is {WORDS[format_]} inside "{name}"; add it by itself.'
        )
    document = parse_bytes(member.data, member.name)
    if builder.length + len(document.text) > _MOST_CHARACTERS:
        raise UnreadableDocument(
            f'"{name}" holds more than ten million words; unpack it and add the parts.'
        )
    builder.add("heading", clean_words(member.name), level=1)
    builder.add_text(document.text, document.blocks, deeper=1)
    return document.warnings
