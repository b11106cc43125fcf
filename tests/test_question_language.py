from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question import find_foreign_language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Was will die Zentralbank?", "German"),
        ("wer leitet die Zentralbank", "German"),
        ("¿Qué quiere el Banco Central?", "Spanish"),
        ("Que veut la banque centrale ?", "French"),
        ("cosa vuole la banca centrale", "Italian"),
        ("o que quer o banco central", "Portuguese"),
        ("Wat wil de centrale bank?", "Dutch"),
        ("Co chce bank centralny w Rosji", "Polish"),
        ("Что хочет Центральный банк?", "a language written in Cyrillic"),
        ("中国什么时候禁止加密货币？", "Chinese or Japanese"),
        ("日本の規制は", "Japanese"),
    ],
)
def test_another_language_is_named(question: str, language: str) -> None:
    assert find_foreign_language(question) == language


@pytest.mark.parametrize(
    "question",
    [
        "what does the Central Bank want?",
        "El Salvador bitcoin law",
        "Rio de la Plata",
        "What is the Banco Central de Chile?",
        "who wrote Das Kapital",
        "Who is Vladimir Putin (Путин)?",
        "bitcoin",
        "12?",
        "",
    ],
)
def test_english_and_names_are_left_alone(question: str) -> None:
    assert find_foreign_language(question) is None


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    assert find_foreign_language(text) == find_foreign_language(text)
