"""A chat → one HTML file that shows it anywhere, runs nothing and fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from rag.exchange.style import STYLE
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

# The file may be opened from anywhere: the policy holds even where an escape were forgotten.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def to_html(transcript: Transcript) -> str:
    """Gives a chat as a page; every word of documents and people in it is escaped."""
    body = "\n".join(part for n, m in enumerate(transcript.messages, 1) for part in _render(m, n))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_line(transcript.title)}</title>
<style>
{STYLE}</style>
</head>
<body>
<main>
<h1>{_line(transcript.title)}</h1>
<p class="facts">Begun {_line(transcript.created[:10])} · saved from Footnote</p>
{body}
</main>
</body>
</html>
"""


def _line(text: str) -> str:
    return escape(one_line(text))


def _render(message: Message, number: int) -> Iterator[str]:
    answer = message.answer
    yield f"<section>\n<h2>{_line(message.question)}</h2>"
    yield f"<p class='answer'>{_sentences(answer, number) if answer else NO_ANSWER}</p>"
    yield f"<p class='facts'>{'<br>'.join(map(_line, remarks(message)))}</p>"
    if found := findings(message):
        yield f"<ul class='facts'>{''.join(f'<li>{_line(line)}</li>' for line in found)}</ul>"
    if answer is not None:
        for line in relations(answer):
            yield f"<p class='conflict'>{_line(line)}</p>"
        yield from _sources(answer, number)
    yield "</section>"


def _sentences(answer: Answer, number: int) -> str:
    said = []
    for sentence in shown_sentences(answer):
        links = "".join(
            f"<a class='number' href='#source-{number}-{m}'>{m}</a>" for m in sentence.markers
        )
        is_verbatim = sentence.verdict == "verbatim"
        verdict = "" if is_verbatim else f" <small>({VERDICTS[sentence.verdict]})</small>"
        said.append(f"<bdi>{_line(sentence.text)}</bdi>{links}{verdict}")
    return " ".join(said) or _line(answer.text)


def _sources(answer: Answer, number: int) -> Iterator[str]:
    if not answer.citations and answer.nearest:
        yield f"<p>{NEAREST}</p>"
    for citation in answer.citations or answer.nearest:
        yield _source(citation, number)


def _source(citation: Citation, number: int) -> str:
    facts = " · ".join(f"<bdi>{_line(fact)}</bdi>" for fact in source_facts(citation))
    return (
        f"<article id='source-{number}-{citation.marker}'>\n"
        f"<h3><span class='number'>{citation.marker}</span> {_line(title_of(citation))}</h3>\n"
        f"<p class='facts'>{facts}<br>sha256 {_line(citation.document.sha256)}</p>\n"
        f"<blockquote dir='auto'>{_quote(citation)}</blockquote>\n</article>"
    )


def _quote(citation: Citation) -> str:
    """Gives the quote with the words that answer bold."""
    quote, parts, at = citation.quote, [], 0
    for span in sorted(citation.answer_spans, key=lambda s: s.start):
        begin, end = span.start - citation.start, span.end - citation.start
        if at <= begin < end <= len(quote):
            parts += [_text(quote[at:begin]), f"<b>{_text(quote[begin:end])}</b>"]
            at = end
    return "".join([*parts, _text(quote[at:])])


def _text(text: str) -> str:
    return escape(visible(text))
