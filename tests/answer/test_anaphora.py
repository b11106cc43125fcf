from __future__ import annotations

import pytest

from rag.answer.anaphora import find_antecedent


def resolve(text: str, quote: str, *headings: str) -> tuple[str, str]:
    """Gives the name put in, and what is quoted."""
    start = text.index(quote)
    found = find_antecedent(text, start, headings)
    return found.name, text[found.start :]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("RACIB and Russoft wrote a letter. They asked for talks.", "RACIB and Russoft"),
        ("The miners left the country. They paid no tax.", "The miners"),
        ("RBC is a Russian media group. It was founded in 1993.", "RBC"),
        ("Elvira Nabiullina heads the bank. She wants a ban.", "Elvira Nabiullina"),
        ("Russoft is a union, founded in 1999. Its head is known. It has members.", "Russoft"),
        ("In 2017 Elvira Nabiullina warned again. She wants a ban.", "Elvira Nabiullina"),
    ],
)
def test_a_name_where_it_is_certain(text: str, name: str) -> None:
    quote = text.rsplit(". ", 1)[-1]
    assert resolve(text, quote) == (name, quote)


def test_a_possessive() -> None:
    text = "Russoft is a union of developers. Its president is Valentin Makarov."
    assert resolve(text, "Its")[0] == "Russoft’s"


@pytest.mark.parametrize(
    "text",
    [
        "The president signed the law. It came into force in 2023.",
        "The ministries met the banks. They wanted a ban.",
        "Elvira Nabiullina met Anton Siluanov. She wants a ban.",
        "Prices are driven by hope. It warns of bubbles.",
        "The pools share their data. This may have inflated the figure.",
        "Dubai made a law on VARA. It was new. Its reach is wide.",
    ],
)
def test_where_two_may_be_meant_the_sentence_before_is_quoted(text: str) -> None:
    quote = text.rsplit(". ", 1)[-1]
    assert resolve(text, quote) == ("", text)


@pytest.mark.parametrize(
    "text",
    [
        "The law passed. It is not obvious what a citizen gains.",
        "The law passed. This law is short.",
        "The law passed. The bank objected.",
        "The law passed.\n\nIt came into force later.",
    ],
)
def test_a_quotation_that_needs_nothing_or_gets_nothing(text: str) -> None:
    quote = text[text.index("passed.") + 7 :].strip()
    assert resolve(text, quote) == ("", quote)


def test_a_name_from_the_heading_above() -> None:
    text = "### Federal Tax Service\n\nIt collects taxes."
    assert resolve(text, "It")[0] == "Federal Tax Service"
    assert resolve("It collects taxes.", "It", "Federal Tax Service")[0] == "Federal Tax Service"
    assert resolve("It collects taxes.", "It", "What is known")[0] == ""
