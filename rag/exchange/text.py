"""A chat → Markdown in which nothing but our own marks means anything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.exchange.words import (
    NEAREST,
    NO_ANSWER,
    VERDICTS,
    findings,
    one_line,
    relations,
    remarks,
    shown_sentences,
    source_facts,
    title_of,
    visible,
)
from rag.history import Message, Transcript
from rag.records import Answer, Citation

# By CommonMark 0.31, section 2.4, a backslash takes the meaning from any ASCII punctuation; these
# are all that have one inside a line, with those of GitHub's tables, strikes and formulas.
_MEANING = re.compile(r"([\\`*_{}\[\]<>#!|~$&^=])")
# What means something at the beginning of a line alone.
_LINE_START = re.compile(r"^(\s*)([-+]|\d{1,9}[.)])(?=\s|$)")
# What GitHub turns into a link by itself.
_ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp)(:)|\b(www)(\.)|(?<=\w)(@)(?=\w)")


def to_markdown(transcript: Transcript) -> str:
    """Gives a chat as Markdown: each question, its answer, and the quotes with their places."""
    parts = [f"# {escape_markdown(transcript.title)}", f"Begun {transcript.created[:10]}."]
    for message in transcript.messages:
        parts += _render(message)
    return "\n\n".join(parts) + "\n"


def escape_markdown(text: str) -> str:
    """Gives a text as one line of Markdown that reads as the text."""
    line = _MEANING.sub(r"\\\1", one_line(text))
    line = _LINE_START.sub(_escape_start, line)
    return _ADDRESS.sub(_escape_address, line)


def quote_markdown(text: str) -> str:
    """Gives a text as a quotation, line for line; lines without words are left out."""
    lines = [escape_markdown(line) for line in visible(text).splitlines() if line.strip()]
    return "  \n".join(f"> {line}" for line in lines) or ">"


def _escape_start(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2][:-1]}\\{found[2][-1]}"


def _escape_address(found: re.Match[str]) -> str:
    word = found[1] or found[3] or ""
    return f"{word}\\{found[0][-1]}"


def _render(message: Message) -> Iterator[str]:
    answer = message.answer
    yield f"## {escape_markdown(message.question)}"
    yield _paragraph(answer) if answer else NO_ANSWER
    yield "  \n".join(f"*{escape_markdown(line)}*" for line in remarks(message))
    if found := findings(message):
        yield "\n".join(f"- {escape_markdown(line)}" for line in found)
    if answer is None:
        return
    yield from map(escape_markdown, relations(answer))
    if answer.citations:
        yield "### Sources"
    elif answer.nearest:
        yield NEAREST
    for citation in answer.citations or answer.nearest:
        yield _source(citation)


def _paragraph(answer: Answer) -> str:
    said = []
    for sentence in shown_sentences(answer):
        markers = "".join(f" \\[{marker}\\]" for marker in sentence.markers)
        verdict = "" if sentence.verdict == "verbatim" else f" ({VERDICTS[sentence.verdict]})"
        said.append(f"{escape_markdown(sentence.text)}{markers}{verdict}")
    return " ".join(said) or escape_markdown(answer.text)


def _source(citation: Citation) -> str:
    facts = ", ".join(map(escape_markdown, source_facts(citation)))
    return (
        f"\\[{citation.marker}\\] **{escape_markdown(title_of(citation))}** ({facts})  \n"
        f"sha256 {citation.document.sha256}\n\n{quote_markdown(citation.quote)}"
    )
