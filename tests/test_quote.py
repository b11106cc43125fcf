from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.quote import find_quote, is_statement, plain_text

BANK = (
    "The ministries favour regulating firms, licensing exchanges and taxing miners; the Central "
    "Bank, however, wants an almost total ban and promotes a digital ruble of its own."
)


def quote(question: str, text: str, answer: str | None = None) -> str:
    first = text.index(answer) if answer else 0
    start, end = find_quote(question, text, first, first + len(answer or text))
    return text[start:end]


def test_another_partys_wish_is_left_out() -> None:
    found = quote("what does the Central Bank want?", BANK)
    assert found.startswith("the Central Bank, however, wants an almost total ban")
    assert found.endswith("a digital ruble of its own.")
    assert quote("what do the ministries want?", BANK).startswith("The ministries favour")
    assert "ban" not in quote("what do the ministries want?", BANK)


def test_a_leading_connective_is_dropped() -> None:
    text = "Miners pay tax, but the bank wants a ban on mining."
    assert quote("what does the bank want?", text) == "the bank wants a ban on mining."


def test_a_sentence_whose_clauses_share_the_question_stays_whole() -> None:
    text = "The bank published its report, but the ministry rejected that report."
    assert quote("what of the bank and the ministry?", text) == text


def test_the_words_that_answer_are_widened_to_their_sentence() -> None:
    text = "It was cold. The pilot began on 15 August 2023. Banks took part."
    found = quote("When did the pilot begin?", text, "15 August 2023")
    assert found == "The pilot began on 15 August 2023."


@pytest.mark.parametrize(
    ("line", "bare"),
    [
        ("- Nabiullina heads the bank.", "Nabiullina heads the bank."),
        ("3. Nabiullina heads the bank.", "Nabiullina heads the bank."),
        ("A. Nabiullina heads the bank.", "Nabiullina heads the bank."),
        ("## Nabiullina heads the bank.", "Nabiullina heads the bank."),
    ],
)
def test_the_mark_of_a_list_item_is_not_quoted(line: str, bare: str) -> None:
    assert quote("who heads the bank?", line) == bare
    assert quote("who heads the bank?", line, "Nabiullina") == bare


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        (
            "**Nayib Bukele**, *president* of `El Salvador`",
            "Nayib Bukele, president of El Salvador",
        ),
        ("see [the law](http://example.org/x) and\n  the note", "see the law and the note"),
        ("| a | b |", "a | b"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
    ],
)
def test_markdown_is_read_not_shown(markdown: str, plain: str) -> None:
    assert plain_text(markdown, "text/markdown") == plain


def test_other_formats_keep_their_marks() -> None:
    assert plain_text("a * b\n*c*\td", "text/plain") == "a * b *c* | d"


@pytest.mark.parametrize(
    "text",
    ["Q. Does the bank still want a ban?", "**Why?**", "Digital ruble", "Crypto report | Page 3"],
)
def test_what_states_nothing(text: str) -> None:
    assert not is_statement(text)


@pytest.mark.parametrize(
    "text", ["It asked why.", "Kazakhstan\tLaw\t2023", "(It said so.)", "- licences for exchanges;"]
)
def test_what_states_something(text: str) -> None:
    assert is_statement(text)


@given(
    text=st.text(alphabet="abc AB.,;!?\n–-| whilebut", min_size=1, max_size=200),
    question=st.text(alphabet="abc while?", max_size=20),
    data=st.data(),
)
def test_a_quote_lies_in_the_text_and_holds_words(
    text: str, question: str, data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, len(text) - 1))
    last = data.draw(st.integers(first + 1, len(text)))
    start, end = find_quote(question, text, first, last)
    assert 0 <= start < end <= len(text)


def test_an_initial_is_no_list_mark() -> None:
    assert quote("who spoke?", "V. Putin spoke.") == "V. Putin spoke."


@pytest.mark.parametrize(
    ("question", "text", "answer", "expected"),
    [
        (
            "what does the Central Bank want?",
            "The ministries favour licences and the Central Bank wants a ban.",
            None,
            "the Central Bank wants a ban.",
        ),
        (
            "what do the ministries want?",
            "The ministries favour licences and the Central Bank wants a ban.",
            None,
            "The ministries favour licences",
        ),
        (
            "what does the bank want?",
            "The ministries agree; the bank rejects that, but it wants a ban.",
            None,
            "the bank rejects that, but it wants a ban.",
        ),
        (
            "what does the bank want?",
            "The ministries agree; the bank rejects that, but it wants a ban.",
            "a ban",
            "the bank rejects that, but it wants a ban.",
        ),
        (
            "what does the bank reject?",
            "The bank dislikes coins, but rejects the law.",
            "the law",
            "The bank dislikes coins, but rejects the law.",
        ),
        (
            "when did the pilot begin?",
            "The pilot began on 15 August 2023; it had been planned for April.",
            "15 August 2023",
            "The pilot began on 15 August 2023",
        ),
    ],
)
def test_a_clause_comes_with_its_subject_and_alone(
    question: str, text: str, answer: str | None, expected: str
) -> None:
    assert quote(question, text, answer) == expected
