"""The façade that wires question to answer. It holds no conversation of its own."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import platform
import threading
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Any

from rag import __version__
from rag.answer import UNCLEAR, Part, Respondent, Stopwatch, join_parts, reply
from rag.compare import compare_sources
from rag.conversation import Resolution, resolve
from rag.embed import Embedder, make_embedder
from rag.errors import ModelError, QuestionError, SettingError
from rag.fetch import fetch
from rag.generate import (
    READER,
    Choice,
    Models,
    OnStep,
    OnText,
    Writer,
)
from rag.library import Library
from rag.question import (
    SOCIAL,
    FollowUp,
    Question,
    find_foreign_language,
    propose_follow_ups,
    propose_questions,
    read_question,
    split_question,
)
from rag.reader import Reader, open_reader
from rag.records import Answer, Passage, Step, Turn
from rag.retrieve import Retriever
from rag.settings import LONGEST_QUESTION, Settings
from rag.spelling import Speller
from rag.terms import extract_terms
from rag.written import write_answer

FOLLOW_UPS_TRIED = 8
REPORTED_PACKAGES = ("faiss-cpu", "tantivy", "onnxruntime", "streamlit")

ABSTAINED = "The documents do not answer this."
UNSURE = "Below the threshold of confidence: this may not answer the question."
EMPTY_LIBRARY = "The library has no documents yet: add some, then ask again."
FOREIGN = (
    "The question seems to be in {}, which the search by meaning does not know: "
    "it was searched for all the same, and English finds more."
)


class Assistant:
    """Answers questions from a library's documents, each sentence with its citation."""

    def __init__(
        self, settings: Settings, library: Library, embedder: Embedder, reader: Reader
    ) -> None:
        self.library = library
        self._settings = settings
        self._embedder = embedder
        self._retriever = Retriever(library.store, library.vectors, library.words, embedder)
        self._speller = Speller(library.words, library.store, embedder.knows)
        self._reader = reader
        self._respondent = Respondent(
            library.store,
            self._retriever,
            library.words,
            reader,
            embedder.name,
            library.locate_page,
            settings.retrieved_passages,
            settings.threshold,
        )
        self._models = Models(settings)
        self._loading = threading.Lock()
        self._ready = False

    @property
    def ready(self) -> bool:
        """True once a question would not wait for a model any more."""
        return self._ready

    def load(self) -> None:
        """Loads the models and indexes, so that the first question does not wait for them."""
        with self._loading:
            if self._ready:
                return
            self.library.refresh()
            self._reader.read("warm up", self._retriever.retrieve("warm up", 1))
            with suppress(SettingError):  # told with the first answer
                self.check_model(self._models.default)
            self._ready = True

    def ask(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        documents: Collection[str] | None = None,
        answer_id: str | None = None,
        *,
        on_text: OnText | None = None,
        on_step: OnStep | None = None,
        stop: threading.Event | None = None,
        model: str | Choice | None = None,
        threshold: float | None = None,
    ) -> Answer:
        """Answers one question.

        A language model that fails breaks nothing: the built-in reader answers then, and the
        answer's ``notice`` says why.

        Args:
            question: as the person wrote it.
            turns: what was said before, oldest first.
            documents: ids of the documents to ask; None for all.
            answer_id: the id the answer is to bear; without one it derives from the question.
            on_text: is given what a language model wrote so far, unjudged, each time more of it
                arrives.
            on_step: is given each step of a written answer once it is done.
            stop: once it is set a language model writes no further.
            model: what answers: ``reader``, a language model's name at the settings' address, or a
                choice with its own; None for the settings'.
            threshold: the confidence below which the built-in reader abstains, in place of the
                settings'. Where it is given the reader alone answers, since it was the one that
                refused, and the answer's ``notice`` says that the settings would have it abstain.

        Raises:
            QuestionError: the question is empty or too long.
        """
        watch = Stopwatch()
        question = check_question(question)
        asked = read_question(question)
        resolved = resolve(question, turns)
        blank = self._begin(question, resolved.question, answer_id)
        choice = self._models.choose(model) if threshold is None else READER
        answer = self._reply(blank, asked, resolved, documents)
        if answer is None and choice != READER and self.library.documents():
            answer = self._write(
                choice,
                blank,
                resolved.before,
                turns,
                documents,
                watch,
                on_text or _ignore,
                on_step or _ignore,
                stop or threading.Event(),
            )
        answer = answer or self._answer(blank, resolved.before, documents, watch, threshold)
        doubt = UNSURE if threshold is not None and self._would_refuse(answer) else None
        notice = _join(doubt, self._tell_language(question), answer.notice)
        return replace(answer, notice=notice, timings_ms=watch.milliseconds())

    def _begin(self, question: str, searched_for: str, answer_id: str | None) -> Answer:
        """Gives the answer as an abstention."""
        return Answer(
            id=answer_id or hashlib.sha256(question.encode()).hexdigest()[:12],
            question=question,
            searched_for=searched_for,
            status="abstained",
            text=ABSTAINED,
            confidence=0.0,
            model=self._reader.name,
        )

    @property
    def model(self) -> str:
        """What answers where nothing else is asked for: ``reader``, or a language model."""
        return self._models.default.name

    def check_model(self, model: str | Choice) -> None:
        """Makes sure that a model can be asked, as far as that is known before it is reached.

        Raises:
            SettingError: there is no such model, its package is not installed, or it has no key.
        """
        choice = self._models.choose(model)
        if choice != READER:
            self._models.open(choice)

    def choose(self, selectors: Sequence[str] | None) -> list[str] | None:
        """Gives the ids of documents that are named by id, name or path; None, for all, where none.

        Raises:
            UnknownDocument: one of them is not there, or several bear its name.
        """
        return [self.library.document(s).id for s in selectors] if selectors else None

    def rank(
        self, question: str, count: int, documents: Collection[str] | None = None
    ) -> list[Passage]:
        """Gives the passages that a question is read against, best first."""
        self.library.refresh()
        return self._retriever.retrieve(check_question(question), count, documents)

    def suggest_questions(self, count: int) -> list[str]:
        """Gives questions that the documents answer, drawn from what they say of themselves."""
        answered: list[str] = []
        for question in propose_questions(self.library):
            if len(answered) == count:
                break
            if self.ask(question, model=READER).status == "answered":
                answered.append(question)
        return answered

    def suggest_follow_ups(self, answer: Answer, count: int) -> list[FollowUp]:
        """Gives questions that go on from an answer, each to one cited document that answers it.

        A question costs 20 ms where a summary answers it, and a reading (half a second) where it
        asks what or why: so no more than some are tried.

        Raises:
            UnknownDocument: a cited document is gone.
        """
        found: list[FollowUp] = []
        for proposed in islice(propose_follow_ups(answer, self.library), FOLLOW_UPS_TRIED):
            tried = self.ask(proposed.question, documents=[proposed.document], model=READER)
            if proposed.is_answered(tried):
                found.append(proposed)
            if len(found) == count:
                break
        return found

    def status(self) -> dict[str, Any]:
        """Gives counts, models, sizes and versions, as plain values."""
        counts, vectors = self.library.status(), self.library.vector_state()
        return {
            "documents": counts.documents,
            "passages": counts.chunks,
            "characters": counts.characters,
            "models": {
                "embedding": self._embedder.name,
                "reader": self._reader.name,
                "answers": self.model,
            },
            "vectors": {
                "search": vectors.search,
                "recall_at_10": vectors.recall,
                "clusters": vectors.clusters,
                "probes": vectors.probes,
            },
            "index": {"folder": self.library.place, "bytes": counts.bytes},
            "versions": {
                "footnote": __version__,
                "python": platform.python_version(),
                **{name: importlib.metadata.version(name) for name in REPORTED_PACKAGES},
            },
        }

    def _would_refuse(self, answer: Answer) -> bool:
        return answer.status == "answered" and answer.confidence < self._settings.threshold

    def _tell_language(self, question: str) -> str | None:
        """Says so where the installed embedding model does not know the question's language."""
        if self._settings.embedding_model:
            return None
        language = find_foreign_language(question)
        return FOREIGN.format(language) if language else None

    def _reply(
        self,
        blank: Answer,
        asked: Question,
        resolved: Resolution,
        documents: Collection[str] | None,
    ) -> Answer | None:
        """Answers what no document is needed for: a greeting, or a question that names nothing."""
        if asked.form in SOCIAL:
            known = [d for d in self.library.documents() if documents is None or d.id in documents]
            said = reply(asked.form, known)
            return replace(
                blank, searched_for=blank.question, status="answered", text=said, confidence=1.0
            )
        if resolved.ask_back and self.library.documents():
            return replace(blank, status="unclear", text=resolved.ask_back)
        names_nothing = asked.form != "overview" and not extract_terms(blank.searched_for)
        if names_nothing and self.library.documents():
            return replace(blank, status="unclear", text=UNCLEAR)
        return None

    def _write(
        self,
        choice: Choice,
        blank: Answer,
        before: str,
        turns: Sequence[Turn],
        documents: Collection[str] | None,
        watch: Stopwatch,
        on_text: OnText,
        on_step: OnStep,
        stop: threading.Event,
    ) -> Answer:
        """Has a language model write; where it fails, the built-in reader answers."""
        self.library.refresh()
        steps: list[Step] = []

        def find(words: str) -> list[Passage]:
            return self._respondent.find_passages(words, documents, watch)

        try:
            model = self._models.open(choice)
            return write_answer(
                Writer(model, self._settings, on_text, stop, on_step, steps),
                blank,
                turns,
                find,
                self._reader,
                self.library.locate_page,
                self._compare,
                watch,
            )
        except (ModelError, SettingError) as failure:
            answer = self._answer(blank, before, documents, watch)
            reason = f"{str(failure).rstrip('.')}; the built-in reader answered instead."
            return replace(answer, notice=_join(reason, answer.notice), steps=tuple(steps))

    def _answer(
        self,
        blank: Answer,
        before: str,
        documents: Collection[str] | None,
        watch: Stopwatch,
        threshold: float | None = None,
    ) -> Answer:
        self.library.refresh()
        respondent = self._respondent
        if threshold is not None:
            respondent = respondent.with_threshold(threshold)
        # Words of another language are no slips.
        if not find_foreign_language(blank.question):
            blank = replace(blank, searched_for=self._speller.correct(blank.searched_for))
        parts = [
            self._compare(respondent.respond(question, documents, watch, before))
            for question in split_question(blank.searched_for)
        ]
        answer = join_parts(blank, parts)
        if answer.status == "answered" or answer.nearest or self.library.documents():
            return answer
        return replace(answer, text=EMPTY_LIBRARY)

    def _compare(self, part: Part) -> Part:
        """Adds what other documents say of the same."""
        library = self.library
        return compare_sources(
            part,
            lambda document_id: [twin.document_id for twin in library.twins(document_id)],
            library.locate_page,
        )


def _ignore(_: str | Step) -> None:
    """Takes a draft or a step that nobody watches."""


def open_assistant(settings: Settings) -> Assistant:
    """Opens the library and the rooms around it; loads no model yet."""
    embedder = make_embedder(settings.embedding_model)
    library = Library.open(settings, embedder, fetch=functools.partial(_fetch, settings.offline))
    reader = open_reader(settings.reader, embedder)
    return Assistant(settings, library, embedder, reader)


def _fetch(offline: bool, address: str) -> tuple[str, bytes]:
    fetched = fetch(address, offline=offline)
    return fetched.name, fetched.data


def check_question(question: str) -> str:
    """Gives the question without the white space around it; refuses what cannot be asked."""
    question = question.strip()
    if not question:
        raise QuestionError("There is no question: write one and ask again.")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(question):,} characters and {LONGEST_QUESTION:,} is the most: "
            "shorten it, or add the text as a document and ask about it."
        )
    return question


def _join(*notices: str | None) -> str | None:
    return " ".join(notice for notice in notices if notice) or None
