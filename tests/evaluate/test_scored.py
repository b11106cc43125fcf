from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given

from rag.evaluate.scored import Scored, judge, scored_from_json, scored_to_json
from rag.records import Answer, AnswerSpan, Citation, CitedDocument
from tests.evaluate.examples import questions, scored

DOCUMENT = CitedDocument("d1", "bank.md", "Bank", "0" * 64, None)
QUOTE = "The Central Bank wants an almost total ban."
SPANS = (AnswerSpan(26, 42, "almost total ban"),)


def answer(confidence: float = 0.6) -> Answer:
    citation = Citation(1, DOCUMENT, None, 0, len(QUOTE), QUOTE, SPANS, 0.9)
    return Answer(
        id="q1",
        question="What?",
        searched_for="What?",
        status="answered",
        text=QUOTE,
        confidence=confidence,
        citations=(citation,),
        timings_ms={"retrieve": 1.0, "read": 2.0, "total": 3.0},
    )


def row(answer: str | None = "a total ban", answerable: bool = True) -> dict[str, object]:
    return {"id": "q1", "answerable": answerable, "answer": answer}


def test_a_quote_with_the_answer_is_right() -> None:
    found = judge(row(), answer(), answer(), []).given
    assert (found.right, found.has_answer, found.recall) == (True, True, None)
    assert found.answer_f1 == 4 / 5


def test_half_of_the_evidence_is_enough() -> None:
    gold = [("d1", 0, 2 * len(QUOTE))]
    assert judge(row("something else"), answer(), answer(), gold).right
    assert not judge(row("something else"), answer(), answer(), [("d1", 0, 3 * len(QUOTE))]).right


def test_an_answer_to_the_unanswerable_is_wrong_until_it_is_refused() -> None:
    judged = judge(row(None, answerable=False), answer(0.3), answer(0.3), [])
    assert not judged.right
    assert judged.at(0.31).right
    assert judged.at(0.31).given.has_answer is None


def test_a_refusal_has_no_evidence_and_keeps_what_was_found() -> None:
    refusal = replace(answer(0.2), status="abstained", citations=())
    refused = judge(row(), refusal, answer(0.2), [("d1", 0, 10)])
    assert (refused.given.recall, refused.given.has_answer, refused.right) == (0.0, False, False)
    assert (refused.found.recall, refused.confidence, refused.score) == (1.0, 0.2, 0.9)
    assert refused.at(0.2).given == refused.found


def test_nothing_found_stays_refused() -> None:
    assert not scored(offered=False).at(0.0).answered


@given(questions())
def test_a_line_can_be_read_back(asked: list[Scored]) -> None:
    for question in asked:
        decided = question.at(0.4)
        back = scored_from_json(json.loads(json.dumps(scored_to_json(decided))))
        assert (back.given, back.found, back.right) == (decided.given, decided.found, decided.right)
        assert back.milliseconds == decided.milliseconds
        assert back.citations == decided.citations


def test_a_line_holds_no_text() -> None:
    line = json.dumps(scored_to_json(judge(row(), answer(), answer(), [])))
    assert "total" not in line
    assert "What" not in line
