from __future__ import annotations

import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question import Form, read_question, split_question, strip_source


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("hi", "greeting"),
        ("Hello there, how are you?", "greeting"),
        ("thx a lot!", "thanks"),
        ("According to the judgment of Upton, summarize the evidence", "overview"),
        ("ok thanks", "thanks"),
        ("bye", "farewell"),
        ("what can you do", "abilities"),
        ("Which documents do you have?", "abilities"),
        ("help", "abilities"),
        ("is mining legal in russia", "yes_no"),
        ("Can you pay with bitcoin?", "yes_no"),
        ("who had more, the US or China", "fact"),
        ("Is it the US or China that has more?", "fact"),
        ("can you tell me who heads the bank?", "fact"),
        ("what is a stablecoin", "definition"),
        ("wat is mica", "definition"),
        ("what does dfa mean", "definition"),
        ("what is the capital of France?", "fact"),
        ("why did the launch slip", "reason"),
        ("what were the reasons for the delay?", "reason"),
        ("which countries ban crypto?", "several"),
        ("Which country was the first?", "fact"),
        ("which bank owns shares", "fact"),
        ("which large banks take part", "several"),
        ("who were the critics", "several"),
        ("list the tariffs", "several"),
        ("central bank ban", "fact"),
        ("which documents mention Nabiullina?", "mentions"),
        ("how many documents talk about stablecoins", "mentions"),
        ("please list all documents about the digital ruble", "mentions"),
        ("what files are about tax", "mentions"),
        ("where is Tether mentioned?", "mentions"),
        ("which documents must a miner file?", "several"),
        ("which report mentions the ban", "mentions"),
        ("??", "fact"),
    ],
)
def test_forms(text: str, form: Form) -> None:
    assert read_question(text).form == form


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("what is this about?", ()),
        ("What are these documents about", ()),
        ("Summarise everything, please", ()),
        ("tl;dr", ()),
        ("what are the key points?", ()),
        ("sumarise the digital rubel", ("the digital rubel",)),
        ("give me a short summary of the el salvador law please", ("the el salvador law",)),
        ("main points of the Bitcoin Law", ("the Bitcoin Law",)),
        ("tell me about RACIB", ("RACIB",)),
        ("anything about kazakhstan?", ("kazakhstan",)),
        ("What do the documents say about mining", ("mining",)),
        ("Nabiullina", ("Nabiullina",)),
        ("digital ruble", ("digital ruble",)),
        ("what does the china report say?", ("the china report",)),
    ],
)
def test_overviews(text: str, topics: tuple[str, ...]) -> None:
    asked = read_question(text)
    assert (asked.form, asked.topics) == ("overview", topics)


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("How do the ministry and the bank differ?", ("the ministry", "the bank")),
        ("how does tether differ from usdc", ("tether", "usdc")),
        ("How is MiCA different from the Russian rules?", ("MiCA", "the Russian rules")),
        ("bitcoin vs digital ruble", ("bitcoin", "digital ruble")),
        ("compare china with russia", ("china", "russia")),
        ("What's the diffrence between a coin and a token?", ("a coin", "a token")),
        ("difference between A1, B2 and C3", ("A1", "B2", "C3")),
    ],
)
def test_comparisons(text: str, sides: tuple[str, ...]) -> None:
    asked = read_question(text)
    assert (asked.form, asked.topics) == ("comparison", sides)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "who heads the central bank and what does it want?",
            ("who heads the central bank", "what does the central bank want?"),
        ),
        (
            "hi, who is nabiullina? what does she want?",
            ("who is nabiullina", "what does nabiullina want?"),
        ),
        (
            "who is in favour of the ban and who is against it?",
            ("who is in favour of the ban", "who is against the ban?"),
        ),
        (
            "what do the ministries want and why do they want it?",
            ("what do the ministries want", "why do the ministries want it?"),
        ),
        ("What is RBC and who owns it?", ("What is RBC", "who owns RBC?")),
        ("what is mining and is it legal?", ("what is mining", "is mining legal?")),
        (
            "What does the letter ask for and why?",
            ("What does the letter ask for", "why: What does the letter ask for"),
        ),
        ("When and where was the law announced?", ("When and where was the law announced?",)),
        ("Which banks and exchanges took part?", ("Which banks and exchanges took part?",)),
        ("How do A and B differ, and why?", ("How do A and B differ, and why?",)),
        ("Hello! Who heads RBC?", ("Who heads RBC?",)),
    ],
)
def test_two_questions_in_one(text: str, parts: tuple[str, ...]) -> None:
    assert split_question(text) == parts


WORDS = st.lists(
    st.sampled_from(
        "what who why is are it they the bank and vs compare between summarise about please hi "
        "list difference ? , ; . ! RBC 2022 mean of why?".split()
    ),
    max_size=14,
).map(" ".join)


@given(text=st.text(max_size=80) | WORDS)
def test_every_text_has_a_form_and_parts(text: str) -> None:
    asked = read_question(text)
    assert asked.form in typing.get_args(Form)
    assert len(asked.topics) > 1 if asked.form == "comparison" else len(asked.topics) <= 1
    parts = split_question(text)
    assert 1 <= len(parts) <= 3
    assert all(part.strip() or not text.strip() for part in parts)
    assert all(read_question(part).form in typing.get_args(Form) for part in parts)


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("According to the annual report, who leads the bank?", "who leads the bank?"),
        ("what does it owe according to the law", "what does it owe according to the law"),
        ("who leads the bank?", "who leads the bank?"),
        ("According to plan", "According to plan"),
    ],
)
def test_where_the_answer_stands_is_no_part_of_what_is_asked(question: str, asked: str) -> None:
    assert strip_source(question) == asked


@pytest.mark.parametrize(
    ("text", "put"),
    [
        ("list countries that banned crypto", "which countries banned crypto"),
        ("please name all the banks which take part", "which banks take part"),
        ("who runs the bank", "who heads the bank"),
        ("who is in charge of the bank?", "who heads the bank?"),
        ("list my documents that mention bitcoin", "which documents mention bitcoin"),
        ("list the tariffs", "list the tariffs"),
        ("what is the name of the law that bans it?", "what is the name of the law that bans it?"),
        ("did they rename the files that were lost?", "did they rename the files that were lost?"),
        ("who leads the league?", "who leads the league?"),
        ("who ran the pilot", "who ran the pilot"),
    ],
)
def test_a_question_is_put_as_documents_answer_it(text: str, put: str) -> None:
    assert read_question(text).text == put
