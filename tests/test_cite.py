from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.cite import cite_nearest
from rag.compose import compose
from rag.records import Document, Passage, Span


def make_passage(text: str, start: int = 0, document_id: str = "d1") -> Passage:
    document = Document(
        document_id, f"{document_id}.md", "T", "s", None, None, "text/markdown", None,
        len(text), 1, "2026-01-01T00:00:00+00:00", (f"{document_id}.md",), (),
    )  # fmt: skip
    return Passage(1, document, start, start + len(text), text, (), None, 1.0)


def no_page(document_id: str, character: int) -> int | None:
    return None


def test_a_span_inside_a_sentence_is_the_answer_span_of_the_sentence() -> None:
    text = "It was cold. The pilot began on 15 August 2023. Banks took part."
    start = text.index("15 August")
    span = Span(0, start, start + len("15 August 2023"), 0.9)
    sentences, citations = compose(
        "When did the pilot begin?", [make_passage(text)], [span], no_page
    )
    assert [s.text for s in sentences] == ["The pilot began on 15 August 2023."]
    assert [a.text for a in citations[0].answer_spans] == ["15 August 2023"]
    assert citations[0].marker == 1
    assert sentences[0].markers == (1,)


def test_the_same_words_are_not_said_twice() -> None:
    passages = [
        make_passage("The bank wants a ban.", 0, "a"),
        make_passage("The bank wants a ban.", 0, "b"),
    ]
    spans = [Span(0, 0, 21, 0.9), Span(1, 0, 21, 0.9)]
    sentences, _ = compose("what does the bank want?", passages, spans, no_page)
    assert len(sentences) == 1


def test_the_nearest_passages_are_trimmed_and_exact() -> None:
    (nearest,) = cite_nearest([make_passage("\n  A ban.  \n", 5)], 3, no_page)
    assert (nearest.start, nearest.end, nearest.quote) == (8, 14, "A ban.")


@given(
    text=st.text(
        alphabet=st.sampled_from("abc AB.,;!?\n– whilebut"), min_size=1, max_size=200
    ).filter(lambda t: t.strip()),
    offset=st.integers(0, 50),
    data=st.data(),
    question=st.text(alphabet="abc while?", max_size=20),
)
def test_every_citation_is_exact(
    text: str, offset: int, data: st.DataObject, question: str
) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    passage = make_passage(text, offset)
    whole = "x" * offset + text
    spans = [Span(0, offset + start, offset + end, 0.5)]
    _, citations = compose(question, [passage], spans, no_page)
    for citation in citations:
        assert whole[citation.start : citation.end] == citation.quote != ""
        for inside in citation.answer_spans:
            assert citation.start <= inside.start < inside.end <= citation.end
            assert whole[inside.start : inside.end] == inside.text
