"""Chunks cover the whole text and follow its headings, paragraphs and sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chunks import cut_chunks
from rag.parse.lines import blocks_of_lines
from rag.records import Block, Chunk
from rag.sentences import split_sentences


def cut(text: str, longest: int = 200) -> list[Chunk]:
    return cut_chunks(text, blocks_of_lines(text, style="markdown"), longest)


def texts(text: str, chunks: list[Chunk]) -> list[str]:
    return [text[chunk.start : chunk.end].strip() for chunk in chunks]


SENTENCE = "The bank proposed an almost complete ban of trade and mining here. "  # 67 characters


def test_a_short_text_is_one_chunk() -> None:
    text = "# Bank\n\nIt wants a ban.\n"
    assert cut(text) == [Chunk(0, len(text), ("Bank",))]


def test_no_text_no_chunks() -> None:
    assert cut_chunks("", [], 200) == []


def test_white_space_alone_is_one_chunk() -> None:
    assert cut_chunks(" \n ", [], 200) == [Chunk(0, 3)]


def test_a_heading_begins_a_chunk_and_stays_with_its_text() -> None:
    text = f"# One\n\n{SENTENCE * 2}\n\n## Two\n\n{SENTENCE * 2}\n\n## Three\n\n{SENTENCE}"
    chunks = cut(text)
    assert [part.splitlines()[0] for part in texts(text, chunks)] == ["# One", "## Two", "## Three"]
    assert [chunk.headings for chunk in chunks] == [("One",), ("One", "Two"), ("One", "Three")]


def test_headings_inside_a_chunk_do_not_count() -> None:
    text = "# One\n\nShort.\n\n## Two\n\nShort too.\n\n## Three\n\nThe end."
    (chunk,) = cut(text)
    assert chunk.headings == ("One",)


def test_a_heading_goes_with_what_follows_it_when_the_chunk_is_full() -> None:
    text = f"{SENTENCE * 2}\n\nA bit more.\n\n### Next\n\n{SENTENCE * 2}"
    assert texts(text, cut(text))[1].startswith("### Next")


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    text = SENTENCE * 10
    assert all(part.endswith("here.") for part in texts(text, cut(text)))


def test_a_long_sentence_is_cut_at_spaces() -> None:
    text = "word " * 200
    assert all(set(part.split()) == {"word"} for part in texts(text, cut(text)))


def test_an_endless_word_is_cut_in_the_middle() -> None:
    assert [chunk.end - chunk.start for chunk in cut("x" * 450)] == [200, 200, 50]


def test_a_crumb_joins_what_stands_before_it() -> None:
    text = f"{SENTENCE * 3}\n\nAnd so it was."
    chunks = cut(text, 205)
    assert len(chunks) == 1


def test_headings_are_cleaned_and_cut() -> None:
    text = f"Title **bold**\n===\n\n## {'w' * 300} ##\n\nText."
    assert cut(text, 600)[0].headings == ("Title bold", "w" * 200)


def test_text_outside_the_blocks_is_kept() -> None:
    text = "Lost words. Found words."
    assert texts(text, cut_chunks(text, [Block(12, 24, "paragraph")], 200)) == [text]


PARAGRAPH = st.lists(
    st.sampled_from(["The bank said no.", "Mr. Smith left.", "x" * 300, "word " * 60 + "end."]),
    min_size=1,
    max_size=8,
).map(" ".join)
LINES = st.one_of(
    PARAGRAPH,
    st.sampled_from(["# One", "## Two", "### Three", "- item", "| a | b |", "```\ncode\n```"]),
)
TEXTS = st.one_of(st.lists(LINES, max_size=25).map("\n\n".join), st.text(max_size=400))


@given(TEXTS, st.sampled_from([200, 333, 1000]))
def test_chunks_partition_the_text_within_the_bound(text: str, longest: int) -> None:
    chunks = cut(text, longest)
    assert [c.start for c in chunks] == [0, *(c.end for c in chunks)][: len(chunks)]
    assert not text or chunks[-1].end == len(text)
    assert all(len(part) <= longest + longest // 4 for part in texts(text, chunks))
    assert cut(text, longest) == chunks


@given(TEXTS, st.sampled_from([200, 333, 1000]))
def test_what_fits_is_not_cut(text: str, longest: int) -> None:
    cuts = {chunk.start for chunk in cut(text, longest)}
    blocks = blocks_of_lines(text, style="markdown")
    for block in blocks:
        spans = [(block.start, block.end)]
        if block.end - block.start > longest and block.kind != "code":
            words = text[block.start : block.end]
            spans = [(block.start + a, block.start + b) for a, b in split_sentences(words)]
        for start, end in spans:
            assert end - start > longest or not any(start < at < end for at in cuts)


@pytest.mark.parametrize("longest", [200, 1000])
def test_a_large_text_is_cut_without_delay(longest: int) -> None:
    text = f"# Head\n\n{SENTENCE * 30}\n\n" * 100
    assert cut(text, longest)[-1].end == len(text)
