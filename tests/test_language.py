"""A text → the language that most of it is written in."""

from __future__ import annotations

import pytest

from rag.language import find_language

SENTENCES = {
    "en": "The central bank wants a ban on crypto, the minister does not.",
    "de": "Die Zentralbank will ein Verbot von Kryptowährungen, der Minister nicht.",
    "fr": "La banque centrale veut interdire les cryptomonnaies, le ministre ne le veut pas.",
    "es": "El banco central quiere prohibir las criptomonedas, pero el ministro no lo quiere.",
    "ru": "Центральный банк хочет запретить криптовалюту, а министр этого не хочет.",
    "zh": "中央银行希望禁止加密货币，但是部长不希望这样做，他们仍在讨论。",
    "ja": "中央銀行は暗号資産を禁止したいと考えているが、大臣はそうではない。",
    "ar": "البنك المركزي يريد حظر العملات المشفرة لكن الوزير لا يريد ذلك أبدا.",
}


@pytest.mark.parametrize(("language", "text"), SENTENCES.items())
def test_a_sentence_is_enough(language: str, text: str) -> None:
    assert find_language(text) == language


@pytest.mark.parametrize(
    "text",
    ["", "   ", "Report", "abc", "😀 😀 😀", "12 345 67 8.9 2022-01-01 " * 20, "xk qz vw jj " * 9],
)
def test_what_is_short_or_no_language_is_left_open(text: str) -> None:
    assert find_language(text) is None


def test_most_of_the_text_decides() -> None:
    english, german = SENTENCES["en"] + " ", SENTENCES["de"] + " "
    assert find_language(english * 4 + german) == "en"
    assert find_language(german * 3_000 + english * 300) == "de"


def test_the_beginning_alone_does_not_decide() -> None:
    assert find_language("1 2 3 4 5 6 7 8 9\n" * 1_000 + SENTENCES["fr"] * 1_000) == "fr"
