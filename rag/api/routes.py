"""The addresses: what may be asked, and what comes back."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Query, Response, Security, UploadFile
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
from rag.library import Library
from rag.records import Answer, Document, Job, Turn
from rag.turns import Turns

# Not as pydantic would describe it: what reads schemas knows a file by its format.
File = Annotated[UploadFile, WithJsonSchema({"type": "string", "format": "binary"})]
First = Annotated[int, Query(ge=0, description="How many to pass over.")]

PROBLEMS = {
    400: "The body cannot be read.",
    401: "The token is missing or wrong.",
    403: "The server has no token set.",
    404: "There is no such document, or no such job.",
    409: "Something else is changing the library: try again.",
    413: "The request is too large.",
    422: "The request is not as described here.",
    503: "Too many questions wait for their turn, or a model is missing.",
    507: "The disk that holds the library has no room.",
}
EVERYWHERE = (401, 403, 413, 422)


def _guarded(*statuses: int) -> dict[str, Any]:
    """Describes an address that needs the token, and what may go wrong there."""
    return {
        # Only described here, for whoever reads the schema: the guard compares.
        "dependencies": [Security(HTTPBearer(auto_error=False, scheme_name="token"))],
        "responses": {
            status: {"model": Problem, "description": PROBLEMS[status]}
            for status in (*EVERYWHERE, *statuses)
        },
    }


def add_routes(app: FastAPI, assistant: Assistant, turns: Turns) -> None:
    """Adds the addresses of one library; the guard has seen to the token before."""
    _add_asking(app, assistant, turns)
    _add_documents(app, assistant.library)
    _add_reading(app, assistant.library)
    _add_jobs(app, assistant.library)


def _add_asking(app: FastAPI, assistant: Assistant, turns: Turns) -> None:
    @app.get("/api/health")
    def health() -> Health:
        """Says that the server is there. Needs no token."""
        return Health(ready=assistant.ready)

    @app.post("/api/ask", **_guarded(400, 404, 503))
    async def ask(sent: Ask) -> Answer:
        """Answers a question: sentences, each with its verdict and its citations.

        ``status`` is ``answered``, ``abstained`` or ``unclear``. A citation's ``quote`` is its
        document's ``text[start:end]``, to the character.
        """
        return await turns.take(partial(_ask, assistant, sent))


def _add_documents(app: FastAPI, library: Library) -> None:
    @app.get("/api/documents", **_guarded())
    def list_documents(
        first: First = 0, count: Annotated[int, Query(ge=1, le=MOST_DOCUMENTS)] = 100
    ) -> Documents:
        """Lists the documents."""
        found = library.documents()
        return Documents(documents=found[first : first + count], total=len(found))

    @app.post("/api/documents", status_code=HTTPStatus.ACCEPTED, **_guarded(400, 507))
    def add_document(file: File, response: Response) -> Job:
        """Puts a file into the queue of what is taken in; the job tells what becomes of it."""
        job = library.submit_upload(file.filename or "unnamed", file.file.read())
        response.headers["Location"] = f"/api/jobs/{job.id}"
        return job

    @app.get("/api/documents/{document}", **_guarded(404))
    def show_document(document: str) -> Document:
        """Tells what is known of a document, named by its id or a name."""
        return library.document(document)

    @app.delete(
        "/api/documents/{document}", status_code=HTTPStatus.NO_CONTENT, **_guarded(404, 409)
    )
    def remove_document(document: str) -> None:
        """Removes a document for good, with all that was made from it."""
        library.remove([document])


def _add_reading(app: FastAPI, library: Library) -> None:
    @app.get("/api/documents/{document}/passages", **_guarded(404))
    def list_passages(
        document: str, first: First = 0, count: Annotated[int, Query(ge=1, le=MOST_PASSAGES)] = 20
    ) -> Passages:
        """Gives the passages that a document is cut into; together they are its text."""
        found = library.document(document)
        cut = library.passages(found.id, first, count)
        return Passages(passages=cut, total=found.chunks)

    @app.get("/api/documents/{document}/text", **_guarded(404))
    def read_text(
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


def _add_jobs(app: FastAPI, library: Library) -> None:
    @app.get("/api/jobs", **_guarded())
    def list_jobs() -> Jobs:
        """Lists what was given to the library to take in."""
        return Jobs(jobs=library.jobs())

    @app.get("/api/jobs/{job}", **_guarded(404))
    def show_job(job: str) -> Job:
        """Tells how far a job is; ``document_id`` names the document that it became."""
        for found in library.jobs():
            if found.id == job:
                return found
        raise HTTPException(404, "There is no such job: /api/jobs lists those there are.")


def _ask(assistant: Assistant, sent: Ask) -> Answer:
    before = [Turn(said.question, said.answer) for said in sent.turns]
    chosen = assistant.choose(sent.documents)
    assistant.load()  # one loads, where several ask before it is done
    return assistant.ask(sent.question, before, chosen, threshold=sent.threshold)
