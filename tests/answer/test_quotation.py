from __future__ import annotations

import pytest

from rag.answer.quotation import Quotation, go_on, quote_span
from rag.question import read_question
from rag.records import Span
from tests.passages import make_passage

TABLE = "| Operation | Tariff |\n| --- | --- |\n| **Purchase** | 0.3%; at most 1,500 rubles |\n"
LIST = "The bill would:\n\n- license exchanges\n- tax miners\n\nIt was never passed."
STEPS = "A pilot began in August. Banks took part in it. Shops came later. It goes on."


def quote(question: str, text: str, words: str) -> Quotation:
    start = text.index(words)
    span = Span(0, start, start + len(words), 0.9)
    return quote_span(read_question(question), make_passage(text), span)


def test_a_row_is_shown_whole_with_the_heads_of_its_columns() -> None:
    quotation = quote("what does a purchase cost?", TABLE, "0.3%")
    assert quotation.text == "[Operation] Purchase | [Tariff] 0.3%; at most 1,500 rubles"
    assert quotation.verdict == "supported"
    quoted = TABLE[quotation.start : quotation.end]
    assert quoted == "**Purchase** | 0.3%; at most 1,500 rubles |"


def test_heads_that_do_not_fit_the_cells_stand_before_the_row() -> None:
    text = "From\tBanks\tSellers\n1 September 2026 The largest banks\tAbove 120 million\n"
    quotation = quote("from when must banks offer it?", text, "1 September 2026")
    assert quotation.text == (
        "[From | Banks | Sellers] 1 September 2026 The largest banks | Above 120 million"
    )


def test_a_row_without_heads_is_verbatim() -> None:
    quotation = quote("who is the governor?", "Governor\tElvira Nabiullina\n", "Elvira")
    assert (quotation.text, quotation.verdict) == ("Governor | Elvira Nabiullina", "verbatim")


def test_a_line_that_leads_in_brings_its_list() -> None:
    quotation = quote("what would the bill do?", LIST, "The bill would")
    assert LIST[quotation.start : quotation.end].endswith("- tax miners")


@pytest.mark.parametrize(
    ("question", "begins"),
    [("list what the bill would do", "The bill would:"), ("who taxes miners?", "tax miners")],
)
def test_an_item_brings_its_list_where_several_are_asked_for(question: str, begins: str) -> None:
    quotation = quote(question, LIST, "tax miners")
    assert LIST[quotation.start : quotation.end].startswith(begins)


def test_sentences_that_follow_and_answer_too_are_taken_in() -> None:
    first = quote("when did the pilot begin?", STEPS, "in August")
    passage = make_passage(STEPS)

    def follow(*words: str) -> str:
        found = [Span(0, STEPS.index(w), STEPS.index(w) + len(w), 0.5) for w in words]
        quotation = go_on(first, passage, found)
        assert STEPS[quotation.start : quotation.end] == quotation.text
        return quotation.text

    assert follow() == "A pilot began in August."
    assert follow("Shops") == "A pilot began in August."
    assert follow("Banks") == "A pilot began in August. Banks took part in it."
    assert follow("Banks", "Shops", "goes on").endswith("Shops came later.")


def test_another_paragraph_is_not_taken_in() -> None:
    text = "A pilot began in August.\n\nBanks took part in it."
    first = quote("when did the pilot begin?", text, "in August")
    banks = Span(0, text.index("Banks"), len(text), 0.5)
    assert go_on(first, make_passage(text), [banks]) == first


def test_a_clause_is_not_gone_on_from() -> None:
    text = "The ministries favour licences; the Central Bank, however, wants a ban. It is old."
    first = quote("what do the ministries want?", text, "licences")
    assert first.text == "The ministries favour licences"
    old = Span(0, text.index("It is"), len(text), 0.5)
    assert go_on(first, make_passage(text), [old]) == first
