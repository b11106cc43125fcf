"""What the source viewer fetches by itself: pictures of pages, boxes on them, stretches of text.

Everything else goes through Streamlit; these do not, so that turning a page or searching a document
runs no script. All of it is data or a JPEG, and only for a page that this server gave out.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from rag.errors import PageUnavailable, UnknownDocument
from ui import reading, services
from ui.failures import sentence_for
from ui.guard import PRIVATE, mount_for_hosts

MOST_RANGES = 60
AT_ONCE = 8  # threads; more wait without one, so that a slow page leaves some for the chat
_RANGE = re.compile(r"(\d{1,10})-(\d{1,10})")
_threads = CapacityLimiter(AT_ONCE)
# A content never changes under its id; but what is removed is to go from browsers too.
_FOR_A_WHILE = PRIVATE | {"Cache-Control": "private, max-age=300"}

Endpoint = Callable[[Request], Response]


def source_routes() -> Mount:
    """Gives the routes under ``/source``, for the hosts alone that the chat itself answers."""
    return mount_for_hosts(
        "/source",
        [
            Route("/{document}/page/{number:int}", _told(_picture)),
            Route("/{document}/boxes/{number:int}", _told(_boxes)),
            Route("/{document}/text", _told(_text)),
            Route("/{document}/find", _told(_find)),
            Route("/{document}/outline", _told(_outline)),
        ],
    )


def _told(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """Answers in a thread, and tells of whatever goes wrong in a sentence."""

    def told(request: Request) -> Response:
        try:
            return endpoint(request)
        except UnknownDocument:
            return _failure(404, "This document is not in the library any more.")
        except PageUnavailable as error:
            return _failure(422, str(error))
        except Exception as error:  # noqa: BLE001 - sentence_for logs it
            return _failure(500, sentence_for(error))

    async def answer(request: Request) -> Response:
        return await to_thread.run_sync(told, request, limiter=_threads)

    return answer


def _failure(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status, PRIVATE)


def _data(data: dict[str, Any]) -> Response:
    return JSONResponse(data, headers=PRIVATE)


def _picture(request: Request) -> Response:
    document, number = _document(request), request.path_params["number"]
    width = _number(request, "width", 1_200)
    library = services.core().library
    drawn = services.pages().picture(document, number, width, lambda: library.original(document))
    return Response(drawn, media_type="image/jpeg", headers=_FOR_A_WHILE)


def _boxes(request: Request) -> Response:
    document, number = _document(request), request.path_params["number"]
    ranges = [
        (int(start), int(end)) for start, end in _RANGE.findall(request.query_params.get("at", ""))
    ][:MOST_RANGES]
    return _data(reading.place_on(document, number, ranges))


def _text(request: Request) -> Response:
    document = _document(request)
    start, end = _number(request, "from", 0), _number(request, "to", 0)
    text = reading.text_of(document)
    start = min(start, len(text))
    end = min(max(end, start), start + reading.LONGEST_STRETCH, len(text))
    return _data({"from": start, "text": text[start:end]})


def _find(request: Request) -> Response:
    document = _document(request)
    found = reading.find_words(reading.text_of(document), request.query_params.get("words", ""))
    page_of = reading.page_finder(services.core().library.pages(document))
    return _data({"found": [(*at, page_of(at[0])) for at in found]})


def _outline(request: Request) -> Response:
    document = _document(request)
    library = services.core().library
    headings = reading.outline(reading.text_of(document), library.blocks(document))
    page_of = reading.page_finder(library.pages(document))
    return _data(
        {
            "headings": [
                {"level": level, "words": words, "at": (*at, page_of(at[0]))}
                for level, words, at in headings
            ]
        }
    )


def _document(request: Request) -> str:
    """Gives the id in the address, of a document that is there; raises UnknownDocument."""
    asked = str(request.path_params["document"])
    document = services.core().library.document(asked)
    if document.id != asked:  # a name is not asked for here
        raise UnknownDocument
    return document.id


def _number(request: Request, name: str, otherwise: int) -> int:
    value = request.query_params.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 10 else otherwise
