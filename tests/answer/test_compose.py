from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.compose import compose
from rag.records import Citation, Sentence, Span
from tests.passages import make_passage, no_page

BANK = "The ministries favour licences; however the Central Bank wants a ban. It is an old quarrel."


def answer(
    question: str, *texts: tuple[str, str | None, float]
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """Composes from texts of different documents, with the key words and their score."""
    passages = [make_passage(text, 0, f"d{n}") for n, (text, _, _) in enumerate(texts)]
    spans = []
    for n, (text, words, score) in enumerate(texts):
        start = text.index(words) if words else 0
        spans.append(Span(n, start, start + len(words or text), score))
    return compose(question, passages, spans, no_page)


def say(question: str, *texts: tuple[str, str | None, float]) -> list[str]:
    return [sentence.text for sentence in answer(question, *texts)[0]]


def test_key_words_are_the_answer_span_of_their_sentence() -> None:
    text = "It was cold. The pilot began on 15 August 2023. Banks took part."
    sentences, citations = answer("When did the pilot begin?", (text, "15 August 2023", 0.9))
    assert [s.text for s in sentences] == ["The pilot began on 15 August 2023."]
    assert [a.text for a in citations[0].answer_spans] == ["15 August 2023"]
    assert citations[0].marker == 1
    assert sentences[0].markers == (1,)


def test_nothing_of_what_belongs_to_somebody_else() -> None:
    assert say("what does the Central Bank want?", (BANK, "a ban", 0.9)) == [
        "the Central Bank wants a ban."
    ]
    assert say("what do the ministries want?", (BANK, "licences", 0.9)) == [
        "The ministries favour licences"
    ]


def test_the_same_words_are_not_said_twice() -> None:
    text = "The bank wants a ban."
    assert say("what does the bank want?", (text, None, 0.9), (text, None, 0.9)) == [text]


def test_the_same_date_written_otherwise_adds_nothing() -> None:
    said = say(
        "When did the pilot begin?",
        ("The pilot began on 15 August 2023.", "15 August 2023", 0.9),
        (
            "Thirteen banks joined on the day of the launch, August 15, 2023.",
            "August 15, 2023",
            0.9,
        ),
    )
    assert len(said) == 1


def test_another_document_that_says_more_supports() -> None:
    texts = (
        ("Mining is forbidden in ten regions.", "ten regions", 0.9),
        ("Kosovo closed farms during an energy crisis.", "Kosovo", 0.89),
        ("Iceland closed its aluminium works.", "Iceland", 0.5),
    )
    assert len(say("where is mining forbidden?", *texts)) == 2


def test_several_where_several_are_asked_for() -> None:
    text = "Japan licenses exchanges. Turkey forbids payment. Brazil licenses brokers."
    passage = make_passage(text)
    spans = [Span(0, text.index(w), text.index(w) + len(w), 0.9) for w in ("Japan", "Brazil")]
    assert len(compose("which countries license?", [passage], spans, no_page)[0]) == 2
    assert len(compose("which country licenses?", [passage], spans, no_page)[0]) == 1


def test_a_name_stands_for_a_pronoun_and_the_quote_stays_exact() -> None:
    text = "RACIB and Russoft wrote a letter. They asked for a workshop."
    sentences, citations = answer("what was asked for?", (text, "a workshop", 0.9))
    assert sentences[0].text == "[RACIB and Russoft] asked for a workshop."
    assert sentences[0].verdict == "supported"
    assert citations[0].quote == "They asked for a workshop."


def test_yes_and_no() -> None:
    sentences, citations = answer("is mining legal?", ("Mining is legal.", None, 0.9))
    assert [s.text for s in sentences] == ["Yes.", "Mining is legal."]
    assert (sentences[0].markers, sentences[0].verdict) == ((1,), "supported")
    assert len(citations) == 1
    assert say("is mining legal?", ("Mining is legal in ten regions.", None, 0.9)) == [
        "Mining is legal in ten regions."
    ]


QA = "Q. Is mining allowed?\nA. Yes. Mining has been legal since 2024.\n"


def test_a_yes_of_the_document_is_quoted_where_it_answers_the_same() -> None:
    words = "since 2024"
    assert say("is mining allowed?", (QA, words, 0.9)) == ["Yes. Mining has been legal since 2024."]
    assert say("is mining allowed in Irkutsk?", (QA, words, 0.9)) == [
        "Mining has been legal since 2024."
    ]
    assert say("when was mining allowed?", (QA, "Yes.", 0.9)) == [
        "Mining has been legal since 2024."
    ]


def test_an_entry_of_a_glossary_comes_with_its_head() -> None:
    text = "**Coin.** A unit of currency.\n\n**Custodian.** A firm that holds coins."
    expected = ["Custodian. A firm that holds coins."]
    assert say("what is a custodian?", (text, "A firm", 0.9)) == expected
    assert say("what is a custodian?", (text, "**Custodian.**", 0.9)) == expected


def test_a_reason_goes_before_what_is_hardly_better() -> None:
    said = say(
        "why were regions closed?",
        ("Regions were closed in 2025.", None, 0.9),
        ("Regions were closed because power is scarce.", None, 0.85),
    )
    assert "because" in said[0]


@pytest.mark.parametrize("question", ["", "who?", "is it so?"])
def test_no_spans_no_sentences(question: str) -> None:
    assert compose(question, [make_passage("A ban.")], [], no_page) == ((), ())


TEXT = st.lists(
    st.sampled_from(
        "They It The bank wants a ban. ban; however but **Coin.** Yes. No. Is legal? is legal in"
        " 2023. RACIB and Russoft asked. - \n \n\n | 5% (x) –".split(" ")
    ),
    min_size=1,
    max_size=40,
).map(" ".join)
QUESTIONS = st.sampled_from(
    ["is it legal?", "what does the bank want", "why a ban", "which banks", "what is a coin", "?"]
)


@given(texts=st.lists(TEXT.filter(str.strip), min_size=1, max_size=3), data=st.data())
def test_every_quote_is_exact_and_nothing_is_said_twice(
    texts: list[str], data: st.DataObject
) -> None:
    question = data.draw(QUESTIONS)
    passages = [make_passage(text, 10 * n, f"d{n}") for n, text in enumerate(texts)]
    spans = []
    for n, text in enumerate(texts):
        for _ in range(data.draw(st.integers(0, 3))):
            start = data.draw(st.integers(0, len(text) - 1))
            end = data.draw(st.integers(start + 1, len(text)))
            spans.append(Span(n, 10 * n + start, 10 * n + end, data.draw(st.floats(0, 1))))
    spans.sort(key=lambda span: -span.score)
    sentences, citations = compose(question, passages, spans, no_page)

    shown = [sentence.text for sentence in sentences]
    assert len(set(shown)) == len(shown)
    assert [c.marker for c in citations] == list(range(1, len(citations) + 1))
    for citation in citations:
        n = int(citation.document.id[1:])
        start, end = citation.start - 10 * n, citation.end - 10 * n
        assert texts[n][start:end] == citation.quote != ""
        for inside in citation.answer_spans:
            assert citation.start <= inside.start < inside.end <= citation.end
            assert texts[n][inside.start - 10 * n : inside.end - 10 * n] == inside.text
    for sentence in sentences:
        assert sentence.text
        assert {citations[m - 1].marker for m in sentence.markers} == set(sentence.markers) != set()
        if sentence.verdict == "verbatim":
            words = sentence.text.replace("|", " ").split()
            quoted = citations[sentence.markers[0] - 1].quote
            assert [w.strip("*") for w in words if w.strip("*")] == [
                w.strip("*") for w in quoted.replace("|", " ").split() if w.strip("*")
            ]


def test_who_is_answered_by_what_has_all_the_question_asks() -> None:
    said = say(
        "who heads the Bank of Russia",
        ("Danilova, who heads the bank's stability department, spoke.", "Danilova", 0.5),
        ("Nabiullina has headed the Bank of Russia since 2013.", "Nabiullina", 0.25),
    )
    assert said == ["Nabiullina has headed the Bank of Russia since 2013."]


def test_several_are_answered_by_what_names_them() -> None:
    said = say(
        "which regions forbid mining",
        ("The law allows the government to forbid mining in a region.", "region", 0.5),
        ("Mining is forbidden in Irkutsk, Buryatia and Chechnya.", "Irkutsk", 0.35),
    )
    assert said[0] == "Mining is forbidden in Irkutsk, Buryatia and Chechnya."


def test_a_row_that_nothing_names_is_left_out() -> None:
    said = say(
        "how many rubles are there",
        ("None\tNone\t300,000 rubles\n", "300,000", 0.5),
        ("There are 200 rubles.", "200", 0.3),
    )
    assert said == ["There are 200 rubles."]
