"""A core with the face of rag.assistant and no model: it answers from three little documents."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from rag.errors import QuestionError, UnknownDocument
from rag.files import safe_name
from rag.records import (
    Answer,
    AnswerSpan,
    Citation,
    CitedDocument,
    Document,
    Job,
    JobStage,
    Sentence,
    Turn,
)
from rag.settings import Settings
from rag.store import Counts

LEADERS = """# Crypto leaders ask for clear rules

15 June 2022. The association asked the president for a meeting.

The finance ministry and the economy ministry favour regulating firms. However the Central Bank
wants an almost total ban like China's, and its own digital ruble.
"""
REPORT = "Report of January 2022\n\nThe bank proposes a ban on issuing and trading crypto.\n"
HOSTILE = (
    "![](http://evil.example/beacon.png) <script>document.title='owned'</script>\n"
    "[click](javascript:alert(1)) :material/home: $5 -> **bold** www.evil.example\n"
)
SAMPLES = (
    ("crypto-leaders.md", "Crypto leaders ask for clear rules", "2022-06-15", LEADERS),
    ("report.pdf", "Report of January 2022", "2022-01", REPORT),
    ("![x](http:__evil.example_a.png).txt", "<b>Hostile</b> :red[title]", None, HOSTILE),
)


def document(name: str, title: str, date: str | None, text: str) -> Document:
    """Makes the record of a stub document."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Document(
        id=digest[:12],
        name=name,
        title=title,
        sha256=digest,
        date=date,
        author=None,
        media_type="application/pdf" if name.endswith(".pdf") else "text/markdown",
        pages=2 if name.endswith(".pdf") else None,
        characters=len(text),
        chunks=2,
        added="2026-11-22T10:00:00+00:00",
        names=(name,),
        warnings=(),
    )


class StubLibrary:
    """Documents in memory."""

    def __init__(self, samples: Sequence[tuple[str, str, str | None, str]] = SAMPLES) -> None:
        self._texts: dict[str, str] = {}
        self._documents: dict[str, Document] = {}
        self._jobs: list[Job] = []
        self.is_working = True
        for sample in samples:
            self._keep(*sample)

    def documents(self) -> list[Document]:
        return sorted(self._documents.values(), key=lambda d: d.name)

    def document(self, document_id: str) -> Document:
        if document_id not in self._documents:
            raise UnknownDocument("There is no such document.")
        return self._documents[document_id]

    def text(self, document_id: str) -> str:
        return self._texts[self.document(document_id).id]

    def status(self) -> Counts:
        characters = sum(len(text) for text in self._texts.values())
        return Counts(len(self._texts), 2 * len(self._texts), characters, 0, 0)

    def start_worker(self) -> None:
        self.is_working = True

    def submit_upload(self, name: str, data: bytes) -> Job:
        job = Job(str(len(self._jobs)), "upload", safe_name(name))
        self._jobs.append(job)
        if self.is_working:
            self._jobs[-1] = job = self._take_in(job, data)
        return job

    def _take_in(self, job: Job, data: bytes) -> Job:
        if not data:
            reason = f"{job.name} is empty; there is nothing to read in it."
            return replace(job, stage="refused", note=reason)
        kept = self._keep(job.name, job.name, None, data.decode())
        return replace(
            job, stage="ready", characters=kept.characters, chunks=kept.chunks, seconds=0.25
        )

    def jobs(self) -> list[Job]:
        return list(self._jobs)

    def count_jobs(self) -> dict[JobStage, int]:
        return Counter(job.stage for job in self._jobs)

    def cancel(self, job_ids: Collection[str]) -> None:
        self._change(job_ids, "queued", "cancelled")

    def retry(self, job_ids: Collection[str]) -> None:
        self._change(job_ids, "refused", "queued")

    def _change(self, job_ids: Collection[str], before: JobStage, after: JobStage) -> None:
        self._jobs = [
            replace(job, stage=after, note="") if job.id in job_ids and job.stage == before else job
            for job in self._jobs
        ]

    def clear_finished(self) -> None:
        self._jobs = [job for job in self._jobs if not job.is_over]

    def remove(self, document_ids: Sequence[str]) -> None:
        for document_id in document_ids:
            del self._documents[self.document(document_id).id]

    def _keep(self, name: str, title: str, date: str | None, text: str) -> Document:
        kept = document(name, title, date, text)
        self._documents[kept.id], self._texts[kept.id] = kept, text
        return kept


class StubAssistant:
    """Answers by the words of the question."""

    def __init__(self, library: StubLibrary | None = None) -> None:
        self.library = library or StubLibrary()
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []
        self.released = threading.Event()
        self.ready = False

    def load(self) -> None:
        self.ready = True

    def suggested_questions(self, count: int) -> list[str]:
        return ["What does the Central Bank want?", "Who asked for a *meeting*?"][:count]

    def ask(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        documents: Collection[str] | None = None,
    ) -> Answer:
        self.asked.append((question, tuple(turns)))
        if "fail" in question:
            raise QuestionError("This question cannot be asked; ask another.")
        if "crash" in question:
            raise RuntimeError("secret detail")
        if "slow" in question:
            self.released.wait(20)
        blank = Answer(
            "id", question, question, "abstained", "The documents do not answer this.", 0
        )
        if "hostile" in question:
            return self._answered(
                blank, [("Hostile", HOSTILE.split("\n", maxsplit=1)[0], "script")]
            )
        if "unclear" in question:
            return Answer("id", question, question, "unclear", "Which ban do you mean?", 0)
        if "Central Bank" in question or "slow" in question:
            return self._answered(
                blank,
                [
                    ("Crypto", LEADERS[LEADERS.index("However") :].strip(), "an almost total ban"),
                    ("Report", "The bank proposes a ban on issuing and trading crypto.", "a ban"),
                ],
            )
        nearest = self._cite(1, "Crypto", "The association asked the president for a meeting.", "")
        return Answer("id", question, question, "abstained", blank.text, 0.1, nearest=(nearest,))

    def _answered(self, blank: Answer, found: list[tuple[str, str, str]]) -> Answer:
        citations = tuple(self._cite(n, *one) for n, one in enumerate(found, 1))
        return Answer(
            id="id",
            question=blank.question,
            searched_for=blank.question,
            status="answered",
            text=" ".join(c.quote for c in citations),
            confidence=0.9,
            sentences=tuple(Sentence(c.quote, (c.marker,), "verbatim") for c in citations),
            citations=citations,
        )

    def _cite(self, marker: int, title: str, quote: str, words: str) -> Citation:
        of = next(d for d in self.library.documents() if title in d.title)
        text = self.library.text(of.id)
        start = text.index(quote)
        at = start + quote.index(words)
        return Citation(
            marker=marker,
            document=CitedDocument(of.id, of.name, of.title, of.sha256, of.date),
            page=None if of.pages is None else 2,
            start=start,
            end=start + len(quote),
            quote=quote,
            answer_spans=(AnswerSpan(at, at + len(words), words),) if words else (),
            score=0.9,
        )


def open_stub(settings: Settings) -> StubAssistant:
    """Takes the place of rag.assistant.open_assistant."""
    return StubAssistant()
