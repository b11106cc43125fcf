"""What went wrong, in the one form that all errors have: ``{"error": "a sentence"}``."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Match, Route

from rag import errors

logger = logging.getLogger(__name__)

RETRY_SECONDS = 2
FAULT = "Something went wrong in Footnote itself, whose log tells more: ask again."
TOLD = {
    400: "The body cannot be read: send it as /api/openapi.json describes it.",
    404: "There is nothing at this address: /api/openapi.json lists what there is.",
    405: "This method is not possible here: /api/openapi.json lists which are.",
}
MALFORMED = "The request is not as /api/openapi.json describes it"

STATUS: Mapping[type[errors.FootnoteError], HTTPStatus] = {
    errors.UnknownDocument: HTTPStatus.NOT_FOUND,
    errors.UnreadableDocument: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.QuestionError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooManyQuestions: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ModelError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.LibraryBusy: HTTPStatus.CONFLICT,
    errors.LibraryFull: HTTPStatus.INSUFFICIENT_STORAGE,
}
PASSING = {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.CONFLICT}


class Problem(BaseModel):
    """What went wrong."""

    error: str = Field(description="What happened and what to do next, in one sentence.")


def refusal(problem: HTTPException) -> JSONResponse:
    return JSONResponse({"error": problem.detail}, problem.status_code, problem.headers)


def tell_problems(app: FastAPI) -> None:
    """Gives all errors of an application the one form."""
    app.exception_handler(errors.FootnoteError)(_tell_own)
    app.exception_handler(RequestValidationError)(_tell_malformed)
    app.exception_handler(HTTPException)(_tell_http)
    app.exception_handler(Exception)(_tell_fault)


def _tell_own(_: Request, error: errors.FootnoteError) -> JSONResponse:
    kinds = (STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    status = next(kinds, HTTPStatus.INTERNAL_SERVER_ERROR)
    headers = {"Retry-After": str(RETRY_SECONDS)} if status in PASSING else None
    return refusal(HTTPException(status, str(error), headers))


def _tell_malformed(_: Request, error: RequestValidationError) -> JSONResponse:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    told = "it is blank" if first["type"] == "string_pattern_mismatch" else first["msg"]
    return refusal(HTTPException(422, f"{MALFORMED}: {where}: {told}."))


def _tell_http(request: Request, error: HTTPException) -> JSONResponse:
    headers = error.headers
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {"Allow": ", ".join(sorted(_methods(request)))}
    is_own = error.detail != HTTPStatus(error.status_code).phrase and error.status_code != 400
    detail = error.detail if is_own else TOLD.get(error.status_code, error.detail)
    return refusal(HTTPException(error.status_code, detail, headers))


def _methods(request: Request) -> set[str]:
    """Gives what is possible at the request's address; each route knows but its own."""
    routes = (r for r in request.app.routes if isinstance(r, Route))
    there = [r for r in routes if r.matches(request.scope)[0] != Match.NONE]
    return {method for route in there for method in route.methods or ()}


def _tell_fault(_: Request, error: Exception) -> JSONResponse:
    logger.error("A request failed", exc_info=error)
    return refusal(HTTPException(500, FAULT))
