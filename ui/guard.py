"""What every answer of the web server carries: a content policy, and a browser's own cookie.

And what the routes of our own share: the hosts that they answer, and headers of what is private.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Sequence
from functools import cache
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWNER_COOKIE = "footnote_owner"
PRIVATE = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"}
_A_YEAR = 365 * 24 * 3600
_OWNER = re.compile(r"[0-9a-f]{32}")
_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?")
_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class Guard:
    """Adds the security headers, and gives a browser that has none the cookie it is known by."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _guard(MutableHeaders(scope=message), asked)
            await send(message)

        await self._app(scope, receive, send_guarded)


def read_owner(value: object) -> str | None:
    """Gives the owner that a cookie names, or None where it is not one that Guard has set."""
    return value if isinstance(value, str) and _OWNER.fullmatch(value) else None


def mount_for_hosts(path: str, routes: Sequence[BaseRoute]) -> Mount:
    """Gives routes below a path, for the hosts alone that the chat itself answers."""
    hosts = streamlit.get_option("server.allowedHosts") or ["*"]
    checked = Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    return Mount(path, routes=routes, middleware=[checked])


def _guard(answer: MutableHeaders, asked: Headers) -> None:
    answer["Content-Security-Policy"] = content_policy(asked.get("host", ""))
    answer["X-Content-Type-Options"] = "nosniff"
    answer["X-Frame-Options"] = "DENY"
    answer["Referrer-Policy"] = "no-referrer"  # a chat's address is the key to it
    answer["Cross-Origin-Opener-Policy"] = "same-origin"
    answer["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    # By what was asked for: an unchanged page is answered without a content type.
    if "text/html" in asked.get("accept", "") and _owner_of(asked) is None:
        answer.append(
            "Set-Cookie",
            f"{OWNER_COOKIE}={secrets.token_hex(16)}; Path=/; Max-Age={_A_YEAR}; "
            "HttpOnly; SameSite=Lax",
        )


def _owner_of(asked: Headers) -> str | None:
    try:
        cookie = SimpleCookie(asked.get("cookie", "")).get(OWNER_COOKIE)
    except CookieError:
        return None
    return read_owner(cookie.value) if cookie else None


def content_policy(host: str) -> str:
    """Gives the content security policy: nothing is fetched but from this server."""
    # Not every browser takes 'self' to include the server's own web socket.
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return "; ".join(
        [
            "default-src 'self'",
            # Streamlit's components v2 load their scripts from blob: addresses.
            f"script-src 'self' blob: 'wasm-unsafe-eval'{_inline_script_hashes()}",
            "style-src 'self' 'unsafe-inline'",  # Streamlit writes its styles into the page
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' blob:",
            "worker-src 'self' blob:",
            f"connect-src 'self'{sockets}",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


@cache
def _inline_script_hashes() -> str:
    """Allows the scripts that stand in Streamlit's own page, and no others."""
    page = Path(streamlit.__file__).with_name("static") / "index.html"
    scripts = _INLINE_SCRIPT.findall(page.read_text(encoding="utf-8")) if page.is_file() else []
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return "".join(f" 'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
