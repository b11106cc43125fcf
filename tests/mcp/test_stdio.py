"""The command as an assistant starts it: a process, its standard input and output."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from rag import cli

ROOT = Path(__file__).parents[2]


def test_another_assistant_gets_a_cited_answer(tmp_path: Path) -> None:
    source = tmp_path / "corpus"
    source.mkdir()
    name = "crypto-leaders-ask-putin-for-talks.md"
    (source / name).write_bytes((ROOT / "corpus" / name).read_bytes())
    index = tmp_path / "index"
    assert cli.main(["sync", str(source), "--index", str(index)]) == cli.OK
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "rag", "mcp", "--index", str(index)],
        env={"PYTHONPATH": os.fspath(ROOT)},
        cwd=tmp_path,
    )

    async def ask() -> tuple[set[str], dict[str, Any]]:
        async with Client(stdio_client(parameters)) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            question = {"question": "what does the Central Bank want?"}
            return tools, (await client.call_tool("ask", question)).structured_content

    tools, answer = anyio.run(ask)
    assert "ask" in tools
    assert answer["status"] == "answered"
    assert "almost total ban" in answer["text"]
    assert answer["citations"][0]["document"]["name"] == name
