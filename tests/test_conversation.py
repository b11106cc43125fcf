from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.conversation import Resolution, resolve
from rag.records import Turn

BANK = Turn(
    "what does the Central Bank want?", "It wants an almost total ban, and a digital ruble."
)
HEAD = Turn("Who heads the Central Bank?", "Elvira Nabiullina heads it.")
GOVERNOR = Turn("Who is the governor of the Bank of Russia?", "Elvira Nabiullina.")
CHINA = Turn("When did China ban crypto?", "On 24 September 2021.")
GROUPS = Turn(
    "Which groups of crypto-assets does MiCA know?",
    "It knows asset-referenced tokens, e-money tokens and other crypto-assets.",
)
BILL = Turn(
    "What did the finance ministry's bill of February 2022 propose?",
    "Licensed exchanges, identified customers, an online test and yearly limits.",
)
LAW = Turn("When was the Russian mining law signed?", "It was signed on 8 August 2024.")
TALKS = Turn("who wants talks with Putin?", "The heads of RACIB and Russoft want talks with Putin.")
TAX = Turn("how is crypto taxed in Russia?", "At 13 percent.")
HACK = Turn("Which exchange lost 523 million NEM?", "Coincheck lost them in January 2018.")
RBC = Turn("What is RBC?", "A Russian media group.")
SALVADOR = Turn(
    "How many bitcoins did El Salvador hold in 2021?", "El Salvador held about 1,370 bitcoins."
)
MINING = Turn("Where is mining forbidden?", "In ten regions.")
LETTER = Turn("Who signed the letter?", "Yuri Pripachkin and Valentin Makarov signed it.")
SIDES = Turn(
    "What is the difference between the digital ruble and bitcoin?",
    "The digital ruble is money of the central bank.",
)
SOURCED = Turn(
    "who wants a ban?", "The Central Bank.", sources=("Letter to Putin", "Digital ruble pilot")
)
LISTED = Turn(
    "What are the conditions?", "There are three:\n1. a licence\n2. an online test\n3. a limit"
)
HELLO = Turn("hi", "Hello!")
MINISTRY = Turn("and the finance ministry?", "It wants to regulate.")


@pytest.mark.parametrize(
    ("before", "follow_up", "expected"),
    [
        # Another subject, place or time.
        ([BANK], "and the finance ministry?", "what does the finance ministry want?"),
        ([BANK], "what about RACIB?", "what does RACIB want?"),
        ([BANK], "in 2022?", "what does the Central Bank want in 2022?"),
        ([CHINA], "and in Germany?", "When did Germany ban crypto?"),
        ([CHINA], "and El Salvador?", "When did El Salvador ban crypto?"),
        ([TAX], "and in Germany?", "how is crypto taxed in Germany?"),
        ([TAX], "and Japan?", "how is crypto taxed in Japan?"),
        ([TAX], "how about companies?", "how are companies taxed in Russia?"),
        ([SALVADOR], "and in 2022?", "How many bitcoins did El Salvador hold in 2022?"),
        # A question word alone.
        ([BANK], "why?", "why does the Central Bank want an almost total ban?"),
        ([BANK], "since when?", "since when does the Central Bank want an almost total ban?"),
        ([BANK], "how much?", "how much does the Central Bank want?"),
        ([CHINA], "why?", "why did China ban crypto?"),
        ([CHINA], "how?", "how did China ban crypto?"),
        ([LAW], "by whom?", "by whom was the Russian mining law signed?"),
        ([MINING], "until when?", "until when is mining forbidden?"),
        (
            [GOVERNOR],
            "and since when?",
            "since when is Elvira Nabiullina the governor of the Bank of Russia?",
        ),
        ([TALKS], "when?", "when: who wants talks with Putin?"),
        # More of the same.
        ([TALKS], "who else?", "who else wants talks with Putin?"),
        ([BANK], "what else?", "what else does the Central Bank want?"),
        ([BANK], "more", "tell me more about the Central Bank"),
        ([BANK], "tell me more about it", "tell me more about the Central Bank"),
        # Pronouns.
        (
            [BANK],
            "when did they say that?",
            "when did the Central Bank say that (an almost total ban)?",
        ),
        ([BANK], "is that legal?", "is an almost total ban legal?"),
        (
            [BANK],
            "how do they justify it?",
            "how does the Central Bank justify an almost total ban?",
        ),
        ([BANK], "are they against mining?", "is the Central Bank against mining?"),
        ([HEAD], "when was she appointed?", "when was Elvira Nabiullina appointed?"),
        ([HEAD], "what does it want?", "what does the Central Bank want?"),
        ([HEAD], "who was before her?", "who was before Elvira Nabiullina?"),
        ([HACK], "when was it hacked?", "when was Coincheck hacked?"),
        ([RBC], "Who bought it in 2017?", "Who bought RBC in 2017?"),
        ([TALKS], "what do they want?", "what do the heads of RACIB and Russoft want?"),
        ([BANK], "what is its plan?", "what is the Central Bank’s plan?"),
        (
            [BILL],
            "was it ever adopted",
            "was the finance ministry's bill of February 2022 ever adopted",
        ),
        ([SIDES], "who issues them?", "who issues the digital ruble and bitcoin?"),
        # Nouns.
        (
            [BILL],
            "was the bill adopted?",
            "was the finance ministry's bill of February 2022 adopted?",
        ),
        (
            [LAW],
            "what does the law say about taxes?",
            "what does the Russian mining law say about taxes?",
        ),
        # Ordinals.
        ([GROUPS], "what about the second one?", "tell me about e-money tokens"),
        ([GROUPS], "tell me about the third", "tell me about other crypto-assets"),
        ([TALKS], "and the former?", "tell me about RACIB"),
        ([LISTED], "what about the second one?", "tell me about an online test"),
        ([SOURCED], "what about the second source?", "tell me about Digital ruble pilot"),
        # What is left unsaid.
        ([BANK], "what are the penalties?", "what are the penalties of the Central Bank?"),
        # Over several turns.
        ([BANK, MINISTRY], "why?", "why does the finance ministry want to regulate?"),
        ([BANK, MINISTRY], "what about RACIB?", "what does RACIB want?"),
        ([BANK, HELLO], "and RACIB?", "what does RACIB want?"),
    ],
)
def test_a_follow_up_is_made_to_stand_alone(
    before: list[Turn], follow_up: str, expected: str
) -> None:
    found = resolve(follow_up, before)
    assert (found.question, found.ask_back) == (expected, "")


