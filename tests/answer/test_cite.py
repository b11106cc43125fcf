from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.answer.cite import cite, cite_nearest
from tests.passages import make_passage, no_page


def test_the_nearest_passages_are_trimmed_and_exact() -> None:
    (nearest,) = cite_nearest([make_passage("\n  A ban.  \n", 5)], 3, no_page)
    assert (nearest.start, nearest.end, nearest.quote) == (8, 14, "A ban.")


def test_key_words_are_whole_words() -> None:
    text = "Russians could go on owning cryptocurrency (abroad)."
    first, last = text.index(" owning"), text.index("cy (")
    citation = cite(make_passage(text), 0, len(text), [(first, last)], 1, 0.5, no_page)
    assert [span.text for span in citation.answer_spans] == ["owning cryptocurrency"]


@given(text=st.text(min_size=1, max_size=60), offset=st.integers(0, 50), data=st.data())
def test_every_citation_is_exact(text: str, offset: int, data: st.DataObject) -> None:
    def draw_range() -> tuple[int, int]:
        start = data.draw(st.integers(0, len(text) - 1))
        return offset + start, offset + data.draw(st.integers(start + 1, len(text)))

    whole = "x" * offset + text
    start, end = draw_range()
    key_words = [draw_range() for _ in range(data.draw(st.integers(0, 3)))]
    citation = cite(make_passage(text, offset), start, end, key_words, 1, 0.5, no_page)
    assert whole[citation.start : citation.end] == citation.quote != ""
    for inside in citation.answer_spans:
        assert citation.start <= inside.start < inside.end <= citation.end
        assert whole[inside.start : inside.end] == inside.text
