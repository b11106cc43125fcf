"""How names, dates and quotes are put for a reader, hostile ones included."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.history import Feedback
from rag.records import AnswerSpan, Citation, CitedDocument
from tests.ui.pages import BANK
from tests.ui.stub import StubAssistant
from ui.citations import mark_key_words, quote_parts
from ui.feedback import LONGEST_COMMENT, plain_text, read_feedback
from ui.kinds import kind_in_words, language_in_words, size_in_words
from ui.words import count, date_in_words, file_name, label, shorten


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("2022-06-15", "15 June 2022"),
        ("2022-06-05T10:00:00", "5 June 2022"),
        ("2022-06", "June 2022"),
        ("2022", "2022"),
        ("2022-13-01", "2022-13-01"),
        ("last spring", "last spring"),
        (None, ""),
    ],
)
def test_dates_are_put_in_words(date: str | None, words: str) -> None:
    assert date_in_words(date) == words


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\report.pdf", "report.pdf"),
        ("\u202etxt.exe\u2066", "txt.exe"),
        ("a\x00b\nc.txt", "a b c.txt"),
        ("...", "unnamed"),
        ("", "unnamed"),
        ("ünïcode – name.md", "ünïcode – name.md"),
    ],
)
def test_uploaded_names_lose_folders_and_what_cannot_be_seen(name: str, safe: str) -> None:
    assert file_name(name) == safe


def test_a_long_name_keeps_its_ending() -> None:
    assert len(file_name("x" * 500 + ".pdf")) == 200
    assert file_name("x" * 500 + ".pdf").endswith(".pdf")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ban, license or embrace: how countries do", "Ban, license or embrace: how countries do"),
        ("![](http://evil.example/x.png)", "(http/evil.example/x.png)"),
        ("[a](javascript:alert(1))", "a(javascriptalert(1))"),
        (":material/home: :red[x] $x$", "material/home redx x"),
        ("snake_case_name.md", "snake\\_case\\_name.md"),
        ("www.evil.example a@evil.example", "www evil.example aevil.example"),
        ("a -> b -- c", "a - b - c"),
        ("**", "untitled"),
    ],
)
def test_labels_mean_nothing_in_markdown(text: str, shown: str) -> None:
    assert label(text) == shown


@given(st.text(max_size=200))
def test_no_label_holds_what_markdown_reads(text: str) -> None:
    shown = label(text)
    assert shown
    assert not re.search(r"[*`~<>\[\]{}$!#|^@=]|--|//|:\S|(?<!\\)_|\\[^_]", shown)
    assert not re.search(r"\bwww\.", shown, re.IGNORECASE)
    assert shown.isprintable()


def test_languages_and_sizes_are_put_in_words() -> None:
    assert [language_in_words(code) for code in ("en", "xx", None)] == ["English", "xx", ""]
    assert size_in_words(812) == "812 bytes"
    assert size_in_words(1_440_000) == "1.4 MB"
    assert size_in_words(2_000_000_000_000) == "2000.0 GB"


def test_counts_and_kinds_are_put_as_people_say_them() -> None:
    assert [count(n, "source") for n in (0, 1, 2, 1200)] == [
        "0 sources",
        "1 source",
        "2 sources",
        "1,200 sources",
    ]
    assert kind_in_words("application/pdf") == "PDF"
    assert kind_in_words("text/x-unheard-of") == "x-unheard-of"


def test_texts_are_cut_at_a_word() -> None:
    assert shorten("one two three", 13) == "one two three"
    assert shorten("one two three", 10) == "one two…"
    assert shorten("x" * 30, 10) == "x" * 9 + "…"


def cite(text: str, quote: str, *words: str) -> Citation:
    start = text.index(quote)
    spans = tuple(
        AnswerSpan(start + quote.index(w), start + quote.index(w) + len(w), w) for w in words
    )
    document = CitedDocument("d", "a.md", "A", "00", None)
    return Citation(1, document, None, start, start + len(quote), quote, spans, 0.5)


@given(
    st.text(max_size=60),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=5),
)
def test_marking_key_words_loses_nothing(text: str, ranges: list[tuple[int, int]]) -> None:
    assert "".join(part["text"] for part in mark_key_words(text, ranges)) == text


def test_bold_that_were_most_of_a_sentence_is_none() -> None:
    assert [p["bold"] for p in mark_key_words("a ban on crypto", [(2, 5)])] == [False, True, False]
    assert [p["bold"] for p in mark_key_words("a ban on crypto", [(0, 14)])] == [False]


def test_a_long_quote_is_cut_round_its_key_words_at_words() -> None:
    quote = "before " * 100 + "the ban" + " after" * 100
    parts = quote_parts(cite(quote, quote, "the ban"), 200)
    shown = "".join(part["text"] for part in parts)
    assert [part["text"] for part in parts if part["bold"]] == ["the ban"]
    assert shown.startswith("… before ")
    assert shown.endswith("after …")
    assert len(shown) < 210


def test_a_card_joins_lines_and_keeps_paragraphs() -> None:
    quote = "## Heading\n\nOne line\nand the next."
    (part,) = quote_parts(cite(quote, quote), 200)
    assert part["text"] == "## Heading\nOne line and the next."


def test_an_answer_is_copied_with_its_sources(core: StubAssistant) -> None:
    assert plain_text(core.ask(BANK)) == (
        "However the Central Bank\nwants an almost total ban like China's, and its own digital "
        "ruble. [1] The bank proposes a ban on issuing and trading crypto. [2]\n\n"
        "Sources\n"
        "[1] Crypto leaders ask for clear rules, 15 June 2022: “However the Central Bank wants an "
        "almost total ban like China's, and its own digital ruble.”\n"
        "[2] Report of January 2022, page 2, January 2022: “The bank proposes a ban on issuing "
        "and trading crypto.”"
    )


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"thumb": "up", "comment": " <b>Yes</b> "}, Feedback("up", "<b>Yes</b>")),
        ({"thumb": "down", "comment": "x" * 5_000}, Feedback("down", "x" * LONGEST_COMMENT)),
        ({"thumb": "up", "comment": 7}, Feedback("up")),
        ({"thumb": "", "comment": "taken back"}, None),
        ({"thumb": ["up"]}, None),
        ("up", None),
    ],
)
def test_feedback_is_read_with_care(told: object, kept: Feedback | None) -> None:
    assert read_feedback(told) == kept
