"""A question to a draft: the question made to stand alone, passages found, an answer written.

Every step has its limits: tries, seconds and tokens are counted for the whole answer. The model
has no tools; all that it can ask for is a search of the same documents.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic, perf_counter

from rag.errors import ModelFailed
from rag.generate.model import LanguageModel, Message, OnText, Written
from rag.generate.prompt import NO_ANSWER, SEARCH, ask_to_rewrite, ask_with_passages
from rag.records import Passage, Step, Turn
from rag.settings import LONGEST_QUESTION, Settings

FIRST_PAUSE_S = 0.5  # before a second try; doubles
LONGEST_REWRITE = 400  # characters: longer is no question
THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.I | re.S)
SENTENCE_END = re.compile(r"[.!?…。][\"'”’)\]]*(?=\s)|(?<!\d)[.!?…。][\"'”’)\]]*\Z")
ASKS_TO_SEARCH = re.compile(r"\W{0,3}search\W{0,3}:\s*\W{0,2}(?P<words>[^\n]{2,300})", re.I)
HAS_NO_ANSWER = re.compile(r"\W*(?:NO[\s_]ANSWER\b|(?i:no answer)\W*\Z)")

Find = Callable[[str], list[Passage]]
"""Gives the passages for a question or for words, best first."""


OnStep = Callable[[Step], None]
"""Is given each step once it is done."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a model wrote, unjudged.

    Attributes:
        passages: those that it was shown.
        question: as it was searched for.
        was_stopped: whether the person stopped it; ``text`` then ends with a whole sentence.
    """

    text: str
    passages: list[Passage]
    question: str
    was_stopped: bool


@dataclass
class Writer:
    """Writes one answer.

    Attributes:
        steps: what was done so far, also where it ended in a failure.
    """

    model: LanguageModel
    settings: Settings
    on_text: OnText
    stop: threading.Event
    on_step: OnStep
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._deadline = monotonic() + self.settings.model_seconds
        self._tokens = self.settings.model_tokens

    def write(self, question: str, fallback: str, turns: Sequence[Turn], find: Find) -> Draft:
        """Writes an answer.

        Args:
            question: as the person asked it.
            fallback: the same, made to stand alone by rule.
            turns: what was said before, oldest first.

        Raises:
            ModelFailed: there is no answer of the model's, and why.
        """
        asked = self._rewrite(question, fallback, turns) if turns else fallback
        passages = self._find(asked, find)
        if not passages:
            raise ModelFailed(f"{self.model.name} was given no passages")
        for searches_left in range(self.settings.model_searches, -1, -1):
            messages, used = ask_with_passages(
                asked,
                passages,
                min(self.model.context.tokens, self._tokens),
                may_search=searches_left > 0,
            )
            written = self._write(messages, used, len(passages), searches_left > 0)
            text = THOUGHT.sub("", written.text).strip()
            wanted = ASKS_TO_SEARCH.match(text) if written.is_whole else None
            if wanted and searches_left and self._has_budget():
                more = self._find(wanted["words"].strip(" \"'<>"), find)
                passages = _interleave(more, passages)
                continue
            if HAS_NO_ANSWER.match(text) or wanted:
                raise ModelFailed(f"{self.model.name} found no answer in the passages")
            was_stopped = self.stop.is_set()
            if not written.is_whole:
                text = _drop_unfinished(text)
            if not text:
                told = "was stopped" if was_stopped else "used up its tokens"
                raise ModelFailed(f"{self.model.name} {told} before it had written a sentence")
            return Draft(text, used, asked, was_stopped)
        raise AssertionError("the last round returns or raises")

    def _rewrite(self, question: str, fallback: str, turns: Sequence[Turn]) -> str:
        started = perf_counter()
        written = self._try(ask_to_rewrite(question, turns), lambda _: None)
        line = THOUGHT.sub("", written.text).strip().strip('"“”').splitlines()
        said = line[0].strip() if line else ""
        is_question = written.is_whole and len(line) == 1 and 2 < len(said) <= LONGEST_REWRITE
        asked = said[:LONGEST_QUESTION] if is_question else fallback
        told = f"Asked as: {asked}" if is_question else "Not rewritten: what came was no question."
        self._note("rewrite", told, started, written)
        return asked

    def _find(self, words: str, find: Find) -> list[Passage]:
        started = perf_counter()
        passages = find(words)
        self._deadline += perf_counter() - started  # searching is not the model's time
        self._note("search", f"Searched for: {words} ({len(passages)} passages)", started)
        return passages

    def _write(
        self, messages: Sequence[Message], used: Sequence[Passage], of: int, may_search: bool
    ) -> Written:
        started = perf_counter()
        context = self.model.context
        written = self._try(messages, self._hold_back if may_search else self._show)
        cut = "" if len(used) == of else f" (of {of}: no more have room)"
        self._note(
            "write",
            f"{self.model.name} read {len(used)} passages{cut}; its context: "
            f"{context.tokens:,} tokens ({context.origin}).",
            started,
            written,
        )
        return written

    def _try(self, messages: Sequence[Message], on_text: OnText) -> Written:
        """Writes, again where trying again may help, within the limits of the answer."""
        tries = self.settings.model_tries
        for number in range(1, tries + 1):
            try:
                written = self.model.write(
                    messages,
                    on_text=on_text,
                    stop=self.stop,
                    seconds=self._deadline - monotonic(),
                    most_tokens=self._tokens,
                )
            except ModelFailed as failure:
                pause = failure.wait_s or FIRST_PAUSE_S * 2 ** (number - 1)
                is_late = monotonic() + pause >= self._deadline
                if not failure.may_pass or number == tries or is_late or self.stop.wait(pause):
                    raise
            else:
                self._tokens -= written.tokens
                return written
        raise AssertionError("the last try returns or raises")

    def _has_budget(self) -> bool:
        return self._tokens > 0 and monotonic() < self._deadline and not self.stop.is_set()

    def _hold_back(self, text: str) -> None:
        """Shows a draft once it cannot be a request to search any more."""
        shown = THOUGHT.sub("", text).lstrip()
        begins = shown[: len(SEARCH)].upper()
        if not SEARCH.startswith(begins):
            self._show(text)

    def _show(self, text: str) -> None:
        shown = THOUGHT.sub("", text).lstrip()
        if shown and not NO_ANSWER.startswith(shown[: len(NO_ANSWER)]):
            self.on_text(shown)

    def _note(self, kind: str, text: str, started: float, written: Written | None = None) -> None:
        step = Step(
            kind,  # type: ignore[arg-type]
            text,
            round(1000 * (perf_counter() - started), 1),
            written.input_tokens if written else None,
            written.output_tokens if written else None,
            written.cost if written else None,
        )
        self.steps.append(step)
        self.on_step(step)


def _drop_unfinished(text: str) -> str:
    """Gives a text that was cut off up to its last whole sentence."""
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    return text[: ends[-1]] if ends else ""


def _interleave(more: Sequence[Passage], passages: Sequence[Passage]) -> list[Passage]:
    """Gives the passages of both, each once: what was asked for first, then what was there."""
    found: dict[tuple[str, int], Passage] = {}
    for number in range(max(len(more), len(passages))):
        for each in (more[number : number + 1], passages[number : number + 1]):
            for passage in each:
                found.setdefault((passage.document.id, passage.start), passage)
    return list(found.values())
