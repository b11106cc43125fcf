"""The library for other programs: over HTTP, and as an MCP server."""

from __future__ import annotations

import argparse
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from rag.assistant import Assistant, open_assistant
from rag.cli.commands import AddCommand
from rag.cli.exit_status import OK
from rag.cli.terminal import tell
from rag.errors import ModelError, SettingError
from rag.settings import Settings
from rag.turns import Turns

if TYPE_CHECKING:
    from rag.api.guard import Guard

HOST, PORT = "127.0.0.1", 8502  # the page has 8501
MCP_PATH = "/mcp"


def add_commands(add: AddCommand) -> None:
    serve = add("serve", _serve, "answer other programs over HTTP: REST at /api, MCP at /mcp")
    serve.add_argument("--host", default=HOST, help="the address of this machine to listen on")
    serve.add_argument("--port", type=int, default=PORT, help="0 for any that is free")
    add("mcp", _mcp, "answer an assistant that speaks MCP, on standard input and output")


def make_site(assistant: Assistant, token: str, host: str) -> Guard:
    """Gives both interfaces of one library as an ASGI application, whose worker takes in files.

    On loopback it answers to the names of loopback alone; elsewhere it cannot know its names.
    """
    from rag.api.application import make_application
    from rag.api.guard import LOOPBACK, Guard
    from rag.mcp.server import make_server

    turns = Turns()
    mcp = make_server(assistant, turns).streamable_http_app(
        streamable_http_path=MCP_PATH, stateless_http=True, json_response=True, host=host
    )

    @asynccontextmanager
    async def while_serving(_: object) -> AsyncIterator[None]:
        assistant.library.start_worker()
        _load(assistant)
        async with mcp.router.lifespan_context(mcp):
            yield
        assistant.library.stop_worker()

    app = make_application(assistant, turns, {MCP_PATH: mcp}, while_serving)
    return Guard(app, token, LOOPBACK if host in LOOPBACK else ())


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    with _extras():
        from rag.api.application import listen, serve
        from rag.api.token import NOT_SET, read_token

        token = read_token()
        site = make_site(open_assistant(settings), token, options.host)
    with listen(options.host, options.port) as listening:
        host, port = listening.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        tell(f"Serving http://{shown}:{port}/api and {MCP_PATH}; press Ctrl+C to end.")
        if not token:
            tell(NOT_SET)
        serve(site, listening)
    return OK


def _mcp(_: argparse.Namespace, settings: Settings) -> int:
    with _extras():
        from rag.mcp.server import make_server
    assistant = open_assistant(settings)
    _load(assistant)
    make_server(assistant, Turns()).run("stdio")
    return OK


def _load(assistant: Assistant) -> None:
    """Loads the models in a thread, so that the server is there meanwhile."""

    def load() -> None:
        try:
            assistant.load()
        except ModelError as error:  # whoever asks is told as well
            tell(str(error))

    threading.Thread(target=load, name="footnote-load", daemon=True).start()


@contextmanager
def _extras() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        raise SettingError(
            f"This needs the package {package}: run "
            "`.venv/bin/python -m pip install -r requirements-serve.txt` and try again."
        ) from error
