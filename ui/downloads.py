"""What can be saved as a file: a whole chat or one answer, under an address that holds its id.

An address of its own costs a page nothing until it is clicked, and keeps no file in memory. As with
``?c=``, whoever has a chat's id, which nobody can guess, may read it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from rag.errors import FootnoteError
from rag.exchange import to_html, to_json_text, to_markdown
from rag.history import Transcript
from rag.review import find_standing, make_questions, to_csv, to_lines
from rag.review import to_markdown as to_report
from ui import services
from ui.guard import PRIVATE, mount_for_hosts

FORMS: Mapping[str, str] = {"md": "Markdown", "html": "HTML", "json": "JSON"}
_WRITERS: Mapping[str, tuple[str, Callable[[Transcript], str]]] = {
    "md": ("text/markdown", to_markdown),
    "html": ("text/html", to_html),
    "json": ("application/json", to_json_text),
}
_ADDRESS = "save"  # relative to the app's own, wherever that is served
_LONGEST_NAME = 60


def chat_address(conversation_id: str, form: str) -> str:
    """Gives where a chat is to be had; ``form`` is one of ``FORMS``."""
    return f"{_ADDRESS}/{conversation_id}.{form}"


def answer_address(conversation_id: str, message_id: int, form: str) -> str:
    """Gives where one answer of a chat is to be had."""
    return f"{_ADDRESS}/{conversation_id}/{message_id}.{form}"


def review_address(conversation_id: str, form: str) -> str:
    """Gives where what was found of a chat is to be had: ``csv``, ``md`` or ``jsonl``."""
    return f"{_ADDRESS}/review/{conversation_id}.{form}"


def save_chat(request: Request) -> Response:
    """Answers with a chat, or with one answer of it where the address names one."""
    form = request.path_params["form"]
    if form not in _WRITERS:
        return _NO_FORM
    kind, write = _WRITERS[form]
    return _save(request, kind, "", lambda _, chat: write(chat))


def save_review(request: Request) -> Response:
    """Answers with what was found of a chat's claims."""
    form = request.path_params["form"]
    if form not in _REVIEWS:
        return _NO_FORM
    kind, write = _REVIEWS[form]
    return _save(request, kind, "check-of-", write)


def _save(
    request: Request, kind: str, prefix: str, write: Callable[[str, Transcript], str]
) -> Response:
    wanted = request.path_params
    conversation_id = wanted["conversation"]
    try:
        chat = services.history().transcript(conversation_id, wanted.get("message"))
        if chat is None:
            return PlainTextResponse("This chat is not kept here any more.", 404)
        text = write(conversation_id[:8], chat)
    except FootnoteError as error:
        return PlainTextResponse(str(error), 503)
    return _as_file(text, f"{prefix}{file_stem(chat.title)}.{wanted['form']}", kind)


def _questions(key: str, chat: Transcript) -> str:
    library = services.core().library
    names = {document.id: document.name for document in library.documents()}
    rows = make_questions(
        key, chat.messages, names, lambda c: find_standing(c, library) == "stands"
    )
    return to_lines(rows)


def _as_file(text: str, name: str, kind: str) -> Response:
    """Answers with a file that the browser saves and does not show."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', **PRIVATE}
    return Response(text, headers=headers, media_type=f"{kind}; charset=utf-8")


def file_stem(title: str) -> str:
    """Gives a title as the name of a file, in letters that any system takes."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return words[:_LONGEST_NAME].rstrip("-") or "chat"


_REVIEWS: Mapping[str, tuple[str, Callable[[str, Transcript], str]]] = {
    # The mark at the beginning tells spreadsheets that it is UTF-8.
    "csv": ("text/csv", lambda _, chat: "\ufeff" + to_csv([chat])),
    "md": ("text/markdown", lambda _, chat: to_report([chat])),
    "jsonl": ("application/jsonl", _questions),
}
_NO_FORM = PlainTextResponse("There is no such form of it.", 404)


def save_routes() -> Mount:
    """Gives the routes, for the hosts alone that the chat itself answers."""
    return mount_for_hosts(
        f"/{_ADDRESS}",
        [
            Route("/review/{conversation}.{form}", save_review),
            Route("/{conversation}.{form}", save_chat),
            Route("/{conversation}/{message:int}.{form}", save_chat),
        ],
    )
