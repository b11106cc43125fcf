"""What a model wrote to plain sentences: without Markdown, and without the markers it made up."""

from __future__ import annotations

import re

from rag.sentences import split_sentences

THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.I | re.S)
IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?")
LINK = re.compile(r"\[([^\]]+)\]\(([^)]*)\)")
REFERENCE = re.compile(r"^\s*\[[^\]]+\]:\s+\S.*$", re.M)  # "[1]: https://…" on a line of its own
SOURCE_WORD = r"(?:passages?|sources?|documents?|docs?|refs?|references?|citations?|quotes?)"
NUMBERS = r"#?\d{1,3}(?:\s*(?:[-–,;&]|and)\s*#?\d{1,3})*"
MARKER = re.compile(
    rf"\s*(?:\[\^?(?:{SOURCE_WORD}\s*:?\s*)?{NUMBERS}\]"
    rf"|\((?:see\s+)?(?:{SOURCE_WORD})\s*:?\s*{NUMBERS}\)"
    r"|【[^】]*】|[¹²³⁴⁵⁶⁷⁸⁹⁰]+(?=[\s.,;:]|$))",
    re.I,
)
TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?(?:-->|\Z)", re.S)
FENCE = re.compile(r"^\s*(?:```|~~~).*$", re.M)
RULER = re.compile(r"^\s*(?:[-*_]\s*){3,}$|^\s*\|?\s*:?-{3,}[-|:\s]*$", re.M)
EMPHASIS = re.compile(r"(?<!\w)(\*\*\*|\*\*|__|\*|_|`|~~)(?=\S)(.+?)(?<=\S)\1(?!\w)")
LINE_MARK = re.compile(r"^\s*(?:(?:[-*+•▪‣–]|#{1,6}|>|\d{1,3}[.)])\s+)+")
SPACE_BEFORE = re.compile(r"\s+(?=[.,;:!?](?:\s|$))")
DOUBLED = re.compile(r"([,;:])(?=\s*[.,;:!?])|(?<=\w\.)\.(?=\s|$)(?<!\.\.\.)")
EMPTY_BRACKETS = re.compile(r"\s*(?:\(\s*\)|\[\s*\])")


def to_sentences(text: str) -> list[str]:
    """Gives the sentences of a text as they read.

    Markers such as ``[1]``, ``(source 2)`` or ``【3†a】`` are dropped without leaving holes, as are
    images, the addresses of links, tags, marks of headings and lists, and what a model thought
    aloud.
    """
    for pattern in (THOUGHT, FENCE, RULER, REFERENCE, IMAGE):
        text = pattern.sub("", text)
    text = LINK.sub(r"\1", text)
    text = TAG.sub("", MARKER.sub("", text))
    pieces = (_plain(text[start:end]) for start, end in split_sentences(text))
    return [piece for piece in pieces if any(map(str.isalnum, piece))]


def _plain(piece: str) -> str:
    piece = LINE_MARK.sub("", piece)
    for _ in range(2):  # bold inside italic, and the other way round
        piece = EMPHASIS.sub(r"\2", piece)
    piece = piece.strip().strip("|*_#").replace("|", " | ")
    piece = SPACE_BEFORE.sub("", EMPTY_BRACKETS.sub("", piece))
    return " ".join(DOUBLED.sub("", piece).split())
