"""The commands that serve other programs, over real HTTP."""

from __future__ import annotations

import json
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
import uvicorn
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from rag import cli
from rag.api.application import listen
from rag.cli.serving import make_site
from tests.api.shelf import SHOWN, TOKEN, open_shelf
from tests.test_worker import until

QUESTION = "what does the Central Bank want?"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    assistant = open_shelf(tmp_path_factory.mktemp("shelf"))
    server = uvicorn.Server(uvicorn.Config(make_site(assistant, TOKEN, "127.0.0.1")))
    with listen("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()
    assistant.library.close()


def fetch(address: str, headers: dict[str, str], data: bytes | None = None) -> Any:
    request = urllib.request.Request(address, data, headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def test_a_program_asks_over_http(address: str) -> None:
    assert fetch(f"{address}/api/health", {})[0] == 200
    headers = SHOWN | {"Content-Type": "application/json"}
    question = json.dumps({"question": QUESTION}).encode()
    status, answer = fetch(f"{address}/api/ask", headers, question)
    assert (status, answer["status"]) == (200, "answered")
    assert fetch(f"{address}/api/documents", {})[0] == 401
    assert fetch(f"{address}/api/health", {"Host": "evil.example"})[0] == 421


def test_an_assistant_asks_over_http(address: str) -> None:
    async def ask() -> Any:
        async with httpx2.AsyncClient(headers=SHOWN) as http:
            transport = streamable_http_client(f"{address}/mcp", http_client=http)
            async with Client(transport) as client:
                return (await client.call_tool("ask", {"question": QUESTION})).structured_content

    assert anyio.run(ask)["citations"][0]["document"]["name"] == "bank.md"
    assert fetch(f"{address}/mcp", {}, b"{}")[0] == 401


def test_what_is_given_is_taken_in(address: str) -> None:
    form = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="licence.txt"\r\n\r\n'
        b"An exchange needs a licence.\r\n--x--\r\n"
    )
    headers = SHOWN | {"Content-Type": "multipart/form-data; boundary=x"}
    status, job = fetch(f"{address}/api/documents", headers, form)
    assert status == 202

    def is_over() -> bool:
        job.update(fetch(f"{address}/api/jobs/{job['id']}", SHOWN)[1])
        return job["stage"] in {"ready", "refused"}

    until(is_over)
    assert (job["name"], job["stage"]) == ("licence.txt", "ready")


@pytest.mark.parametrize(("command", "package"), [("serve", "fastapi"), ("mcp", "mcp")])
def test_a_package_that_is_missing_is_named(
    command: str,
    package: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in list(sys.modules):
        if name.startswith(("rag.api", "rag.mcp", f"{package}.")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    assert cli.main([command, "--index", str(tmp_path)]) == cli.FAILED
    told = capsys.readouterr().err
    assert f"needs the package {package}: run `" in told
    assert "-r requirements-serve.txt`" in told


def test_a_port_that_is_taken_is_named(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = address.rpartition(":")[2]
    assert cli.main(["serve", "--port", port, "--index", str(tmp_path)]) == cli.FAILED
    assert f"Port {port} of 127.0.0.1 cannot be used" in capsys.readouterr().err


def test_a_token_that_is_no_secret_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAG_API_TOKEN", "secret")
    assert cli.main(["serve", "--index", str(tmp_path)]) == cli.FAILED
    assert "RAG_API_TOKEN is too short" in capsys.readouterr().err
