"""Follow-ups, as the assistant resolves them before it asks."""

from __future__ import annotations

import pytest

from rag.assistant import resolve_follow_up
from rag.records import Turn

BANK = Turn("Who heads the Central Bank?", "Elvira Nabiullina heads it.")
HELLO = Turn("hi", "Hello!")
TWO = "who heads the central bank and what does it want"


@pytest.mark.parametrize("turns", [(), (HELLO,), (BANK,)])
def test_two_questions_bring_their_own_subject(turns: tuple[Turn, ...]) -> None:
    assert resolve_follow_up(TWO, turns) == TWO


def test_small_talk_is_no_subject() -> None:
    asked = "what does it want?"
    assert resolve_follow_up(asked, [HELLO]) == asked
    assert "Central Bank" in resolve_follow_up(asked, [BANK, HELLO])


def test_a_follow_up_names_what_was_spoken_of() -> None:
    assert "Central Bank" in resolve_follow_up("what does it want?", [BANK])
