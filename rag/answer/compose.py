"""Spans that a reader found to the sentences of an answer, each with its citation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.answer.cite import LocatePage, cite
from rag.answer.polarity import decide, is_plain_reply
from rag.answer.quantities import MONTHS, find_quantities
from rag.answer.quotation import Quotation, go_on, is_bare_row, quote_span
from rag.question import Form, Question, read_question
from rag.records import Citation, Passage, Sentence, Span
from rag.terms import extract_terms

MOST_SENTENCES = 3
SEVERAL_SCORE = 0.85  # of the best span's score: below it a further sentence adds noise
SECOND_SOURCE_SCORE = 0.95  # the same, for a sentence of another document that says more
SUITED_SCORE = 0.9  # the same, for a sentence that has the form of the answer
NAMING_SCORE = 0.6  # the same, for one that names several where several are asked for
COVERING_SCORE = 0.4  # the same, for one that has all content words of a question for a person
GO_ON = 0.24  # the same, for the sentence that follows in the paragraph
SAME_SHARE = 0.7  # of a sentence's terms that are said already: it repeats
FEWEST_NEW_TERMS = 3  # a supporting sentence brings these, or another date or figure

GIVES_REASON = re.compile(
    r"\b(?:because|since|due to|owing to|so that|so as|in order|as a result|reasons?|therefore"
    r"|in case|for fear|to (?:avoid|prevent|protect|keep|stop))\b",
    re.I,
)
DEFINING = re.compile(r"\b(?:is|are|was|were|means?|refers?|stands?|called)\b|[.:]\**\s")
LEAST_SUITED: dict[Form, float] = {
    "reason": SUITED_SCORE,
    "definition": SUITED_SCORE,
    "several": NAMING_SCORE,
}
WHO = re.compile(r"\s*who(?:se|m)?\b", re.I)
# "Irkutsk region", "the Bank of Russia": a run of words with a capital is one name.
NAME_INSIDE = re.compile(
    r"(?<=[\w,;(]\s)\(?(?P<name>[A-Z][\w’'-]+(?:\s+(?:of\s+(?:the\s+)?)?[A-Z][\w’'-]+)*)"
)
FEWEST_NAMES = 3  # that a sentence gives where several are asked for
# The items of a list, and of a series such as "by advice, by exchange and by custody".
ITEM_WORDS = r"(?:[\w’'-]+\s+){0,3}[\w’'-]+"
SERIES = re.compile(rf",\s+{ITEM_WORDS},\s+{ITEM_WORDS},?\s+(?:and|or)\s+\w|\n.+\n", re.S)
DEFINING_CHARACTERS = 80  # the term and its verb stand at the beginning


def compose(
    question: str, passages: Sequence[Passage], spans: Sequence[Span], locate_page: LocatePage
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """Gives the sentences of an answer and the citations they rest on, numbered from 1.

    Every sentence is a quotation: the clause around a span that answers, without a clause that
    speaks of somebody else, and without marks of layout. Two things may be added: a name in
    brackets for a pronoun, and a "Yes." or "No." that the first sentence decides.
    """
    asked = read_question(question)
    quotations = choose_quotations(asked, passages, spans)
    sentences, citations = present(quotations, passages, locate_page)
    if asked.form == "yes_no" and sentences and not is_plain_reply(sentences[0].text):
        decision = decide(asked.text, sentences[0].text)
        if decision:
            word = Sentence(f"{decision.capitalize()}.", sentences[0].markers, "supported")
            sentences = (word, *sentences)
    return sentences, citations


def choose_quotations(
    asked: Question, passages: Sequence[Passage], spans: Sequence[Span]
) -> list[Quotation]:
    """Gives the quotations worth showing: the best, and others where they add something."""
    if not spans:
        return []
    ordered = _put_suited_first(asked, passages, _leave_out_bare_rows(passages, spans))
    best = ordered[0]
    also = [s for s in ordered if s.passage == best.passage and s.score >= GO_ON * best.score]
    first = quote_span(asked, passages[best.passage], best)
    chosen = [go_on(first, passages[best.passage], also)]
    least = spans[0].score * (SEVERAL_SCORE if asked.form == "several" else SECOND_SOURCE_SCORE)
    for span in ordered[1:]:
        if len(chosen) == MOST_SENTENCES:
            break
        if span.score < least:
            continue
        if asked.form != "several" and not _is_from_elsewhere(span, chosen, passages):
            continue
        quotation = quote_span(asked, passages[span.passage], span)
        if _asks_who(asked) and _suits(asked, first) and not _suits(asked, quotation):
            continue
        if adds_something(asked, quotation, chosen, passages):
            chosen.append(quotation)
    return chosen


def present(
    quotations: Iterable[Quotation], passages: Sequence[Passage], locate_page: LocatePage
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """Gives quotations as sentences with citations, numbered from 1, each text once."""
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    for quotation in quotations:
        if not quotation.text or any(quotation.text == sentence.text for sentence in sentences):
            continue
        span, marker = quotation.span, len(citations) + 1
        key_words = [(max(span.start, quotation.start + quotation.pronoun), span.end)]
        citations.append(
            cite(
                passages[span.passage],
                quotation.start,
                quotation.end,
                key_words,
                marker,
                span.score,
                locate_page,
            )
        )
        sentences.append(Sentence(quotation.text, (marker,), quotation.verdict))
    return tuple(sentences), tuple(citations)


def adds_something(
    asked: Question,
    quotation: Quotation,
    chosen: Sequence[Quotation],
    passages: Sequence[Passage],
) -> bool:
    """False for what was said: the same place, the same words, or the same date or figure again."""
    if any(_overlaps(quotation, other, passages) for other in chosen):
        return False
    own = set(extract_terms(quotation.text))
    said = {term for other in chosen for term in extract_terms(other.text)}
    if not own or len(own & said) / len(own) >= SAME_SHARE:
        return bool(_answer_quantities(quotation, passages) - _all_quantities(chosen))
    if any(_is_same_answer(quotation, other, passages) for other in chosen):
        return False
    new = own - said - set(extract_terms(asked.text))
    more_figures = find_quantities(quotation.text) - _all_quantities(chosen)
    fewest = 1 if asked.form == "several" else FEWEST_NEW_TERMS
    return len(new) >= fewest or bool(more_figures)


def _overlaps(one: Quotation, other: Quotation, passages: Sequence[Passage]) -> bool:
    same = passages[one.span.passage].document.id == passages[other.span.passage].document.id
    return same and one.start < other.end and other.start < one.end


def _is_same_answer(one: Quotation, other: Quotation, passages: Sequence[Passage]) -> bool:
    """True where the key words of both say the same; a whole sentence has no key words."""
    mine, theirs = _key_words(one, passages), _key_words(other, passages)
    if not mine or not theirs:
        return False
    figures = find_quantities(mine)
    if figures and figures == find_quantities(theirs):
        return True
    terms = extract_terms(mine)
    return bool(terms) and sorted(terms) == sorted(extract_terms(theirs))


def _key_words(quotation: Quotation, passages: Sequence[Passage]) -> str:
    span, passage = quotation.span, passages[quotation.span.passage]
    if span.start <= quotation.start and quotation.end <= span.end:
        return ""
    return passage.text[span.start - passage.start : span.end - passage.start]


def _answer_quantities(quotation: Quotation, passages: Sequence[Passage]) -> frozenset[str]:
    return find_quantities(_key_words(quotation, passages) or quotation.text)


def _all_quantities(quotations: Sequence[Quotation]) -> frozenset[str]:
    return frozenset().union(*(find_quantities(quotation.text) for quotation in quotations))


def _is_from_elsewhere(
    span: Span, chosen: Sequence[Quotation], passages: Sequence[Passage]
) -> bool:
    used = {passages[quotation.span.passage].document.id for quotation in chosen}
    return passages[span.passage].document.id not in used


def _leave_out_bare_rows(passages: Sequence[Passage], spans: Sequence[Span]) -> list[Span]:
    """Leaves out rows that nothing names: "None | None | 300,000" says nothing to anybody."""
    named = [span for span in spans if not is_bare_row(passages[span.passage], span)]
    return named or list(spans)


def _put_suited_first(
    asked: Question, passages: Sequence[Passage], spans: Sequence[Span]
) -> list[Span]:
    """Puts what has the form of the answer before spans that are hardly better."""

    if asked.form not in LEAST_SUITED and not _asks_who(asked):
        return list(spans)
    least = LEAST_SUITED.get(asked.form, COVERING_SCORE)

    def is_suited(span: Span) -> bool:
        close = span.score >= least * spans[0].score
        return close and _suits(asked, quote_span(asked, passages[span.passage], span))

    suited = [span for span in spans if is_suited(span)]
    return [*suited, *(span for span in spans if span not in suited)]


def _asks_who(asked: Question) -> bool:
    return asked.form == "fact" and bool(WHO.match(asked.text))


def _suits(asked: Question, quotation: Quotation) -> bool:
    question = asked.text
    if asked.form == "reason":
        return bool(GIVES_REASON.search(quotation.text))
    if asked.form == "several":
        names = {match["name"] for match in NAME_INSIDE.finditer(quotation.text)}
        new = {n for n in names if n not in question and n.lower() not in MONTHS}
        return len(new) >= FEWEST_NAMES or bool(SERIES.search(quotation.text))
    if asked.form == "fact":
        return set(extract_terms(question)) <= set(extract_terms(quotation.text))
    beginning = quotation.text[:DEFINING_CHARACTERS]
    verb = DEFINING.search(beginning)
    defined = set(extract_terms(beginning[: verb.start()] if verb else ""))
    return bool(verb) and bool(set(extract_terms(question)) & defined)
