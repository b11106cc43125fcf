"""What a model wrote to the sentences and citations of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.cite import LocatePage, cite
from rag.gate.judge import Judgement, judge
from rag.gate.plain import to_sentences
from rag.gate.sources import read_sources
from rag.question import strip_source
from rag.reader import Reader
from rag.records import Citation, Passage, Sentence, Span

PASSED = ("verbatim", "supported")


@dataclass(frozen=True, slots=True)
class Held:
    """A text held to its passages.

    Attributes:
        confidence: how sure the reader is that these passages answer the question at all.
    """

    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    confidence: float

    @property
    def is_borne_out(self) -> bool:
        """Whether one sentence at least is verbatim or supported."""
        return any(sentence.verdict in PASSED for sentence in self.sentences)

    @property
    def text(self) -> str:
        """The text without the sentences that nothing supports."""
        return " ".join(s.text for s in self.sentences if s.verdict != "unsupported")


def hold(
    text: str,
    question: str,
    passages: Sequence[Passage],
    reader: Reader,
    locate_page: LocatePage,
) -> Held:
    """Holds what a model wrote to the passages that it was shown.

    The reader tells the key words of each quote, and how sure it is of the passages.
    """
    judgements = judge(to_sentences(text), read_sources(passages))
    reading = reader.read(strip_source(question), passages)
    sentences, citations = present(judgements, passages, reading.spans, locate_page)
    return Held(sentences, citations, round(reading.confidence, 4))


def present(
    judgements: Sequence[Judgement],
    passages: Sequence[Passage],
    spans: Sequence[Span],
    locate_page: LocatePage,
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """Gives the sentences of an answer and their citations, numbered from 1, each place once.

    Args:
        spans: words that answer, as the reader found them; those inside a quote are its key words.
    """
    sentences: list[Sentence] = []
    citations: dict[tuple[str, int, int], Citation] = {}
    for judgement in judgements:
        markers = []
        for quote in judgement.quotes:
            passage = passages[quote.passage]
            place = (passage.document.id, quote.start, quote.end)
            if place not in citations:
                key_words = [
                    (span.start, span.end)
                    for span in spans
                    if passages[span.passage].document.id == passage.document.id
                ]
                citations[place] = cite(
                    passage,
                    quote.start,
                    quote.end,
                    key_words,
                    len(citations) + 1,
                    judgement.score,
                    locate_page,
                )
            markers.append(citations[place].marker)
        sentences.append(Sentence(judgement.text, tuple(markers), judgement.verdict))
    return tuple(sentences), tuple(citations.values())
