"""White space and characters that are no text, for formats whose text is put together here."""

from __future__ import annotations

import re

_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000\f\v]+")
_ANY_WHITE_SPACE = re.compile(r"\s+")


def clean_words(text: str) -> str:
    """Gives the words with single spaces between them and without control characters."""
    return _ANY_WHITE_SPACE.sub(" ", _NOT_TEXT.sub("", text)).strip()


def clean_lines(text: str) -> str:
    """Like ``clean_words``, but keeps the line breaks; lines without words are left out."""
    text = _NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = (_SPACES.sub(" ", line).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def clean_code(text: str) -> str:
    """Keeps the indentation of code; drops control characters and the blank lines around it."""
    text = _NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = [line.rstrip() for line in text.splitlines()]
    while lines and not lines[0]:
        lines.pop(0)
    return "\n".join(lines).rstrip()


def plain_name(name: str) -> str:
    """Gives a file's name for messages and titles: no folders, no control or direction marks."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable() and not "\u202a" <= c <= "\u202e").strip()


def name_without_ending(name: str) -> str:
    """Gives the name up to its ending: ``report.v2.pdf`` becomes ``report.v2``."""
    last = plain_name(name)
    stem, dot, _ = last.rpartition(".")
    return stem if dot and stem else last
