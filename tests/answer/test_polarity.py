from __future__ import annotations

import pytest

from rag.answer.polarity import covers, decide, denies, is_plain_reply


@pytest.mark.parametrize(
    ("question", "sentence", "decision"),
    [
        ("Is mining legal in Russia?", "Mining is legal in Russia.", "yes"),
        ("is mining allowed in russia", "Mining has been legal in Russia since 2024.", "yes"),
        ("Is mining banned in Russia?", "Mining is not banned in Russia.", "no"),
        ("Is mining banned in Russia?", "Mining is lawful in Russia.", "no"),
        ("Did Kosovo ban mining?", "Kosovo banned mining on 4 January 2022.", "yes"),
        ("Can banks own coins?", "Banks may own coins.", "yes"),
        ("Do wallets pay interest?", "Wallets pay no interest.", "no"),
        ("Did Kosovo ban mining?", "Kosovo never banned mining.", "no"),
        ("Did Kosovo ban mining?", "Kosovo banned mining during an energy crisis.", "yes"),
    ],
)
def test_what_a_sentence_decides(question: str, sentence: str, decision: str) -> None:
    assert decide(question, sentence) == decision


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Is mining allowed?", "Mining is forbidden in ten regions."),
        ("Is mining allowed in Russia?", "Mining is legal in Russia if it is registered."),
        ("Is mining allowed in China?", "Mining is legal in Russia."),
        ("Does the bank want to ban mining?", "The bank does not want to ban all mining."),
        ("Is cryptocurrency legal?", "Mining is legal; payment in cryptocurrency is forbidden."),
        ("Did Russia sue China?", "China sued Russia."),
        ("Isn't mining banned in Russia?", "Mining is banned in Russia."),
        ("Is mining still legal in Russia?", "Mining is legal in Russia."),
        ("Did China ban mining?", "The minister said that China banned mining."),
        ("Is it legal?", "It is legal."),
        ("Is bitcoin legal tender?", "Bitcoin was legal tender."),
        ("Does China ban mining?", "China banned mining."),
        ("Must banks offer wallets?", "Banks offer wallets."),
        ("Did the bank ban mining?", "The bank is to ban mining."),
    ],
)
def test_what_a_sentence_leaves_open(question: str, sentence: str) -> None:
    assert decide(question, sentence) is None


def test_a_plain_reply() -> None:
    assert is_plain_reply("A. Yes. Mining is legal.")
    assert not is_plain_reply("Yesterday it rained.")


def test_an_antonym_covers() -> None:
    assert covers("is mining banned?", "Q. Is mining allowed?")
    assert not covers("is mining allowed in China?", "Q. Is mining allowed?")


@pytest.mark.parametrize(
    ("question", "behind", "denied"),
    [
        ("who may mine in Russia?", " may not mine on their own account.", True),
        ("Which banks can issue it?", " cannot issue it.", True),
        ("In which countries is it legal?", " isn't one of them.", True),
        ("who signed it?", " did not sign it.", False),  # asks nothing that "did" takes up
        ("who may mine in Russia?", " may mine if they are registered.", False),
        ("who may not mine?", " may not mine on their own account.", False),
        ("Is mining allowed?", " is not allowed.", False),
    ],
)
def test_of_whom_the_opposite_is_said(question: str, behind: str, denied: bool) -> None:
    assert denies(question, behind) is denied
