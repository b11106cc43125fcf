"""The words that answer to the quotation that is shown, clear without what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answer.anaphora import find_antecedent
from rag.answer.polarity import covers, is_plain_reply
from rag.question import Question
from rag.quote import ITEM_MARK, QUESTION_END, find_quote, plain_text
from rag.records import Passage, Span, Verdict
from rag.sentences import split_sentences
from rag.statements import Statement, find_statements, split_cells
from rag.terms import extract_terms

# A first cell that cannot be the name of its row.
NAMES_NOTHING = re.compile(r"(?:none|yes|no|n/a|unknown|[-–—\d.,%\s]*)", re.I)
MOST_FOLLOWING = 2  # sentences after the one that answers
ENTRY_HEAD = re.compile(
    r"(?:[-*+]\s+)?(\*\*|__)[^*_\n]{2,80}\1:?"
)  # "**Custodian.** A firm that …"


@dataclass(frozen=True, slots=True)
class Quotation:
    """A sentence that may be shown.

    Attributes:
        span: the words that answer, in document characters.
        start, end: the range that is quoted, in document characters.
        text: as it is shown.
        verdict: ``supported`` where a name stands for a pronoun or heads before the cells of a row,
            else ``verbatim``.
        pronoun: length of that pronoun, 0 without.
    """

    span: Span
    start: int
    end: int
    text: str
    verdict: Verdict
    pronoun: int = 0


def quote_span(asked: Question, passage: Passage, span: Span, whole: bool = False) -> Quotation:
    """Gives the quotation around a span.

    Args:
        whole: the span is a sentence to be quoted as it is, not words to be widened.
    """
    text = passage.text
    first, last = span.start - passage.start, span.end - passage.start
    statements = find_statements(text)
    stated = next((s for s in statements if s.start <= first < s.end), None)
    if stated and stated.kind == "row" and not whole:
        return _quote_row(passage, span, stated)
    start, end = (first, last) if whole else find_quote(asked.text, text, first, last)
    pronoun, name = 0, ""
    start, end = _pass_beginning(text, start, end)
    if not whole:
        start, end = _take_in_list(asked, statements, start, end)
    with_head = _begin_at_entry_head(text, start)
    if with_head < start:
        start = with_head
    elif asked.form == "yes_no":
        start, end = _add_plain_reply(asked.text, text, start, end)
    if start > 0 or passage.headings:
        antecedent = find_antecedent(text, start, passage.headings)
        start, pronoun, name = antecedent.start, antecedent.pronoun, antecedent.name
    media_type = passage.document.media_type
    shown = plain_text(text[start + pronoun : end], media_type)
    if name:
        shown = f"[{plain_text(name, media_type)}] {shown}"
    return Quotation(
        span,
        passage.start + start,
        passage.start + end,
        shown,
        "supported" if name else "verbatim",
        pronoun if name else 0,
    )


def go_on(quotation: Quotation, passage: Passage, spans: Sequence[Span]) -> Quotation:
    """Takes in the sentences that follow in the same paragraph, as long as they answer too.

    Args:
        spans: those that answer too.
    """
    text, end = passage.text, quotation.end - passage.start
    following = [s for s in find_statements(text) if s.end >= end]
    reached = end
    if following and following[0].end == end and following[0].kind == "sentence":
        for statement in following[1 : 1 + MOST_FOLLOWING]:
            first, last = passage.start + statement.start, passage.start + statement.end
            answers = any(first <= span.start and span.end <= last for span in spans)
            goes_on = "\n\n" not in text[reached : statement.start]
            if statement.kind != "sentence" or not answers or not goes_on:
                break
            reached = statement.end
    if reached == end:
        return quotation
    more = plain_text(text[end:reached], passage.document.media_type)
    return replace(quotation, end=passage.start + reached, text=f"{quotation.text} {more}")


def is_bare_row(passage: Passage, span: Span) -> bool:
    """True where the words that answer stand in a row of a table that has no heads and no name.

    Such rows come from tables of a PDF whose left column was read apart.
    """
    first = span.start - passage.start
    row = next((s for s in find_statements(passage.text) if s.start <= first < s.end), None)
    if row is None or row.kind != "row" or _find_heads(passage.text, row):
        return False
    return bool(NAMES_NOTHING.fullmatch(split_cells(passage.text[row.start : row.end])[0]))


def _quote_row(passage: Passage, span: Span, row: Statement) -> Quotation:
    """Quotes a row of a table whole, each cell after the head of its column in brackets."""
    text, media_type = passage.text, passage.document.media_type
    mark = ITEM_MARK.match(text, row.start, row.end)
    start = mark.end() if mark else row.start
    shown = plain_text(text[start : row.end], media_type)
    heads = _find_heads(text, row)
    if heads:
        cells = split_cells(text[start : row.end])
        if len(heads) == len(cells):
            pairs = zip(heads, cells, strict=True)
            named = " | ".join(f"[{head}] {cell}" if head else cell for head, cell in pairs)
        else:
            named = f"[{' | '.join(heads)}] {' | '.join(cells)}"
        shown = plain_text(named, media_type)
    verdict: Verdict = "supported" if heads else "verbatim"
    return Quotation(span, passage.start + start, passage.start + row.end, shown, verdict)


def _find_heads(text: str, row: Statement) -> list[str]:
    """Gives the heads of the row's columns; none where other rows have another number of cells.

    As many cells as heads may then be chance, as where a wrapped cell of a PDF was lost.
    """
    if row.read_with is None:
        return []
    heads = split_cells(text[slice(*row.read_with)])
    others = (s for s in find_statements(text) if s.read_with == row.read_with and s != row)
    is_even = all(len(split_cells(text[s.start : s.end])) == len(heads) for s in others)
    return heads if is_even else []


def _take_in_list(
    asked: Question, statements: Sequence[Statement], start: int, end: int
) -> tuple[int, int]:
    """Takes in the list that a quotation leads in, or is an item of where several are asked for."""
    inside = [s for s in statements if s.start < end and start < s.end]
    if not inside:
        return start, end
    last = inside[-1]
    led = [s for s in statements if s.read_with == (last.start, last.end) and s.kind == "item"]
    if led:
        return start, led[-1].end
    if asked.form == "several" and last.kind == "item" and last.read_with:
        led = [s for s in statements if s.read_with == last.read_with and s.kind == "item"]
        return last.read_with[0], led[-1].end
    return start, end


def _begin_at_entry_head(text: str, start: int) -> int:
    """Takes in the bold head of a glossary's entry: "A firm that …" says nothing alone."""
    for first, last in _sentences_before(text, start):
        on_one_line = "\n" not in text[last:start]
        return first if on_one_line and ENTRY_HEAD.fullmatch(text[first:last]) else start
    return start


def _pass_beginning(text: str, start: int, end: int) -> tuple[int, int]:
    """Gives the sentence behind a "Yes." or the bold head of an entry: alone they say nothing."""
    beginning = text[start:end]
    is_reply = is_plain_reply(beginning) and not extract_terms(beginning)
    if not is_reply and not ENTRY_HEAD.fullmatch(beginning):
        return start, end
    return next(((s, e) for s, e in split_sentences(text) if s >= end), (start, end))


def _add_plain_reply(question: str, text: str, start: int, end: int) -> tuple[int, int]:
    """Takes in the "Yes." or "No." of a text that asks the same question and answers it so."""
    before = _sentences_before(text, start)
    reply = next(before, None)
    source = next(before, None)
    if reply is None or source is None or not is_plain_reply(text[slice(*reply)]):
        return start, end
    asks = text[slice(*source)]
    if QUESTION_END.search(asks) and covers(question, asks):
        mark = ITEM_MARK.match(text, *reply)
        return mark.end() if mark else reply[0], end
    return start, end


def _sentences_before(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Gives the sentences that end before a place, nearest first."""
    return reversed([(s, e) for s, e in split_sentences(text) if e <= start])
