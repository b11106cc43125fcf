"""One question on its way: asked in a thread, so that no click or reload of the page loses it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from rag.records import Answer, Turn
from ui.failures import sentence_for
from ui.loading import ModelLoader


class Answers(Protocol):
    """What answers questions."""

    def ask(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        documents: Collection[str] | None = None,
    ) -> Answer:
        """Answers one question, from all documents or from these alone."""
        ...


class Asking:
    """A question that is being answered.

    Args:
        documents: ids of the documents that are asked; None for all.
        keep: called with the answer, in the thread, unless the question was stopped.
    """

    def __init__(
        self,
        answers: Answers,
        models: ModelLoader,
        question: str,
        turns: Sequence[Turn],
        documents: Collection[str] | None,
        keep: Callable[[Answer], None],
    ) -> None:
        self._answers, self._models, self._keep = answers, models, keep
        self._question, self._turns, self._documents = question, tuple(turns), documents
        self._ended = threading.Event()
        self._stopped = threading.Event()
        self._started = time.monotonic()
        self.answer: Answer | None = None
        self.failure = ""
        threading.Thread(target=self._run, name="footnote-question", daemon=True).start()

    @property
    def stage(self) -> str:
        """Says in words what is being done."""
        return "Searching the documents" if self._models.settled else "Loading the models"

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

    def stop(self) -> None:
        """Gives the question up; what the thread still finds is not kept."""
        self._stopped.set()

    def _run(self) -> None:
        try:
            self._models.wait()
            if not self._stopped.is_set():
                answer = self._answers.ask(self._question, self._turns, self._documents)
                if not self._stopped.is_set():
                    self.answer = answer
                    self._keep(answer)
        except Exception as error:  # noqa: BLE001 - told to the reader, logged by sentence_for
            self.failure = sentence_for(error)
        finally:
            self._ended.set()
