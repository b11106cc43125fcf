"""Scored questions, made by hand and by Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from rag.evaluate.report import Run
from rag.evaluate.scored import Scored, Worth


def scored(
    id_: str = "q1",
    answerable: bool = True,
    confidence: float = 0.5,
    right: bool = True,
    offered: bool = True,
    threshold: float = 0.0,
) -> Scored:
    """Gives a question whose measures all say whether the answer found is right."""
    found = Worth(False)
    if answerable:
        worth = float(right and offered)
        found = Worth(right and offered, bool(worth), worth, worth, worth)
    question = Scored(
        id=id_,
        answerable=answerable,
        offered=offered,
        answered=offered,
        confidence=confidence if offered else 0.0,
        score=confidence,
        found=found,
        citations=(("a.txt", 0, 10),) if offered else (),
        milliseconds={"retrieve": 10.0, "read": 100.0 * (1 + confidence), "total": 250.0},
        ranking=("d1", "d2"),
        relevant=("d1",) if answerable else (),
    )
    return question.at(threshold)


def run(questions: list[Scored], folder: str = "questions") -> Run:
    return Run(folder, {"reader": "", "threshold": "0.25"}, tuple(questions))


shares = st.floats(0, 1).map(lambda value: round(value, 4))


def questions(smallest: int = 0, largest: int = 40) -> st.SearchStrategy[list[Scored]]:
    """Gives lists of questions with ids of their own, some of which found nothing."""
    fields = st.tuples(st.booleans(), shares, st.booleans(), st.sampled_from([True, True, False]))
    return st.lists(fields, min_size=smallest, max_size=largest).map(
        lambda rows: [scored(f"q{number}", *row) for number, row in enumerate(rows)]
    )
