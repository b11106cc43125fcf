"""What the web server adds to its answers, and what the first paint must not load."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ui.guard import OWNER_COOKIE, Guard, content_policy, read_owner

ROOT = Path(__file__).parents[2]
HEAVY = "torch faiss tantivy langchain langchain_core sentence_transformers transformers pandas"
FIRST_PAINT = f"""
import sys
from streamlit.testing.v1 import AppTest
import streamlit_app
app = AppTest.from_file("ui/scripts/main.py", default_timeout=60).run()
assert not app.exception
assert not app.error, app.text
print(*[name for name in {HEAVY.split()} if name in sys.modules])
"""


async def _call(headers: dict[str, str]) -> dict[str, str]:
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    listed = [(name.encode(), value.encode()) for name, value in headers.items()]
    await Guard(app)({"type": "http", "path": "/", "headers": listed}, receive, send)
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def call(**headers: str) -> dict[str, str]:
    return asyncio.run(_call(headers))


def test_a_new_browser_gets_a_cookie_of_its_own() -> None:
    one, two = call(accept="text/html"), call(accept="text/html")
    value = one["set-cookie"].split(";")[0].removeprefix(f"{OWNER_COOKIE}=")
    assert read_owner(value) == value
    assert one["set-cookie"] != two["set-cookie"]


@pytest.mark.parametrize(
    ("headers", "given"),
    [
        ({"accept": "text/html", "cookie": f"{OWNER_COOKIE}={'a' * 32}"}, False),
        ({"accept": "text/html", "cookie": f"{OWNER_COOKIE}=made-up"}, True),
        ({"accept": "text/html", "cookie": '"; =;;'}, True),
        ({"accept": "image/png"}, False),
    ],
)
def test_a_cookie_is_given_once_and_with_pages_alone(headers: dict[str, str], given: bool) -> None:
    assert ("set-cookie" in call(**headers)) == given


def test_a_forged_host_gets_into_no_policy() -> None:
    assert "ws://127.0.0.1:8501" in content_policy("127.0.0.1:8501")
    assert "evil" not in content_policy("evil.example; script-src *")


def test_the_first_paint_loads_nothing_heavy(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_PAINT],
        cwd=ROOT,
        env={**os.environ, "RAG_INDEX": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
