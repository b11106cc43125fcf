"""The application that answers other programs, and how it is served."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp

from rag import __version__
from rag.api.problems import tell_problems
from rag.api.routes import add_routes
from rag.assistant import Assistant
from rag.errors import SettingError
from rag.turns import Turns

SECONDS_TO_END = 5  # what is being answered may take, once the server is told to end


def make_application(
    assistant: Assistant,
    turns: Turns,
    beside: Mapping[str, ASGIApp] | None = None,
    lifespan: Any = None,
) -> FastAPI:
    """Gives the REST interface of one library, unguarded, as an ASGI application.

    Args:
        beside: further applications, each at the one path that it answers.
        lifespan: what is done before it is served and after, as Starlette knows it.
    """
    app = FastAPI(
        title="Footnote",
        version=__version__,
        description="Ask your documents, and check every answer.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # its scripts would come from elsewhere
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        routes=[Route(path, other) for path, other in (beside or {}).items()],
        lifespan=lifespan,
    )
    add_routes(app, assistant, turns)
    tell_problems(app)
    return app


def listen(host: str, port: int) -> socket.socket:
    """Takes the port; raises SettingError where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise SettingError(
            f"Port {port} of {host} cannot be used ({error}): choose another with --port."
        ) from error


def serve(app: ASGIApp, listening: socket.socket) -> None:
    """Answers until the process is told to end."""
    config = uvicorn.Config(
        app,
        log_level="warning",  # a line for each request would hold what was asked
        server_header=False,
        timeout_graceful_shutdown=SECONDS_TO_END,
    )
    uvicorn.Server(config).run(sockets=[listening])
