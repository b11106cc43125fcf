"""The addresses: what may be asked, and what comes back."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response, Security, UploadFile
from fastapi.security import HTTPBearer
from pydantic import WithJsonSchema
from starlette.exceptions import HTTPException

from rag.api.forms import (
    LONGEST_TEXT,
    MOST_DOCUMENTS,
    MOST_PASSAGES,
    Ask,
    Documents,
    Health,
    Jobs,
    Passages,
    TextRange,
)
from rag.api.problems import Problem
from rag.assistant import Assistant
from rag.records import Answer, Document, Job, Turn
from rag.turns import Turns

# As OpenAPI 3.1 describes a file: its bytes have no type.
File = Annotated[UploadFile, WithJsonSchema({"type": "string", "format": "binary"})]
First = Annotated[int, Query(ge=0, description="How many to pass over.")]


def _problem(status: int, told: str) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Problem, "description": told}}


ALWAYS = {
    **_problem(401, "The token is missing or wrong."),
    **_problem(403, "The server has no token set."),
    **_problem(413, "The request is too large."),
    **_problem(422, "The request is not as described here."),
}
UNREADABLE = _problem(400, "The body cannot be read.")
MISSING = _problem(404, "The library has no such document.")
NO_JOB = _problem(404, "There is no such job.")
BUSY = _problem(409, "Something else is changing the library: try again.")
FULL = _problem(507, "The disk that holds the library has no room.")
CROWDED = _problem(503, "Too many questions wait for their turn: try again.")


def make_routes(assistant: Assistant, turns: Turns) -> APIRouter:
    """Gives the addresses of one library; the guard has seen to the token before."""
    router = APIRouter(prefix="/api")
    library = assistant.library

    @router.get("/health")
    def health() -> Health:
        """Says that the server is there. Needs no token."""
        return Health(ready=assistant.ready)

    guarded = APIRouter(
        # Only described here, for whoever reads the schema: the guard compares.
        dependencies=[Security(HTTPBearer(auto_error=False, scheme_name="token"))],
        responses=ALWAYS,
    )

    @guarded.post("/ask", responses={**UNREADABLE, **MISSING, **CROWDED})
    async def ask(sent: Ask) -> Answer:
        """Answers a question: sentences, each with its verdict and its citations.

        ``status`` is ``answered``, ``abstained`` or ``unclear``. A citation's ``quote`` is its
        document's ``text[start:end]``, to the character.
        """
        before = [Turn(said.question, said.answer) for said in sent.turns]
        asked = partial(_ask, assistant, sent, before)
        return await turns.take(asked)

    @guarded.get("/documents")
    def documents(
        first: First = 0, count: Annotated[int, Query(ge=1, le=MOST_DOCUMENTS)] = 100
    ) -> Documents:
        """Lists the documents."""
        found = library.documents()
        return Documents(documents=found[first : first + count], total=len(found))

    @guarded.post("/documents", status_code=HTTPStatus.ACCEPTED, responses={**UNREADABLE, **FULL})
    def add(file: File, response: Response) -> Job:
        """Puts a file into the queue of what is taken in; the job tells what becomes of it."""
        job = library.submit_upload(file.filename or "unnamed", file.file.read())
        response.headers["Location"] = f"/api/jobs/{job.id}"
        return job

    @guarded.get("/documents/{document}", responses=MISSING)
    def document(document: str) -> Document:
        """Tells what is known of a document, named by its id or a name."""
        return library.document(document)

    @guarded.delete(
        "/documents/{document}", status_code=HTTPStatus.NO_CONTENT, responses={**MISSING, **BUSY}
    )
    def remove(document: str) -> None:
        """Removes a document for good, with all that was made from it."""
        library.remove([document])

    @guarded.get("/documents/{document}/passages", responses=MISSING)
    def passages(
        document: str, first: First = 0, count: Annotated[int, Query(ge=1, le=MOST_PASSAGES)] = 20
    ) -> Passages:
        """Gives the passages that a document is cut into; together they are its text."""
        found = library.document(document)
        cut = library.passages(found.id, first, count)
        return Passages(passages=cut, total=found.chunks)

    @guarded.get("/documents/{document}/text", responses=MISSING)
    def text(
        document: str,
        start: Annotated[int, Query(ge=0, description="The first character, from 0.")] = 0,
        end: Annotated[int | None, Query(ge=0, description="The character after the last.")] = None,
    ) -> TextRange:
        """Gives a document's extracted text, or a range of it, 100,000 characters at most."""
        found = library.document(document)
        whole = library.text(found.id)
        start = min(start, len(whole))
        end = max(start, min(len(whole) if end is None else end, start + LONGEST_TEXT, len(whole)))
        return TextRange(
            document_id=found.id, start=start, end=end, text=whole[start:end], characters=len(whole)
        )

    @guarded.get("/jobs")
    def jobs() -> Jobs:
        """Lists what was given to the library to take in."""
        return Jobs(jobs=library.jobs())

    @guarded.get("/jobs/{job}", responses=NO_JOB)
    def job(job: str) -> Job:
        """Tells how far a job is; ``document_id`` names the document that it became."""
        for found in library.jobs():
            if found.id == job:
                return found
        raise HTTPException(404, "There is no such job: /api/jobs lists those there are.")

    router.include_router(guarded)
    return router


def _ask(assistant: Assistant, sent: Ask, before: list[Turn]) -> Answer:
    chosen = None
    if sent.documents is not None:
        chosen = [assistant.library.document(selector).id for selector in sent.documents]
    return assistant.ask(sent.question, before, chosen, threshold=sent.threshold)
