"""What every request passes first: the name it was sent to, the token, and the size of its body."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.api.problems import refusal
from rag.api.token import NOT_SET, VARIABLE, is_token
from rag.settings import LARGEST_FILE_BYTES

LOOPBACK = ("127.0.0.1", "localhost", "::1")
OPEN_PATH = "/api/health"
LARGEST_BODY = 1024 * 1024  # bytes; a question and what was said before
LARGEST_UPLOAD = LARGEST_FILE_BYTES + 64 * 1024  # a file, and the form around it


class Guard:
    """Lets through to ``app`` what shows the token; health alone is open.

    Nothing is sent that would let a page of another site read an answer (CORS).
    """

    def __init__(self, app: ASGIApp, token: str, hosts: Collection[str] = LOOPBACK) -> None:
        """``hosts`` are the names under which the server may be spoken to; empty for any.

        A name of somebody else's that leads here is the trick of DNS rebinding.
        """
        self._app = app
        self._token = token
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = Headers(scope=scope)
        problem = self._find_problem(scope["path"], headers)
        if problem is not None:
            await refusal(problem)(scope, receive, send)
            return
        await self._app(scope, _limited(receive, _limit(headers)), send)

    def _find_problem(self, path: str, headers: Headers) -> HTTPException | None:
        if self._hosts and _host_name(headers.get("host", "")) not in self._hosts:
            names = ", ".join(sorted(self._hosts))
            return HTTPException(
                421, f"This server is spoken to as {names} alone: use one of them."
            )
        if path != OPEN_PATH:
            if not self._token:
                return HTTPException(403, NOT_SET)
            scheme, _, shown = headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not is_token(shown.strip(), self._token):
                return HTTPException(
                    401,
                    f"The token is missing or wrong: send {VARIABLE} as `Authorization: Bearer …`.",
                    {"WWW-Authenticate": "Bearer"},
                )
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > _limit(headers):
            return _too_large(_limit(headers))
        return None


def _limit(headers: Headers) -> int:
    is_form = headers.get("content-type", "").lower().startswith("multipart/form-data")
    return LARGEST_UPLOAD if is_form else LARGEST_BODY


def _limited(receive: Receive, limit: int) -> Receive:
    """Counts what arrives, as a body may be longer than was said or of no said length."""
    taken = 0

    async def receive_limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise _too_large(limit)
        return message

    return receive_limited


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"The request is larger than {limit:,} bytes: send less at once.")


def _host_name(host: str) -> str:
    """Gives the name in a Host header, without port or brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
