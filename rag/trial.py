"""A language model tried out: its server's models, its context, how soon and how well it writes.

It is asked one question of a passage of our own, so that no document goes to a model that nobody
has decided for yet.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

from rag.errors import ModelFailed, SettingError
from rag.gate import Judgement, judge, read_sources, to_sentences
from rag.generate import Choice, LanguageModel, ask_with_passages, estimate_tokens, open_model
from rag.records import Document, Passage
from rag.settings import Settings

QUESTION = "When does the reading room open on Saturdays?"
TEXT = (
    "The reading room opens at nine on weekdays. On Saturdays it opens at eleven and closes at "
    "four. It is closed on Sundays. Visitors leave their coats at the entrance."
)
ANSWERS = ("eleven", "11")
MOST_TOKENS = 4_000
MODELS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out of a model.

    Attributes:
        subject: what was looked at, in a word or two.
        text: one sentence; parts of it may be the model's or its server's own words.
        is_good: False where a written answer would fail or suffer.
        models: names of the models that its server has, where that was looked at.
    """

    subject: str
    text: str
    is_good: bool
    models: tuple[str, ...] = ()


def try_model(
    choice: Choice, settings: Settings, stop: threading.Event | None = None
) -> Iterator[Finding]:
    """Gives one finding after the other; what goes wrong with one does not hide the others."""
    stop = stop or threading.Event()
    started = perf_counter()
    try:
        model = open_model(choice, settings)
    except SettingError as error:
        yield Finding("Package", str(error), False)
        return
    yield Finding("Package", f"Loaded in {_seconds(started)}.", True)
    yield _look_at_models(model)
    if not stop.is_set():
        yield _look_at_context(model, settings)
    if not stop.is_set():
        yield from _ask(model, settings, stop)


def _look_at_models(model: LanguageModel) -> Finding:
    try:
        names = model.list_models()
    except ModelFailed as error:
        return Finding("Models", f"They could not be listed: {error}.", False)
    shown = ", ".join(names[:MODELS_SHOWN])
    more = f" and {len(names) - MODELS_SHOWN} more" if len(names) > MODELS_SHOWN else ""
    there = model.model in names or f"{model.model}:latest" in names
    told = f"Its server has {shown}{more}." if names else "Its server has none."
    if not there:
        told += f" {model.model} is not among them."
    return Finding("Models", told, there, tuple(names))


def _look_at_context(model: LanguageModel, settings: Settings) -> Finding:
    context = model.context
    passages = [_passage("x" * settings.chunk_characters)] * settings.retrieved_passages
    _, used = ask_with_passages(QUESTION, passages, context.tokens, may_search=True)
    room = f"{len(used)} of {len(passages)} passages have room"
    told = f"{context.tokens:,} tokens ({context.origin}); {room}."
    return Finding("Context", told, len(used) == len(passages))


def _ask(model: LanguageModel, settings: Settings, stop: threading.Event) -> Iterator[Finding]:
    passages = [_passage(TEXT)]
    messages, _ = ask_with_passages(QUESTION, passages, model.context.tokens, may_search=False)
    started = perf_counter()
    first: list[str] = []

    def note(_: str) -> None:
        if not first:
            first.append(_seconds(started))

    most = MOST_TOKENS + sum(estimate_tokens(message.text) for message in messages)
    try:
        written = model.write(
            messages, on_text=note, stop=stop, seconds=settings.model_seconds, most_tokens=most
        )
    except ModelFailed as error:
        yield Finding("First words", f"{error}.", False)
        return
    counted = (
        f"; {written.input_tokens:,} tokens read, {written.output_tokens:,} written"
        if written.input_tokens is not None and written.output_tokens is not None
        else ""
    )
    if first:
        told = f"After {first[0]}, the whole answer after {_seconds(started)}{counted}."
        yield Finding("First words", told, True)
    yield _weigh(judge(to_sentences(written.text), read_sources(passages)))


def _weigh(judgements: list[Judgement]) -> Finding:
    """Says what a grounded answer is worth."""
    said = " ".join(judgement.text for judgement in judgements)
    asked = f"Asked “{QUESTION}” of a passage that tells, it wrote: “{said}”"
    passed = [j for j in judgements if j.verdict in ("verbatim", "supported")]
    if not passed:
        told = f"{asked} The passage does not bear that out: the built-in reader would answer."
        return Finding("Grounded answer", told, False)
    if not any(word in judgement.text for word in ANSWERS for judgement in passed):
        return Finding("Grounded answer", f"{asked} That does not answer it.", False)
    if len(passed) == len(judgements):
        return Finding("Grounded answer", f"{asked} The passage bears it out.", True)
    told = f"{asked} The passage bears out {len(passed)} of {len(judgements)} sentences."
    return Finding("Grounded answer", told, False)


def _seconds(started: float) -> str:
    return f"{perf_counter() - started:.2f} s"


def _passage(text: str) -> Passage:
    document = Document(
        id="trial",
        name="reading-room.txt",
        title="The reading room",
        sha256="",
        date=None,
        author=None,
        media_type="text/plain",
        pages=None,
        characters=len(text),
        chunks=1,
        added="",
        names=(),
        warnings=(),
    )
    return Passage(0, document, 0, len(text), text, (), None, 1.0)
