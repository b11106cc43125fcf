"""One question on its way: asked in a thread, so that no click or reload of the page loses it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.records import Answer, Turn
from ui.failures import sentence_for
from ui.loading import ModelLoader

NOTHING_REFUSED = 0.0  # a threshold


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


class Answers(Protocol):
    """What answers questions."""

    def ask(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        documents: Collection[str] | None = None,
        *,
        threshold: float | None = None,
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
        request: Request,
        turns: Sequence[Turn],
        documents: Collection[str] | None,
        keep: Callable[[Answer], None],
    ) -> None:
        self._answers, self._models, self._keep = answers, models, keep
        self._request, self._documents = request, documents
        self._turns = () if request.alone else tuple(turns)
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
                answer = self._answers.ask(
                    self._request.question,
                    self._turns,
                    self._documents,
                    threshold=NOTHING_REFUSED if self._request.anyway else None,
                )
                if not self._stopped.is_set():
                    self.answer = answer
                    self._keep(answer)
        except Exception as error:  # noqa: BLE001 - told to the reader, logged by sentence_for
            self.failure = sentence_for(error)
        finally:
            self._ended.set()
