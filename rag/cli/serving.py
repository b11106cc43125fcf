"""The library for other programs: over HTTP, and as an MCP server."""

from __future__ import annotations

import argparse
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from rag.assistant import Assistant, open_assistant
from rag.cli.commands import AddCommand
from rag.cli.exit_status import OK
from rag.cli.terminal import tell
from rag.errors import ModelError, SettingError
from rag.library import stop_workers
from rag.settings import Settings
from rag.turns import Turns

HOST, PORT = "127.0.0.1", 8502  # the page has 8501
MCP_PATH = "/mcp"


def add_commands(add: AddCommand) -> None:
    serve = add("serve", _serve, "answer other programs over HTTP: REST at /api, MCP at /mcp")
    serve.add_argument("--host", default=HOST, help="the address to listen on, this machine's own")
    serve.add_argument("--port", type=int, default=PORT, help="0 for any that is free")
    add("mcp", _mcp, "answer an assistant that speaks MCP, on standard input and output")


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    with _extras():
        from rag.api.application import listen, make_application, serve
        from rag.api.guard import LOOPBACK, Guard
        from rag.api.token import HOW_TO_SET, VARIABLE, read_token
        from rag.mcp.server import make_server
    token = read_token()
    assistant, turns = open_assistant(settings), Turns()
    is_loopback = options.host in LOOPBACK
    mcp = make_server(assistant, turns).streamable_http_app(
        streamable_http_path=MCP_PATH, stateless_http=True, json_response=True, host=options.host
    )

    @asynccontextmanager
    async def while_serving(_: object) -> AsyncIterator[None]:
        assistant.library.start_worker()
        _load(assistant)
        async with mcp.router.lifespan_context(mcp):
            yield
        stop_workers()

    app = make_application(assistant, turns, {MCP_PATH: mcp}, while_serving)
    with listen(options.host, options.port) as listening:
        host, port = listening.getsockname()[:2]
        tell(f"Serving http://{host}:{port}/api and {MCP_PATH}; press Ctrl+C to end.")
        if not token:
            tell(
                f"{VARIABLE} is not set, so that nothing but /api/health is answered: {HOW_TO_SET}"
            )
        serve(Guard(app, token, LOOPBACK if is_loopback else ()), listening)
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
        raise SettingError(
            f"This needs the package {error.name}: run "
            "`.venv/bin/python -m pip install -r requirements-serve.txt` and try again."
        ) from error
