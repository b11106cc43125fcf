"""A question to an answer that a language model writes, held to its passages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.answer import LocatePage, Part, Stopwatch
from rag.errors import ModelFailed
from rag.gate import hold
from rag.generate import Find, Writer
from rag.reader import Reader
from rag.records import Answer, Turn

STOPPED = "You stopped it before it was done."


def write_answer(
    writer: Writer,
    blank: Answer,
    turns: Sequence[Turn],
    find: Find,
    reader: Reader,
    locate_page: LocatePage,
    compare: Callable[[Part], Part],
    watch: Stopwatch,
) -> Answer:
    """Has a model write, holds each sentence to the passages, and compares what they say.

    Args:
        blank: the answer as it is before anything is found.
        compare: adds what other documents say of the same.

    Raises:
        ModelFailed: the model failed, or nothing that it wrote is borne out.
    """
    draft = writer.write(blank.question, blank.searched_for, turns, find)
    with watch.timing("read"):
        held = hold(draft.text, draft.question, draft.passages, reader, locate_page)
    if not held.is_borne_out:
        raise ModelFailed(f"{writer.model.name} wrote nothing that the passages bear out")
    part = compare(
        Part(
            draft.question,
            held.confidence,
            held.sentences,
            held.citations,
            passages=draft.passages,
        )
    )
    return replace(
        blank,
        searched_for=draft.question,
        status="answered",
        text=held.text,
        confidence=held.confidence,
        sentences=part.sentences,
        citations=part.citations,
        agreements=part.agreements,
        conflicts=part.conflicts,
        model=writer.model.name,
        notice=STOPPED if draft.was_stopped else None,
        steps=tuple(writer.steps),
    )
