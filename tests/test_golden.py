"""The sample corpus, whole: every citation is exact, and the first questions go well."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.answer.cite import cite_nearest
from rag.answer.compose import compose
from rag.assistant import Assistant, open_assistant
from rag.records import Answer, Passage, Span, Turn
from rag.settings import Settings

ROOT = Path(__file__).parents[1]
DEV = ROOT / "tests" / "evaluation" / "dev" / "questions.jsonl"


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    assistant = open_assistant(Settings(index=tmp_path_factory.mktemp("sample")))
    for report in assistant.library.add([ROOT / "corpus"]):
        assert report.outcome == "added", report
    assistant.load()
    return assistant


@pytest.fixture(scope="session")
def passages(assistant: Assistant) -> list[Passage]:
    store = assistant.library.store
    documents = {document.id: document for document in store.documents()}
    return [
        Passage(c.id, documents[c.document_id], c.start, c.end, c.text, c.headings, c.page, 1.0)
        for c in store.chunks(store.chunk_ids()).values()
    ]


def check_citations(assistant: Assistant, answer: Answer) -> None:
    for citation in (*answer.citations, *answer.nearest):
        text = assistant.library.text(citation.document.id)
        assert text[citation.start : citation.end] == citation.quote != ""
        for span in citation.answer_spans:
            assert citation.start <= span.start < span.end <= citation.end
            assert text[span.start : span.end] == span.text
    for sentence in answer.sentences:
        assert sentence.markers


def test_the_corpus_is_taken_in_whole(assistant: Assistant, passages: list[Passage]) -> None:
    documents = assistant.library.documents()
    assert len(documents) == len(list((ROOT / "corpus").iterdir()))
    for document in documents:
        own = [p for p in passages if p.document.id == document.id]
        assert "".join(p.text for p in own) == assistant.library.text(document.id)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_every_citation_is_exact(
    assistant: Assistant, passages: list[Passage], data: st.DataObject
) -> None:
    passage = data.draw(st.sampled_from(passages))
    start = data.draw(st.integers(passage.start, passage.end - 1))
    end = data.draw(st.integers(start + 1, min(passage.end, start + 400)))
    question = data.draw(
        st.sampled_from(["who?", "what does the bank want?", "list the countries"])
    )
    sentences, citations = compose(
        question, [passage], [Span(0, start, end, 0.9)], assistant.library.locate_page
    )
    nearest = cite_nearest([passage], 1, assistant.library.locate_page)
    answer = Answer("i", "q", "q", "answered", "t", 0.9, sentences, citations, nearest)
    check_citations(assistant, answer)


@pytest.mark.parametrize("line", DEV.read_text(encoding="utf-8").splitlines())
def test_every_answer_is_cited_exactly(assistant: Assistant, line: str) -> None:
    question = json.loads(line)
    turns = [Turn(t["question"], t["answer"]) for t in question["turns"]]
    answer = assistant.ask(question["question"], turns)
    check_citations(assistant, answer)
    assert bool(answer.citations) == (answer.status == "answered")
    assert bool(answer.nearest) == (answer.status == "abstained")


def test_what_the_central_bank_wants(assistant: Assistant) -> None:
    answer = assistant.ask("what does the Central Bank want?")
    assert "almost total ban" in answer.text
    assert "China" in answer.text
    assert "digital ruble" in answer.text
    assert "licens" not in answer.text
    assert "almost total ban" in answer.citations[0].quote


def test_who_heads_the_central_bank(assistant: Assistant) -> None:
    assert "Elvira Nabiullina" in assistant.ask("Who heads the Central Bank?").text


def test_two_questions_in_one(assistant: Assistant) -> None:
    answer = assistant.ask("who heads the central bank and what does it want?")
    check_citations(assistant, answer)
    assert "Elvira Nabiullina" in answer.text
    assert "almost total ban" in answer.text
    assert "licens" not in answer.text


def test_what_is_not_answered_is_said(assistant: Assistant) -> None:
    answer = assistant.ask("Who heads the Central Bank and what is the capital of France?")
    assert "Elvira Nabiullina" in answer.text
    assert answer.notice == "The documents do not answer “what is the capital of France?”."


def test_what_this_is_about(assistant: Assistant) -> None:
    answer = assistant.ask("what is this about?")
    check_citations(assistant, answer)
    assert 3 <= len(answer.sentences) <= 5
    assert len({citation.document.id for citation in answer.citations}) == len(answer.citations)


@pytest.mark.parametrize(
    "question", ["summarise the digital rubel", "key points of the mica guide"]
)
def test_a_summary_of_what_is_named(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    check_citations(assistant, answer)
    assert 3 <= len(answer.sentences) <= 5
    assert all(
        "digital-ruble" in c.document.name or "mica" in c.document.name for c in answer.citations
    )


def test_who_they_are(assistant: Assistant) -> None:
    answer = assistant.ask("tell me about RACIB")
    check_citations(assistant, answer)
    assert "[RACIB] speaks for miners" in answer.text
    spoken = next(s for s in answer.sentences if s.text.startswith("[RACIB]"))
    assert spoken.verdict == "supported"
    assert answer.citations[spoken.markers[0] - 1].quote.startswith("It speaks for miners")


def test_a_summary_of_what_is_not_there(assistant: Assistant) -> None:
    assert assistant.ask("summarise the annual report").status == "abstained"


def test_a_greeting_claims_nothing(assistant: Assistant) -> None:
    answer = assistant.ask("hello!")
    assert (answer.status, answer.confidence) == ("answered", 1.0)
    assert f"{len(assistant.library.documents())} documents" in answer.text
    assert answer.sentences == answer.citations == ()


def test_a_question_that_names_nothing(assistant: Assistant) -> None:
    assert assistant.ask("why?").status == "unclear"


def test_the_capital_of_france(assistant: Assistant) -> None:
    answer = assistant.ask("What is the capital of France?")
    assert answer.status == "abstained"
    assert answer.nearest
    assert not answer.citations


def test_suggested_questions_are_answered(assistant: Assistant) -> None:
    suggested = assistant.suggest_questions(3)
    assert len(suggested) == 3
    assert all(assistant.ask(question).status == "answered" for question in suggested)


def test_suggested_follow_ups_are_answered_from_where_they_come(assistant: Assistant) -> None:
    answer = assistant.ask("What does the Central Bank want?")
    suggested = assistant.suggest_follow_ups(answer, 3)
    assert suggested
    cited = {citation.document.id for citation in answer.citations}
    for follow_up in suggested:
        assert follow_up.document in cited
        assert not any(map(follow_up.section.holds, answer.citations))
        found = assistant.ask(follow_up.question, documents=[follow_up.document])
        assert follow_up.section.holds(found.citations[0])


def test_a_misspelt_question_shows_what_was_searched_for(assistant: Assistant) -> None:
    answer = assistant.ask("what do the finance and comerce ministries want")
    assert answer.searched_for == "what do the finance and commerce ministries want"
    assert answer.question == "what do the finance and comerce ministries want"
    assert answer.status == "answered"
