"""A core with the face of rag.assistant and no model: it answers from three little documents."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from rag.assistant import UNSURE
from rag.errors import EditError, QuestionError, SettingError, UnknownDocument, UnreadableDocument
from rag.files import safe_name
from rag.generate import READER, Choice, OnStep, OnText
from rag.library import Plan
from rag.question import FollowUp
from rag.question.headings import Section
from rag.records import (
    Answer,
    AnswerSpan,
    Block,
    Citation,
    CitedDocument,
    Document,
    Folder,
    Job,
    JobStage,
    Page,
    Particulars,
    RemovedDocument,
    Sentence,
    Source,
    Step,
    StoredChunk,
    Turn,
    Twin,
    Verdict,
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
        warnings=("Page 2 is a picture.",) if name.endswith(".pdf") else (),
        language="en",
    )


class StubLibrary:
    """Documents in memory."""

    def __init__(self, samples: Sequence[tuple[str, str, str | None, str]] = SAMPLES) -> None:
        self._texts: dict[str, str] = {}
        self._documents: dict[str, Document] = {}
        self._removed: dict[str, tuple[float, Document]] = {}
        self._jobs: list[Job] = []
        self._told: dict[str, Particulars] = {}
        self.alike: list[tuple[str, str]] = []
        self.folder_plan = Plan("/reports", ())
        self.synced: list[Path] = []
        self.watched: list[Path] = []
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

    def pages(self, document_id: str) -> list[Page]:
        end, has_pages = len(self.text(document_id)), self.document(document_id).pages
        return [Page(1, 0, end // 2), Page(2, end // 2, end)] if has_pages else []

    def blocks(self, document_id: str) -> list[Block]:
        first = self.text(document_id).partition("\n")[0]
        return [Block(0, len(first), "heading", 1)]

    def original(self, document_id: str) -> Path | None:
        return None

    def passages(self, document_id: str, first: int, count: int) -> list[StoredChunk]:
        text = self.text(document_id)
        cuts = (0, len(text) // 2, len(text))
        passages = [
            StoredChunk(n, document_id, start, end, ("One", "Two"), None, text[start:end])
            for n, (start, end) in enumerate(pairwise(cuts))
        ]
        return passages[first : first + count]

    def sources(self, document_id: str) -> list[Source]:
        return [Source(self.document(document_id).name, "upload", "", 1_234)]

    def told(self, document_id: str) -> Particulars:
        document = self.document(document_id)
        return self._told.get(document_id, Particulars(document.title, document.date))

    def twins(self, document_id: str) -> list[Twin]:
        return self.all_twins().get(document_id, [])

    def all_twins(self) -> dict[str, list[Twin]]:
        there = [pair for pair in self.alike if self._documents.keys() >= set(pair)]
        pairs = [*there, *((other, one) for one, other in there)]
        return {one: [Twin(other, 0.94, False)] for one, other in pairs}

    def edit(self, selector: str, title: str | None, date: str | None) -> Document:
        if date and not date.startswith("2"):
            raise EditError(f"{date!r} is no date: write a year, a month or a day.")
        known, told = self.document(selector), self.told(selector)
        self._told[known.id] = told
        edited = replace(known, title=title or told.title or known.name, date=date or told.date)
        self._documents[known.id] = edited
        return edited

    def keep_both(self, one: str, other: str) -> None:
        self.alike = [pair for pair in self.alike if set(pair) != {one, other}]

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

    def submit_text(self, text: str, name: str, title: str | None = None) -> Job:
        job = Job(str(len(self._jobs)), "paste", name, title=title, stage="ready")
        self._jobs.append(job)
        self._keep(name, title or name, None, text)
        return job

    def submit_address(self, url: str) -> Job:
        job = Job(str(len(self._jobs)), "address", url, url)
        self._jobs.append(job)
        return job

    def plan(self, folder: Path) -> Plan:
        if str(folder) != self.folder_plan.folder:
            raise UnreadableDocument(f"There is no folder {folder}: check the path.")
        return self.folder_plan

    def submit_sync(self, folder: Path) -> list[Job]:
        self.synced.append(folder)
        return []

    def folders(self) -> list[Folder]:
        return [Folder(str(path), True, "2026-11-22T10:00:00+00:00") for path in self.watched]

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

    def find(self, selector: str) -> list[Document]:
        return [d for d in self._documents.values() if selector in (d.id, *d.names)]

    def remove(self, document_ids: Sequence[str], undo_seconds: float = 0.0) -> None:
        until = time.time() + undo_seconds
        for document_id in document_ids:
            self._removed[document_id] = until, self._documents.pop(self.document(document_id).id)

    def removed(self) -> list[RemovedDocument]:
        return [
            RemovedDocument(document.id, document.name, until)
            for until, document in self._removed.values()
            if until > time.time()
        ]

    def undo_removal(self, document_ids: Sequence[str]) -> list[Document]:
        back = [self._removed.pop(id_)[1] for id_ in document_ids if id_ in self._removed]
        self._documents.update({document.id: document for document in back})
        return back

    def _keep(self, name: str, title: str, date: str | None, text: str) -> Document:
        kept = document(name, title, date, text)
        self._documents[kept.id], self._texts[kept.id] = kept, text
        return kept


class StubWatcher:
    """Remembers what it is to follow."""

    def __init__(self, library: StubLibrary) -> None:
        self._library = library

    def start(self) -> None: ...

    def follow(self, folder: Path) -> None:
        self._library.watched.append(folder)

    def unfollow(self, folder: Path) -> None:
        self._library.watched.remove(folder)

    def problems(self) -> dict[Path, str]:
        return {}


class StubAssistant:
    """Answers by the words of the question."""

    def __init__(self, library: StubLibrary | None = None) -> None:
        self.library = library or StubLibrary()
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []
        self.scopes: list[Collection[str] | None] = []
        self.models: list[Choice | None] = []
        self.released = threading.Event()
        self.ready = False

    def load(self) -> None:
        self.ready = True

    def check_model(self, model: Choice) -> None:
        if model.name.startswith("upstage:"):
            raise SettingError("upstage:solar needs the package langchain-upstage.")

    def suggest_questions(self, count: int) -> list[str]:
        return ["What does the Central Bank want?", "Who asked for a *meeting*?"][:count]

    def suggest_follow_ups(self, answer: Answer, count: int) -> list[FollowUp]:
        cited = answer.citations[0].document.id
        return [FollowUp("Tell me about *the letter*", cited, Section("The letter", 0, 9))][:count]

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
        self.models.append(model)
        if model is not None and model != READER and on_text and stop:
            return self._write(question, model, on_text, stop)
        self.asked.append((question, tuple(turns)))
        self.scopes.append(documents)
        if "fail" in question:
            raise QuestionError("This question cannot be asked; ask another.")
        if "crash" in question:
            raise RuntimeError("secret detail")
        if "slow" in question:
            self.released.wait(20)
        blank = Answer(
            "id",
            question,
            question.replace("Centrl", "Central"),
            "abstained",
            "The documents do not answer this.",
            0,
        )
        if "hostile" in question:
            return self._answered(
                blank, [("Hostile", HOSTILE.split("\n", maxsplit=1)[0], "script")]
            )
        if "unclear" in question:
            return Answer("id", question, question, "unclear", "Which ban do you mean?", 0)
        if threshold is not None:
            doubtful = [("Crypto", "The association asked the president for a meeting.", "")]
            return replace(self._answered(blank, doubtful), notice=UNSURE)
        if "Central Bank" in blank.searched_for or "slow" in question:
            return self._answered(
                blank,
                [
                    ("Crypto", LEADERS[LEADERS.index("However") :].strip(), "an almost total ban"),
                    ("Report", "The bank proposes a ban on issuing and trading crypto.", "a ban"),
                ],
            )
        nearest = self._cite(1, "Crypto", "The association asked the president for a meeting.", "")
        return Answer("id", question, question, "abstained", blank.text, 0.1, nearest=(nearest,))

    def _write(
        self, question: str, model: Choice, on_text: OnText, stop: threading.Event
    ) -> Answer:
        """Writes a draft, and once released or stopped gives a sentence of each verdict."""
        on_text("The bank proposes a ban. El")
        while not (self.released.wait(0.01) or stop.is_set()):
            pass
        verdicts: Sequence[Verdict] = ("verbatim", "supported", "partly", "unsupported")
        quote = self._cite(
            1, "Report", "The bank proposes a ban on issuing and trading crypto.", ""
        )
        return replace(
            self._answered(Answer("id", question, question, "answered", "", 0.9), []),
            sentences=tuple(
                Sentence(f"Sentence {v} <b>.", () if v == "unsupported" else (1,), v)
                for v in verdicts
            ),
            citations=(quote,),
            model=model.name,
            notice="You stopped it before it was done." if stop.is_set() else None,
            steps=(
                Step("search", f"Searched for: {question} (10 passages)", 120.0),
                Step("write", f"{model.name} read 10 passages.", 1_100.0, 1_843, 92, 0.00064),
            ),
        )

    def _answered(self, blank: Answer, found: list[tuple[str, str, str]]) -> Answer:
        citations = tuple(self._cite(n, *one) for n, one in enumerate(found, 1))
        return Answer(
            id="id",
            question=blank.question,
            searched_for=blank.searched_for,
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
