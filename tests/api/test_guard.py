"""Who is let in, under which name, and with how much."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from rag.api.guard import LARGEST_BODY, LARGEST_UPLOAD, LOOPBACK, Guard
from rag.api.token import read_token
from rag.assistant import Assistant
from rag.errors import SettingError
from tests.api.shelf import SHOWN, TOKEN, make_api

GUARDED = ("/api/documents", "/api/jobs", "/api/openapi.json", "/api/nothing", "/mcp", "/")


def test_health_needs_no_token(client: TestClient) -> None:
    answer = client.get("/api/health", headers={"Authorization": ""})
    assert (answer.status_code, answer.json()) == (200, {"ready": False})


@pytest.mark.parametrize("path", GUARDED)
@pytest.mark.parametrize(
    "shown", ["", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer", "Bearer \xff"]
)
def test_all_else_needs_the_token(client: TestClient, path: str, shown: str) -> None:
    answer = client.get(path, headers={"Authorization": shown.encode("latin-1")})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "RAG_API_TOKEN" in answer.json()["error"]


@pytest.mark.parametrize("shown", [{}, {"Authorization": "Bearer "}, SHOWN])
def test_without_a_token_set_nothing_but_health_is_answered(
    assistant: Assistant, shown: dict[str, str]
) -> None:
    client = TestClient(make_api(assistant, token=""), headers=shown)
    assert client.get("/api/health").status_code == 200
    for path in GUARDED:
        answer = client.get(path)
        assert answer.status_code == 403
        assert "set RAG_API_TOKEN to a secret" in answer.json()["error"]


def test_the_token_is_read_from_the_environment() -> None:
    assert read_token({}) == ""
    assert read_token({"RAG_API_TOKEN": f" {TOKEN}\n"}) == TOKEN
    with pytest.raises(SettingError, match="too short"):
        read_token({"RAG_API_TOKEN": "secret"})


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8502", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:8502", 200),
        ("evil.example", 421),
        ("localhost.evil.example:8502", 421),
        ("[::2]", 421),
        ("", 421),
    ],
)
def test_a_foreign_name_that_leads_here_is_refused(
    assistant: Assistant, host: str, status: int
) -> None:
    guard = make_api(assistant)
    client = TestClient(Guard(guard._app, TOKEN, LOOPBACK))
    assert client.get("/api/health", headers={"Host": host}).status_code == status


def test_a_page_of_another_site_is_told_nothing(client: TestClient) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for answer in (
        client.get("/api/health", headers=asked),
        client.options("/api/ask", headers=asked),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("kind", "limit"),
    [("application/json", LARGEST_BODY), ("multipart/form-data; boundary=x", LARGEST_UPLOAD)],
)
def test_a_body_that_is_too_large_is_refused_before_it_is_read(
    client: TestClient, kind: str, limit: int
) -> None:
    headers = {"Content-Type": kind, "Content-Length": str(limit + 1)}
    answer = client.post("/api/documents", content=b"{", headers=headers)
    assert answer.status_code == 413
    assert f"{limit:,} bytes" in answer.json()["error"]


def test_a_body_of_no_said_length_is_counted(client: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * (LARGEST_BODY // 16)

    headers = {"Content-Type": "application/json"}
    answer = client.post("/api/ask", content=pieces(), headers=headers)
    assert answer.status_code == 413
    assert answer.json()["error"].startswith("The request is larger")
