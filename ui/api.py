"""The REST interface beside the pages, over the same library and the same models."""

from __future__ import annotations

from functools import cache
from typing import cast

import streamlit as st
from anyio import to_thread
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.assistant import Assistant
from rag.errors import FootnoteError, SettingError
from rag.turns import Turns
from ui import services


class RestInterface:
    """Opens with the first request, so that no page waits for it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            app = await to_thread.run_sync(_open)
        except FootnoteError as error:
            app = JSONResponse({"error": str(error)}, 503)
        await app(scope, receive, send)


@cache
def _open() -> ASGIApp:
    try:
        from rag.api.application import make_application  # noqa: PLC0415 - need not be installed
        from rag.api.guard import Guard  # noqa: PLC0415
        from rag.api.token import read_token  # noqa: PLC0415
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        raise SettingError(
            f"This needs the package {package}: run `.venv/bin/python -m pip install -r "
            "requirements-serve.txt` and start Footnote again."
        ) from error
    app = make_application(cast(Assistant, services.core()), Turns())
    return Guard(app, read_token(), st.get_option("server.allowedHosts"))


routes = [Route("/api/{path:path}", RestInterface())]
