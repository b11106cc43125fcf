"""Sentences end where a reader hears them end."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sentences import split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["Mr. Smith met V. V. Putin in the U.S. Treasury.", "He said no.", "The bank left."],
        ["It paid $3.5 million on Jan. 24.", "Fine!", "Was it?", "Yes."],
        ["George W. Bush spoke.", "The firm lost 2.5%.", "J. R. R. Tolkien wrote."],
        ['"Really?" he asked.', '"No."', "She left."],
        ["He works at Acme Inc. in Paris.", "Later he left Acme Inc.", "The firm closed."],
        ["Art. 12 applies, e.g. here.", "See No. 5, p. 7 and Sec. IV.", "Good."],
        ["It was in the U.S.", "The court agreed.[12]", "Then it ended."],
        ["It closed at 5 p.m. Moscow time.", "The end came at 6 p.m.", "The rest is silence."],
        ["Wait… what?", "He paused...", "Then he went on... and on."],
        ["He left (see p. 3).", "(She stayed.)", "“They slept.”", "All was well."],
        ["Am 3. Januar 2022 galt es, d. h. sofort.", "Danach nicht."],
        ["В 2022 г. Банк России предложил запрет.", "Минфин, т. е. министерство, против."],
        ["中国人民银行禁止了。", "所有交易！", "真的吗？"],
    ],
)
def test_running_text(expected: list[str]) -> None:
    joiner = "" if expected[0].endswith("。") else " "
    assert sentences(joiner.join(expected)) == expected


def test_wrapped_lines_are_one_sentence() -> None:
    text = "The bank said that\nit wanted an almost\ncomplete ban. The\nministry did not."
    assert sentences(text) == [
        "The bank said that\nit wanted an almost\ncomplete ban.",
        "The\nministry did not.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "# A heading\nText here\n- one\n- two. More.",
            ["# A heading", "Text here", "- one", "- two.", "More."],
        ),
        ("1. First thing\n2. Second thing", ["1. First thing", "2. Second thing"]),
        ("No full stop\n\nNext paragraph", ["No full stop", "Next paragraph"]),
        ("Ban | 2022\nLaw | 2021", ["Ban | 2022", "Law | 2021"]),
        ("Ayr\nImportant points of it:", ["Ayr", "Important points of it:"]),
        ("Title\n=====\nText.", ["Title", "=====", "Text."]),
    ],
)
def test_lines_that_end_a_sentence(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize("text", ["", " \n\t ", "\n\n"])
def test_no_words_no_sentences(text: str) -> None:
    assert split_sentences(text) == []


PIECES = st.sampled_from(
    ["word", "Bank", "3.5", "Mr.", "U.S.", "e.g.", "end.", "Why?", "\n", "\n\n", " ", "- ", "# ",
     '"', ")", "。", "…", "|", "\t", "1.", "г.", "===", "\u00a0", "[1]"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map("".join)))
def test_sentences_hold_every_word_once_and_in_order(text: str) -> None:
    reached = 0
    for start, end in split_sentences(text):
        assert reached <= start < end
        assert not text[reached:start].strip()
        assert text[start:end] == text[start:end].strip()
        reached = end
    assert not text[reached:].strip()


@pytest.mark.parametrize(
    "unit", ["Mr. Smith said no to 3.5 of them. ", ".", "a\n", "- ", "|", '."']
)
def test_a_long_text_takes_seconds_at_most(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    started = time.perf_counter()
    split_sentences(text)
    assert time.perf_counter() - started < 5  # a quadratic way would take minutes
