from __future__ import annotations

from rag.answer.replies import reply
from tests.passages import make_document


def test_a_greeting_names_documents() -> None:
    shelf = [make_document(str(n), f"Title {n}") for n in range(5)]
    said = reply("greeting", shelf)
    assert said == (
        "Hello! Ask me about the 5 documents here, among them “Title 0”, “Title 1” and “Title 2”."
    )
    assert reply("greeting", shelf[:2]) == (
        "Hello! Ask me about the 2 documents here: “Title 0” and “Title 1”."
    )
    assert reply("greeting", shelf[:1]) == "Hello! Ask me about the one document here, “Title 0”."
    assert "no documents yet" in reply("abilities", [])


def test_a_long_title_is_cut() -> None:
    assert len(reply("greeting", [make_document("a", "long " * 99)])) < 200


def test_thanks_and_farewell() -> None:
    assert reply("thanks", []) == "You are welcome."
    assert reply("farewell", []).startswith("Goodbye.")