@pytest.mark.parametrize("before", [BANK, CHINA, GROUPS, LETTER, SIDES, LISTED])
@pytest.mark.parametrize(
    "question",
    [
        "Who is Elvira Nabiullina?",
        "When did China ban crypto?",
        "Is it legal to own bitcoin?",
        "Is it true that El Salvador bought bitcoin?",
        "how is mining taxed?",
        "What is a stablecoin?",
        "Who founded RACIB and what does it want?",
        "who heads the central bank and what does it want",
        "What did President Bukele say in his speech?",
        "Which exchange lost its coins in 2018?",
        "In which ten regions is mining forbidden?",
        "Was the law of July 2022 the first one to bar paying with crypto?",
        "What is the last source of European Union law?",
        "How long does it take to register a miner?",
        "thanks",
        "hello",
        "what is this about?",
        "Tell me about the Sand Dollar.",
        "Who said that bitcoin is a bubble?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(before: Turn, question: str) -> None:
    found = resolve(question, [before])
    assert (found.question, found.ask_back) == (question, "")


@pytest.mark.parametrize(
    ("before", "question", "ask_back"),
    [
        ([], "why?", "nothing was asked before"),
        ([HELLO], "why?", "nothing was asked before"),
        ([], "and in Germany?", "nothing was asked before"),
        ([], "the second one?", "nothing was asked before"),
        ([], "more", "nothing was asked before"),
        ([], "what does it want?", "“it”"),
        ([], "when did they say that?", "“they”"),
        ([GROUPS], "and the fifth one?", "3 things only"),
        ([SOURCED], "source 3?", "2 sources only"),
        ([BANK], "what does source 2 say?", "no such source"),
        ([LETTER], "when was he born?", "Do you mean Yuri Pripachkin or Valentin Makarov?"),
        ([SIDES], "when was it introduced?", "Do you mean the digital ruble or bitcoin?"),
    ],
)
def test_what_is_not_clear_is_asked_back(before: list[Turn], question: str, ask_back: str) -> None:
    found = resolve(question, before)
    assert found.question == question
    assert ask_back in found.ask_back


def test_the_reply_completes_what_was_not_clear() -> None:
    unclear = Turn("when was he born?", "Do you mean Yuri Pripachkin or Valentin Makarov?")
    assert resolve("Pripachkin", [LETTER, unclear]).question == "when was Pripachkin born?"


def test_a_question_that_was_corrected_counts_as_it_was_searched_for() -> None:
    corrected = Turn("and them?", "It wants licences.", "what does the finance ministry want?")
    assert (
        resolve("why?", [BANK, corrected]).question
        == "why does the finance ministry want licences?"
    )


def test_what_was_asked_before_is_told() -> None:
    assert resolve("why?", [BANK, MINISTRY]).before == "what does the finance ministry want?"
    assert resolve("why?", []).before == ""


def test_a_name_alone_before_anything_is_left_alone() -> None:
    asked = "and the finance ministry?"
    assert resolve(asked, ()) == Resolution(asked)


@given(st.text(max_size=200))
def test_a_first_question_comes_back_as_it_is(question: str) -> None:
    assert resolve(question, ()).question == question


PIECES = st.sampled_from(
    "the of and it they that one second why what about who is did in 2022 ? , . more bank Russia"
    " Putin’s its ( “ Ünïcode 中国 else do source 2 (x) \n - 1. \\".split(" ")
)
SENTENCES = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map(" ".join))
TURNS = st.lists(st.builds(Turn, SENTENCES, SENTENCES), max_size=4)


@given(question=SENTENCES, turns=TURNS)
def test_no_text_makes_it_stumble(question: str, turns: Sequence[Turn]) -> None:
    found = resolve(question, turns)
    assert found == resolve(question, list(turns))
    assert not found.ask_back or found.question == question
