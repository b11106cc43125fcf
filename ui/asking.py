"""One question on its way: asked in a thread, so that no click or reload of the page loses it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from rag.generate import READER, Choice
from rag.records import Answer, Step, Turn
from rag.turns import Desk
from ui.draft import Draft
from ui.failures import sentence_for
from ui.loading import ModelLoader
from ui.shelf import Answers
from ui.words import clean

NOTHING_REFUSED = 0.0  # a threshold
_desk = Desk()


@dataclass(frozen=True)
class Request:
    """What a person wants to have answered.

    Attributes:
        question: in the person's words.
        alone: whether it is taken as it stands, whatever was said before.
        anyway: whether what would be refused is answered too, and marked.
        documents: ids of the documents that are asked, empty for all; None for the chat's choice.
    """

    question: str
    alone: bool = False
    anyway: bool = False
    documents: tuple[str, ...] | None = None


class Asking:
    """A question that is being answered.

    Args:
        documents: ids of the documents that are asked; None for all.
        model: what answers.
        keep: called with the answer, in the thread, unless the question was given up.

    Attributes:
        draft: what a language model has written so far, unjudged.
        steps: what was done so far for a written answer.
        is_written: whether a language model is asked.
    """

    def __init__(
        self,
        answers: Answers,
        models: ModelLoader,
        request: Request,
        turns: Sequence[Turn],
        documents: Collection[str] | None,
        model: Choice,
        keep: Callable[[Answer], None],
    ) -> None:
        self._answers, self._models, self._keep = answers, models, keep
        self._request, self._documents, self._model = request, documents, model
        self._turns = () if request.alone else tuple(turns)
        self._ended = threading.Event()
        self._stopped = threading.Event()
        self._given_up = False
        self._started = time.monotonic()
        self.is_written = model != READER and not request.anyway
        self.draft = Draft()
        self.steps: list[Step] = []
        self.answer: Answer | None = None
        self.failure = ""
        self._has_begun = False
        if self.is_written:  # it mostly waits for a server, and keeps no processor from anybody
            threading.Thread(target=self._run, name="footnote-question", daemon=True).start()
        else:
            _desk.submit(self._run)

    @property
    def stage(self) -> str:
        """Says in words what is being done."""
        if not self._models.settled:
            return "Loading the models"
        if self._stopped.is_set():
            return "Stopping"
        if not self._has_begun:
            return "Waiting for the questions before it"
        if self.draft.text:
            return "Writing"
        return f"{self._model.name} is reading" if self.steps else "Searching the documents"

    @property
    def seconds(self) -> float:
        """Gives how long the question has been on its way."""
        return time.monotonic() - self._started

    @property
    def ended(self) -> bool:
        """True once there is an answer or a failure."""
        return self._ended.is_set()

    def wait(self, seconds: float) -> bool:
        """Waits for the end, no longer than ``seconds``; gives whether it has come."""
        return self._ended.wait(seconds)

    def stop(self) -> bool:
        """Ends it; gives whether something of it is kept: the sentences that were written so far.

        Otherwise what the thread still finds is not kept.
        """
        self._given_up = not self.draft.text
        self._stopped.set()
        return not self._given_up

    def _run(self) -> None:
        self._has_begun = True
        try:
            self._models.wait()
            if self._given_up:
                return
            answer = self._answers.ask(
                self._request.question,
                self._turns,
                self._documents,
                on_text=self.draft.show,
                on_step=self._note,
                stop=self._stopped,
                model=self._model,
                threshold=NOTHING_REFUSED if self._request.anyway else None,
            )
            if not self._given_up and not self._has_nothing_left(answer):
                self.answer = answer
                self._keep(answer)
        except Exception as error:  # noqa: BLE001 - told to the reader, logged by sentence_for
            self.failure = sentence_for(error)
        finally:
            self._ended.set()
            self.draft.end()

    def _note(self, step: Step) -> None:
        self.steps.append(step)
        self.draft.note(clean(step.text))

    def _has_nothing_left(self, answer: Answer) -> bool:
        """True where it was stopped before a sentence was written: nobody asked the reader then."""
        return self._stopped.is_set() and answer.model != self._model.name
