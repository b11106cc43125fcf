"""Draws an answer: its sentences, with numbers in the text that open their sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.records import Answer, Citation, CitedDocument, Conflict, Sentence
from rag.settings import LONGEST_QUESTION
from ui import services
from ui.assets import mount
from ui.conversation import Message, Opened, trigger
from ui.words import (
    clean,
    date_in_words,
    is_written,
    place,
    step_facts,
    summary_line,
    title_of,
    unsupported_in_words,
    verdict_in_words,
    verdict_tag,
    worst,
)

QUOTE_CHARACTERS = 420  # of a card; the source itself shows the rest

MOST_NUMBERS = 3  # behind the sentence that leads a list in

MOST_BOLD = 0.6  # where more of a sentence than this is key words, bold would point at nothing

_BREAKS = re.compile(r"[ \t]*\n\s*")

Part = dict[str, Any]


def draw_answer(
    message: Message,
    answer: Answer,
    opened: Opened | None,
    focus_back: Opened | None,
    on_open: Callable[[int, int], None],
    on_ask: Callable[[str], None],
) -> None:
    """Draws the answer to a message.

    Args:
        on_open: gets the message's id and the source's place.
        on_ask: gets what was searched for as the person has edited it.
    """
    key = f"answer_{message.id}"

    def tell_opened() -> None:
        position = trigger(key, "open")
        if isinstance(position, int):
            on_open(message.id, position)

    def tell_asked() -> None:
        question = trigger(key, "ask")
        if isinstance(question, str) and question.strip():
            on_ask(question.strip())

    data = describe(answer, hide=services.settings().unsupported == "hide") | {
        "open": opened.position if opened and opened.message == message.id else None,
        "focus": _focus(message, focus_back),
    }
    mount(
        Path(__file__).parent,
        key,
        data,
        on_open_change=tell_opened,
        on_ask_change=tell_asked,
    )


def button_key(message_id: int, position: int) -> str:
    """Gives the key of the native button that opens the same source."""
    return f"source_{message_id}_{position}"


def _focus(message: Message, focus_back: Opened | None) -> dict[str, Any] | None:
    if focus_back is None or focus_back.message != message.id:
        return None
    native = focus_back.opener == "button"
    return {
        "at": focus_back.opened_at,
        "position": focus_back.position,
        "button": button_key(message.id, focus_back.position) if native else None,
    }


def describe(answer: Answer, *, hide: bool = False) -> dict[str, Any]:
    """Gives an answer as the component draws it: plain text, in parts that are bold or not.

    Args:
        hide: whether sentences of a written answer that nothing supports are hidden until somebody
            asks to see them.
    """
    written = is_written(answer)
    shown = [s for s in answer.sentences if written or s.verdict != "unsupported"]
    by_marker = {citation.marker: n for n, citation in enumerate(answer.citations)}
    return {
        "status": answer.status,
        "text": answer.text if not shown else "",
        "sentences": (
            [_describe_judged(s, answer.citations, by_marker) for s in shown]
            if written
            else _describe_sentences(answer, shown, by_marker)
        ),
        "unsupported": unsupported_in_words(answer),
        "hide": hide,
        "sources": [
            _describe_source(c, answer.sentences) for c in answer.citations or answer.nearest
        ],
        "line": summary_line(answer),
        "steps": [{"text": clean(s.text), "facts": step_facts([s])} for s in answer.steps],
        "stepsTitle": "How it was written" if written else "What was tried",
        "taken": step_facts(answer.steps) if answer.steps else "",
        "searched": _searched(answer),
        "longest": LONGEST_QUESTION,
        "conflicts": [_describe_conflict(c, answer.citations, by_marker) for c in answer.conflicts],
        "notice": clean(answer.notice or ""),
    }


def _searched(answer: Answer) -> str:
    """Gives what was searched for where that is worth saying: it is not what was asked."""
    searched, asked = clean(answer.searched_for), clean(answer.question)
    if answer.status == "abstained":
        return searched
    is_as_asked = searched.casefold() == asked.casefold()
    return "" if is_as_asked or answer.status == "unclear" else searched


def _describe_judged(
    sentence: Sentence, citations: Sequence[Citation], by_marker: Mapping[int, int]
) -> dict[str, Any]:
    """Gives a sentence that a model wrote, with its verdict as a word."""
    data = _describe_sentence(sentence, citations, by_marker)
    return data | {"verdict": sentence.verdict, "tag": verdict_tag(sentence.verdict)}


def _describe_sentences(
    answer: Answer, shown: Sequence[Sentence], by_marker: Mapping[int, int]
) -> list[dict[str, Any]]:
    """Gives the sentences; of several documents, each of them once stands above what it says."""
    described = []
    above: CitedDocument | None = None
    documents = {c.document.id for s in shown for c in _cited(s, answer.citations)}
    for sentence in shown:
        if _leads_in(sentence, answer):  # each number stands behind its own quote
            described.append({"parts": split_bold(sentence.text, []), "sources": []})
            continue
        data = _describe_sentence(sentence, answer.citations, by_marker)
        cited = _cited(sentence, answer.citations)
        if len(documents) > 1 and cited and (above is None or cited[0].document.id != above.id):
            above = cited[0].document
            data["above"] = {"title": title_of(above), "date": date_in_words(above.date)}
        data["agreement"] = _describe_agreement(sentence, answer, by_marker)
        described.append(data)
    return described


def _leads_in(sentence: Sentence, answer: Answer) -> bool:
    """True for a first sentence that counts the many quotes that follow it, one a sentence."""
    first, *rest = answer.sentences
    rests_on_all = len(first.markers) == len(answer.citations) == len(rest) > MOST_NUMBERS
    return sentence is first and rests_on_all and all(len(s.markers) == 1 for s in rest)


def _cited(sentence: Sentence, citations: Sequence[Citation]) -> list[Citation]:
    return [citation for citation in citations if citation.marker in sentence.markers]


def _describe_agreement(
    sentence: Sentence, answer: Answer, by_marker: Mapping[int, int]
) -> dict[str, Any] | None:
    """Gives how many sources say the same as a sentence, and where the others stand."""
    for agreement in answer.agreements:
        if agreement.markers[0] in sentence.markers:
            others = [by_marker[m] for m in agreement.markers[1:] if m in by_marker]
            return {"text": f"{len(agreement.markers)} sources agree", "sources": others}
    return None


def _describe_conflict(
    conflict: Conflict, citations: Sequence[Citation], by_marker: Mapping[int, int]
) -> dict[str, Any]:
    positions = [by_marker[m] for m in conflict.markers if m in by_marker]
    as_of = date_in_words(conflict.as_of)
    return {
        "note": clean(conflict.note),
        "as_of": f"As of {as_of}, the date of the newest of them." if as_of else "",
        "sources": positions,
        "dates": [date_in_words(citations[p].document.date) or "no date" for p in positions],
    }


def _describe_sentence(
    sentence: Sentence, citations: Sequence[Citation], by_marker: Mapping[int, int]
) -> dict[str, Any]:
    cited = [citations[by_marker[m]] for m in sentence.markers if m in by_marker]
    key_words = [span.text for citation in cited for span in citation.answer_spans]
    return {
        "parts": mark_key_words(
            sentence.text, [r for w in key_words for r in _find(sentence.text, w)]
        ),
        "sources": [by_marker[m] for m in sentence.markers if m in by_marker],
    }


def _describe_source(citation: Citation, sentences: Sequence[Sentence]) -> dict[str, Any]:
    verdict = worst([s.verdict for s in sentences if citation.marker in s.markers])
    return {
        "marker": citation.marker,
        "place": place(citation.document, citation.page),
        "title": title_of(citation.document),
        "facts": facts(citation),
        "verdict": verdict_in_words(verdict) if verdict else "",
        "quote": quote_parts(citation, QUOTE_CHARACTERS),
    }


def facts(citation: Citation) -> str:
    """Gives date, page and file name of a citation in one line."""
    page = "" if citation.page is None else f"page {citation.page}"
    parts = [date_in_words(citation.document.date), page, clean(citation.document.name)]
    return " · ".join(part for part in parts if part)


def quote_parts(citation: Citation, longest: int) -> list[Part]:
    """Gives a quote with its key words bold, cut around them where it is long."""
    quote = citation.quote
    spans = [(s.start - citation.start, s.end - citation.start) for s in citation.answer_spans]
    begin, end = _cut(quote, spans[0][0] if spans else 0, longest)
    inside = [(max(s, begin) - begin, min(e, end) - begin) for s, e in spans]
    parts = [
        {"text": _unwrap(part["text"]), "bold": part["bold"]}
        for part in mark_key_words(quote[begin:end], inside)
    ]
    if begin:
        parts.insert(0, {"text": "… ", "bold": False})
    if end < len(quote):
        parts.append({"text": " …", "bold": False})
    return parts


def _cut(quote: str, middle: int, longest: int) -> tuple[int, int]:
    """Chooses what of a long quote is shown: whole words round ``middle``."""
    if len(quote) <= longest:
        return 0, len(quote)
    begin = max(0, min(middle - longest // 3, len(quote) - longest))
    end = begin + longest
    if begin:
        begin = quote.find(" ", begin, middle) + 1 or begin
    if end < len(quote):
        end = max(quote.rfind(" ", middle, end), middle) if " " in quote[middle:end] else end
    return begin, end


def _unwrap(text: str) -> str:
    """Joins the lines of a paragraph; paragraphs stay apart."""
    return _BREAKS.sub(lambda found: "\n" if found[0].count("\n") > 1 else " ", text)


def mark_key_words(text: str, ranges: Sequence[tuple[int, int]]) -> list[Part]:
    """Splits a text into parts, the key words bold unless that were most of it."""
    parts = split_bold(text, ranges)
    bold = sum(len(part["text"]) for part in parts if part["bold"])
    return parts if bold <= MOST_BOLD * len(text) else split_bold(text, [])


def split_bold(text: str, ranges: Sequence[tuple[int, int]]) -> list[Part]:
    """Splits a text into parts that are bold or not; ranges may overlap."""
    parts: list[Part] = []
    at = 0
    for start, end in sorted(ranges):
        begin, stop = max(start, at), min(end, len(text))
        if stop <= begin:
            continue
        if begin > at:
            parts.append({"text": text[at:begin], "bold": False})
        parts.append({"text": text[begin:stop], "bold": True})
        at = stop
    if at < len(text) or not parts:
        parts.append({"text": text[at:], "bold": False})
    return parts


def _find(text: str, words: str) -> list[tuple[int, int]]:
    start = text.find(words) if words else -1
    return [] if start < 0 else [(start, start + len(words))]
