"""The tools as an assistant sees them, through the SDK's own client."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.types import CallToolResult, TextContent

from rag.assistant import Assistant
from rag.mcp.server import make_server
from rag.records import to_json
from rag.turns import Turns
from tests.api.shelf import BANK, open_shelf

QUESTION = "what does the Central Bank want?"
READING = {"ask", "search", "read_source", "list_documents"}


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    assistant = open_shelf(tmp_path)
    yield assistant
    assistant.library.close()


def with_client(assistant: Assistant, use: Callable[[Client], Awaitable[Any]]) -> Any:
    async def connect() -> Any:
        async with Client(make_server(assistant, Turns())) as client:
            return await use(client)

    return anyio.run(connect)


def call(assistant: Assistant, tool: str, **arguments: Any) -> CallToolResult:
    return with_client(assistant, lambda client: client.call_tool(tool, arguments))


def found(assistant: Assistant, tool: str, **arguments: Any) -> dict[str, Any]:
    result = call(assistant, tool, **arguments)
    assert not result.is_error, result.content
    return dict(result.structured_content or {})


def told(result: CallToolResult) -> str:
    assert result.is_error
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def test_all_tools_are_announced_as_reading_only(assistant: Assistant) -> None:
    tools = with_client(assistant, lambda client: client.list_tools()).tools
    assert {tool.name for tool in tools} == READING
    for tool in tools:
        assert tool.title
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        assert not tool.annotations.open_world_hint
        assert tool.description
        assert "\n   " not in tool.description
        assert tool.output_schema


def test_an_answer_has_its_citations(assistant: Assistant) -> None:
    answer = found(assistant, "ask", question=QUESTION)
    assert answer["status"] == "answered"
    assert answer["sentences"][0]["markers"] == [1]
    citation = answer["citations"][0]
    assert citation["document"]["name"] == "bank.md"
    assert BANK[citation["start"] : citation["end"]] == citation["quote"]
    own = json.loads(json.dumps(to_json(assistant.ask(QUESTION))))
    assert answer == {name: own[name] for name in answer}


def test_a_citation_is_read_with_what_stands_around(assistant: Assistant) -> None:
    citation = found(assistant, "ask", question=QUESTION)["citations"][0]
    place = {"start": citation["start"], "end": citation["end"]}
    document = citation["document"]["id"]
    source = found(assistant, "read_source", document=document, around=10, **place)
    assert source["quote"] == citation["quote"]
    start, end = place["start"], place["end"]
    assert source["before"] == BANK[start - 10 : start]
    assert source["after"] == BANK[end : end + 10]
    assert (source["name"], source["characters"]) == ("bank.md", len(BANK))


def test_passages_are_found(assistant: Assistant) -> None:
    passages = found(assistant, "search", query="tax on miners", count=1)["passages"]
    assert [passage["name"] for passage in passages] == ["miners.txt"]
    chosen = found(assistant, "search", query="tax", documents=["bank.md"])["passages"]
    assert {passage["name"] for passage in chosen} == {"bank.md"}
    assert all(BANK[p["start"] : p["end"]] == p["text"] for p in chosen)


def test_documents_are_listed(assistant: Assistant) -> None:
    listed = found(assistant, "list_documents", first=1)
    assert listed["total"] == 2
    assert [document["name"] for document in listed["documents"]] == ["miners.txt"]


@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [
        ("ask", {"question": " "}, "There is no question"),
        ("ask", {"question": "who?", "documents": ["no.txt"]}, "has no document 'no.txt'"),
        ("ask", {"question": "who?", "threshold": 2}, "threshold"),
        ("search", {"query": "tax", "count": 10_000}, "count"),
        ("read_source", {"document": "no.txt", "start": 0, "end": 1}, "has no document 'no.txt'"),
    ],
)
def test_what_cannot_be_done_is_told(
    assistant: Assistant, tool: str, arguments: dict[str, Any], reason: str
) -> None:
    assert reason in told(call(assistant, tool, **arguments))


def test_a_fault_tells_nothing_of_itself(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("of our own")

    monkeypatch.setattr(assistant.library, "documents", fail)
    assert "of our own" not in told(call(assistant, "list_documents"))
