"""What the pages ask of the library, of the assistant, and of what follows folders."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from rag.generate import Choice, OnStep, OnText
from rag.library import Plan
from rag.question import FollowUp
from rag.records import (
    Answer,
    Block,
    Document,
    Folder,
    Job,
    JobStage,
    Page,
    Particulars,
    RemovedDocument,
    Source,
    StoredChunk,
    Turn,
    Twin,
)
from rag.store import Counts


class Reading(Protocol):
    """What is in the library."""

    def documents(self) -> list[Document]:
        """Gives the documents, in the order of their names."""
        ...

    def document(self, document_id: str, /) -> Document:
        """Gives one document, or raises UnknownDocument."""
        ...

    def find(self, selector: str, /) -> Sequence[Document]:
        """Gives the documents of this id, name or path."""
        ...

    def text(self, document_id: str) -> str:
        """Gives a document's extracted text, or raises UnknownDocument."""
        ...

    def pages(self, document_id: str) -> Sequence[Page]:
        """Gives the pages of a document; none where its format has none."""
        ...

    def blocks(self, document_id: str) -> Sequence[Block]:
        """Gives the headings, paragraphs and rows of a document, in order."""
        ...

    def original(self, document_id: str) -> Path | None:
        """Gives the file a document was made from, where it is still there and the same."""
        ...

    def passages(self, document_id: str, first: int, count: int) -> Sequence[StoredChunk]:
        """Gives some of the passages that a document is cut into, from the ``first`` (0) on."""
        ...

    def sources(self, document_id: str) -> Sequence[Source]:
        """Gives the ways by which a document came in."""
        ...

    def told(self, document_id: str) -> Particulars:
        """Gives the title and date that the file itself tells."""
        ...

    def twins(self, document_id: str) -> Sequence[Twin]:
        """Gives the likely duplicates of a document, likeliest first."""
        ...

    def all_twins(self) -> Mapping[str, Sequence[Twin]]:
        """Gives the likely duplicates of each document that has some, by its id."""
        ...

    def status(self) -> Counts:
        """Gives how many there are of what."""
        ...


class TakingIn(Protocol):
    """What brings documents in; it is put into a queue, and done in the background."""

    def start_worker(self) -> None:
        """Takes in what is submitted, in a thread."""
        ...

    def submit_upload(self, name: str, data: bytes) -> Job:
        """Puts a file into the queue."""
        ...

    def submit_text(self, text: str, name: str, title: str | None = None) -> Job:
        """Puts a text into the queue."""
        ...

    def submit_address(self, url: str) -> Job:
        """Puts what stands at a web address into the queue."""
        ...

    def plan(self, folder: Path) -> Plan:
        """Gives what ``submit_sync`` would do, or raises UnreadableDocument."""
        ...

    def submit_sync(self, folder: Path) -> Sequence[Job]:
        """Puts into the queue what makes the library equal to a folder."""
        ...

    def folders(self) -> Sequence[Folder]:
        """Gives the folders that the library was made equal to."""
        ...

    def jobs(self) -> list[Job]:
        """Gives what was submitted, first come first."""
        ...

    def count_jobs(self) -> Mapping[JobStage, int]:
        """Gives how many there are in each stage."""
        ...

    def cancel(self, job_ids: Collection[str], /) -> None:
        """Cancels jobs."""
        ...

    def retry(self, job_ids: Collection[str], /) -> None:
        """Tries again what was refused."""
        ...

    def clear_finished(self) -> None:
        """Forgets the jobs that are over."""
        ...


class Changing(Protocol):
    """What changes documents, or takes them out."""

    def edit(self, selector: str, title: str | None, date: str | None) -> object:
        """Keeps a title and a date of a person's own, or raises EditError."""
        ...

    def keep_both(self, one: str, other: str) -> None:
        """Remembers that two documents are no duplicates."""
        ...

    def remove(self, document_ids: Sequence[str], /, undo_seconds: float) -> object:
        """Removes documents; for some seconds they can be put back."""
        ...

    def removed(self) -> Sequence[RemovedDocument]:
        """Gives the documents that can be put back."""
        ...

    def undo_removal(self, document_ids: Sequence[str], /) -> Sequence[Document]:
        """Puts documents back, and gives those that are."""
        ...


class Shelf(Reading, TakingIn, Changing, Protocol):
    """The library, as far as the pages use it."""


class Answers(Protocol):
    """What answers questions."""

    def ask(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        documents: Collection[str] | None = None,
        *,
        on_text: OnText | None = None,
        on_step: OnStep | None = None,
        stop: threading.Event | None = None,
        model: Choice | None = None,
        threshold: float | None = None,
    ) -> Answer:
        """Answers one question, from all documents or from these alone."""
        ...


class Core(Answers, Protocol):
    """The assistant, as far as the pages use it."""

    @property
    def library(self) -> Shelf:
        """Gives the library it answers from."""
        ...

    def load(self) -> None:
        """Loads the models."""
        ...

    def check_model(self, model: Choice, /) -> None:
        """Raises SettingError where a model cannot be opened."""
        ...

    def suggest_questions(self, count: int) -> list[str]:
        """Gives questions that the documents answer."""
        ...

    def suggest_follow_ups(self, answer: Answer, count: int, /) -> Sequence[FollowUp]:
        """Gives questions that go on from an answer and are answered too."""
        ...


class Follower(Protocol):
    """What makes the library equal to folders whenever something changes in them."""

    def start(self) -> None:
        """Follows the folders that are remembered."""
        ...

    def follow(self, folder: Path, /) -> None:
        """Follows a folder from now on, and after a restart."""
        ...

    def unfollow(self, folder: Path, /) -> None:
        """Follows a folder no more; its documents stay."""
        ...

    def problems(self) -> Mapping[Path, str]:
        """Gives a sentence for each folder that cannot be followed at the moment."""
        ...
