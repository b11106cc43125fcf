"""One question to what the documents answer, each form of question in its own way."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import replace
from typing import Protocol

from rag.answer.cite import LocatePage, cite_nearest
from rag.answer.compose import compose, present
from rag.answer.material import (
    Material,
    ReadableStore,
    correct_spelling,
    find_named,
    gather_library,
    gather_named,
    gather_topic,
    speaks_of_a_document,
    take_turns,
)
from rag.answer.mentions import (
    MOST_LISTED,
    WordSearch,
    find_mentions,
    quote_mention,
    tell_count,
)
from rag.answer.names import is_namesake
from rag.answer.part import Part
from rag.answer.polarity import denies
from rag.answer.quotation import Quotation, quote_span
from rag.answer.sides import distinguish, find_contrast, find_naming_all, find_side
from rag.answer.stopwatch import Stopwatch
from rag.answer.summarise import summarise
from rag.question import Question, read_question, strip_source
from rag.reader import Reader
from rag.records import Passage, Reading, Sentence, Span
from rag.statements import find_statements

NEAREST = 3  # passages shown with a refusal
SIDE_SCORE = 0.6  # of the best span's score: below it a sentence about one side is read for anew

# An overview is chosen by rule, so that no reader can say how sure it is. Made by hand: a document
# that is named is certain, a topic may be another than the one that was meant.
NAMED_CONFIDENCE = 0.95
TOPIC_CONFIDENCE = 0.7
NAMESAKE_SHARE = 0.5  # of the confidence, where a name of the question stands there only in part


class Finder(Protocol):
    """Finds the passages that bear on a question, best first."""

    def retrieve(
        self, question: str, k: int, documents: Collection[str] | None = None, before: str = ""
    ) -> list[Passage]: ...


class Respondent:
    """Retrieves, reads and composes; holds nothing between two questions."""

    def __init__(
        self,
        store: ReadableStore,
        finder: Finder,
        words: WordSearch,
        reader: Reader,
        embedding_model: str,
        locate_page: LocatePage,
        passages: int,
        threshold: float,
    ) -> None:
        self._store = store
        self._finder = finder
        self._words = words
        self._reader = reader
        self._embedding_model = embedding_model
        self._locate_page = locate_page
        self._passages = passages
        self._threshold = threshold

    def with_threshold(self, threshold: float) -> Respondent:
        """Gives one that abstains below another threshold."""
        other = copy(self)
        other._threshold = threshold
        return other

    def respond(
        self,
        question: str,
        documents: Collection[str] | None,
        watch: Stopwatch,
        before: str = "",
    ) -> Part:
        """Gives the answer to one question from all documents, or those of these ids.

        ``before`` is the question before it in the conversation, if there was one.
        """
        asked = read_question(question)
        if asked.form == "overview":
            return self._give_overview(asked, documents, watch)
        if asked.form == "comparison":
            return self._compare(asked, documents, watch)
        if asked.form == "mentions":
            return self._list_documents(asked, documents, watch)
        passages, reading = self._read(asked.text, documents, watch, before)
        reading = _doubt_namesake(asked, passages, reading)
        if not self._is_sure(reading):
            return self._abstain(asked, reading.confidence, passages)
        shown = compose(strip_source(asked.text), passages, reading.spans, self._locate_page)
        return Part(asked.text, reading.confidence, *shown, passages=passages)

    def find_passages(
        self, question: str, documents: Collection[str] | None, watch: Stopwatch
    ) -> list[Passage]:
        """Gives the passages from which an answer may be written, best first.

        For an overview these are the beginnings of its documents, one after the other.
        """
        asked = read_question(question)
        if asked.form == "overview":
            with watch.timing("retrieve"):
                material = self._gather(asked.topics[0] if asked.topics else "", documents)
            if material is not None:
                return take_turns(material.passages)
        return self._retrieve(asked.text, documents, watch)

    # Overviews.

    def _give_overview(
        self, asked: Question, documents: Collection[str] | None, watch: Stopwatch
    ) -> Part:
        topic = asked.topics[0] if asked.topics else ""
        if topic and strip_source(asked.text) != asked.text:
            return self._give_passage(asked, topic, documents, watch)
        with watch.timing("retrieve"):
            material = self._gather(topic, documents)
        confidence = TOPIC_CONFIDENCE if material and material.topic else NAMED_CONFIDENCE
        if material is None or confidence < self._threshold:
            passages = self._retrieve(asked.text, documents, watch)
            return self._abstain(asked, 0.0, passages)
        with watch.timing("read"):
            spans = summarise(material.passages, material.vectors, material.topic)
            quotations = [
                quote_span(asked, material.passages[span.passage], span, whole=True)
                for span in spans
            ]
        if not quotations:
            return self._abstain(asked, 0.0, material.passages)
        return self._show(asked, quotations, material.passages, confidence)

    def _give_passage(
        self, asked: Question, topic: str, documents: Collection[str] | None, watch: Stopwatch
    ) -> Part:
        """Quotes the whole passage on a topic in the document that the question names."""
        found = self._retrieve(asked.text, documents, watch)
        inside = self._retrieve(topic, {found[0].document.id}, watch) if found else []
        stated = find_statements(inside[0].text) if inside else []
        if not stated or self._threshold > TOPIC_CONFIDENCE:
            return self._abstain(asked, 0.0, found)
        begin = inside[0].start
        span = Span(0, begin + stated[0].start, begin + stated[-1].end, inside[0].score)
        quotation = quote_span(asked, inside[0], span, whole=True)
        return self._show(asked, [quotation], inside, TOPIC_CONFIDENCE)

    def _gather(self, topic: str, documents: Collection[str] | None) -> Material | None:
        """Gives the passages to be summed up; None where the library has nothing of the sort."""
        if not topic:
            return gather_library(self._store, self._embedding_model, documents)
        known = [d for d in self._store.documents() if documents is None or d.id in documents]
        named = find_named(known, topic)
        if named:
            return gather_named(self._store, self._embedding_model, named)
        if speaks_of_a_document(topic):
            return None
        topic = correct_spelling(topic, known)
        passages = self._finder.retrieve(topic, self._passages, documents)
        return gather_topic(self._store, self._embedding_model, topic, passages)

    # Lists of documents.

    def _list_documents(
        self, asked: Question, documents: Collection[str] | None, watch: Stopwatch
    ) -> Part:
        """Counts the documents that mention a thing, and cites where each does so first."""
        (topic,) = asked.topics
        with watch.timing("retrieve"):
            found = find_mentions(self._store, self._words, topic, documents)
        if not found:
            abstained = self._abstain(asked, 0.0, self._retrieve(topic, documents, watch))
            return replace(abstained, notice=f"No document mentions “{topic}”.")
        listed = found[:MOST_LISTED]
        quotations = [quote_mention(asked, mention, n) for n, mention in enumerate(listed)]
        part = self._show(asked, quotations, [m.passage for m in listed], NAMED_CONFIDENCE)
        known = sum(documents is None or d.id in documents for d in self._store.documents())
        markers = tuple(citation.marker for citation in part.citations)
        lead = Sentence(tell_count(topic, len(found), known), markers, "supported")
        return replace(part, sentences=(lead, *part.sentences))

    # Comparisons.

    def _compare(
        self, asked: Question, documents: Collection[str] | None, watch: Stopwatch
    ) -> Part:
        """Quotes one sentence that sets the sides against each other, or else one for each."""
        passages, reading = self._read(asked.text, documents, watch)
        quotations = self._quote(asked, passages, reading)
        marks = distinguish(asked.topics)
        together = find_contrast(quotations, marks)
        if together is not None:
            return self._show(asked, [together], passages, reading.confidence)
        read, found, missing, confidence = list(passages), [], [], 1.0
        for side, name in enumerate(asked.topics):
            about = Question(f"What is {name}?", "definition")
            quotation = find_side(self._quote(about, passages, reading), marks, side)
            sure = reading.confidence
            if quotation is None:
                own_passages, own = self._read(about.text, documents, watch)
                quotation = find_side(self._quote(about, own_passages, own), marks, side)
                quotation = quotation and _move(quotation, len(read))
                read, sure = read + own_passages, own.confidence
            if quotation is None:
                missing.append(name)
            else:
                found.append(quotation)
                confidence = min(confidence, sure)
        naming_all = find_naming_all(quotations, marks)[:1]
        if naming_all and missing:
            found, missing, confidence = naming_all, [], reading.confidence
        if not found:
            return self._abstain(asked, reading.confidence, passages)
        return replace(self._show(asked, found, read, confidence), unanswered=tuple(missing))

    # Steps.

    def _read(
        self,
        question: str,
        documents: Collection[str] | None,
        watch: Stopwatch,
        before: str = "",
    ) -> tuple[list[Passage], Reading]:
        passages = self._retrieve(question, documents, watch, before)
        with watch.timing("read"):
            reading = self._reader.read(strip_source(question), passages)
        return passages, _pass_over_denied(question, passages, reading)

    def _retrieve(
        self,
        question: str,
        documents: Collection[str] | None,
        watch: Stopwatch,
        before: str = "",
    ) -> list[Passage]:
        with watch.timing("retrieve"):
            return self._finder.retrieve(question, self._passages, documents, before)

    def _quote(
        self, asked: Question, passages: Sequence[Passage], reading: Reading
    ) -> list[Quotation]:
        """Quotes the spans that come near the best; none where the reader is not sure."""
        return [
            quote_span(asked, passages[span.passage], span)
            for span in (reading.spans if self._is_sure(reading) else ())
            if span.score >= SIDE_SCORE * reading.spans[0].score
        ]

    def _show(
        self,
        asked: Question,
        quotations: Sequence[Quotation],
        passages: Sequence[Passage],
        confidence: float,
    ) -> Part:
        shown = present(quotations, passages, self._locate_page)
        return Part(asked.text, confidence, *shown, passages=passages)

    def _is_sure(self, reading: Reading) -> bool:
        return bool(reading.spans) and reading.confidence >= self._threshold

    def _abstain(self, asked: Question, confidence: float, passages: Sequence[Passage]) -> Part:
        nearest = cite_nearest(passages, NEAREST, self._locate_page)
        return Part(asked.text, confidence, nearest=nearest)


def _pass_over_denied(question: str, passages: Sequence[Passage], reading: Reading) -> Reading:
    """Leaves out those of whom the opposite is said, where others remain that come near."""

    def is_denied(span: Span) -> bool:
        passage = passages[span.passage]
        return denies(question, passage.text[span.end - passage.start :])

    left = tuple(span for span in reading.spans if not is_denied(span))
    if not left or left[0].score < SIDE_SCORE * reading.spans[0].score:
        return reading
    return replace(reading, spans=left)


def _doubt_namesake(asked: Question, passages: Sequence[Passage], reading: Reading) -> Reading:
    """Lowers the confidence where the best span speaks of another with half the name asked for."""
    if not reading.spans:
        return reading
    passage = passages[reading.spans[0].passage]
    quotation = quote_span(asked, passage, reading.spans[0])
    around = "\n".join((passage.document.title, *passage.headings, passage.text))
    if not is_namesake(asked.text, quotation.text, around):
        return reading
    return replace(reading, confidence=NAMESAKE_SHARE * reading.confidence)


def _move(quotation: Quotation, passages: int) -> Quotation:
    """Gives a quotation whose passage stands behind so many others."""
    span = replace(quotation.span, passage=quotation.span.passage + passages)
    return replace(quotation, span=span)
