"""The REST interface as another program uses it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from rag.assistant import Assistant
from rag.locks import WriteLock
from rag.records import answer_from_json, to_json
from rag.settings import LONGEST_QUESTION
from tests.api.shelf import BANK

QUESTION = "what does the Central Bank want?"


def ask(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.post("/api/ask", json={"question": QUESTION, **body})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_an_answer_is_whole(client: TestClient, assistant: Assistant) -> None:
    told = ask(client)
    own = assistant.ask(QUESTION)
    told.pop("timings_ms")
    assert answer_from_json({**told, "timings_ms": own.timings_ms}) == own
    assert told.keys() == to_json(own).keys() - {"timings_ms"}
    assert told["status"] == "answered"
    assert told["sentences"][0]["verdict"] == "verbatim"


def test_a_citation_leads_to_its_place(client: TestClient) -> None:
    citation = ask(client)["citations"][0]
    place = {"start": citation["start"], "end": citation["end"]}
    source = client.get(f"/api/documents/{citation['document']['id']}/text", params=place).json()
    assert source["text"] == citation["quote"]
    assert (source["start"], source["end"]) == (place["start"], place["end"])
    assert source["characters"] == len(BANK)


def test_only_the_documents_that_are_named_are_asked(client: TestClient) -> None:
    told = ask(client, documents=["miners.txt"])
    names = {c["document"]["name"] for c in told["citations"] + told["nearest"]}
    assert names == {"miners.txt"}


def test_a_threshold_refuses(client: TestClient) -> None:
    told = ask(client, threshold=1.0)
    assert (told["status"], told["citations"]) == ("abstained", [])
    assert told["nearest"]


def test_what_was_said_before_is_followed_up(client: TestClient) -> None:
    said = {"question": "Who heads the Central Bank?", "answer": "Elvira Nabiullina heads it."}
    assert ask(client, question="what does it want?", turns=[said])["searched_for"] == QUESTION


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "body.question: Field required"),
        ({"question": ""}, "body.question"),
        ({"question": " \t\x1c"}, "body.question: it is blank"),
        ({"question": "a" * (LONGEST_QUESTION + 1)}, "at most 2000 characters"),
        ({"question": "who?", "treshold": 0.5}, "body.treshold"),
        ({"question": "who?", "threshold": "0.5"}, "body.threshold"),
        ({"question": "who?", "threshold": 1.5}, "body.threshold"),
        ({"question": "who?", "documents": []}, "body.documents"),
        ({"question": "who?", "turns": [{"question": "what?"}]}, "body.turns.0.answer"),
    ],
)
def test_a_question_that_is_not_as_described_is_refused(
    client: TestClient, body: dict[str, Any], reason: str
) -> None:
    answer = client.post("/api/ask", json=body)
    assert answer.status_code == 422
    assert reason in answer.json()["error"]


def test_an_unknown_document_is_named(client: TestClient) -> None:
    asked = client.post("/api/ask", json={"question": "who?", "documents": ["no.txt"]})
    for answer in (asked, client.get("/api/documents/no.txt"), client.delete("/api/documents/n")):
        assert answer.status_code == 404
        assert "The library has no document" in answer.json()["error"]


def test_documents_are_listed_by_pages(client: TestClient) -> None:
    both = client.get("/api/documents").json()
    assert (both["total"], [d["name"] for d in both["documents"]]) == (2, ["bank.md", "miners.txt"])
    second = client.get("/api/documents", params={"first": 1, "count": 1}).json()
    assert (second["total"], second["documents"]) == (2, both["documents"][1:])
    for selector in (both["documents"][0]["id"], "bank.md"):
        assert client.get(f"/api/documents/{selector}").json() == both["documents"][0]


def test_passages_make_up_the_text(client: TestClient) -> None:
    found = client.get("/api/documents/bank.md/passages").json()
    assert "".join(passage["text"] for passage in found["passages"]) == BANK
    assert found["total"] == len(found["passages"])


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, (0, len(BANK))),
        ({"start": 5, "end": 9}, (5, 9)),
        ({"start": 9, "end": 5}, (9, 9)),
        ({"start": 10**30}, (len(BANK), len(BANK))),
    ],
)
def test_a_range_of_the_text(
    client: TestClient, asked: dict[str, int], expected: tuple[int, int]
) -> None:
    found = client.get("/api/documents/bank.md/text", params=asked).json()
    assert (found["start"], found["end"]) == expected
    assert found["text"] == BANK[expected[0] : expected[1]]


def test_a_file_is_taken_in_and_removed(client: TestClient, assistant: Assistant) -> None:
    text = b"Exchanges need a licence that costs 500,000 rubles a year.\n"
    given = client.post("/api/documents", files={"file": ("../licence.txt", text)})
    assert (given.status_code, given.json()["stage"]) == (202, "queued")
    assistant.library.work_off()
    job = client.get(given.headers["location"]).json()
    assert (job["name"], job["stage"]) == ("licence.txt", "ready")
    assert client.get("/api/jobs").json() == {"jobs": [job]}
    told = ask(client, question="what does a licence cost?")
    assert told["citations"][0]["document"]["id"] == job["document_id"]
    address = f"/api/documents/{job['document_id']}"
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    assert client.get("/api/jobs/none").status_code == 404


def test_a_library_that_another_process_changes_is_told_of(
    client: TestClient, tmp_path: Path
) -> None:
    with WriteLock(tmp_path / "index" / "write.lock").held():
        answer = client.delete("/api/documents/bank.md")
    assert (answer.status_code, answer.headers["retry-after"]) == (409, "2")
    assert "Another process" in answer.json()["error"]


def test_every_error_has_the_one_form(
    client: TestClient, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise RuntimeError("of our own")

    monkeypatch.setattr(assistant.library, "documents", fail)
    answers = {
        404: client.get("/api/nothing"),
        405: client.put("/api/ask"),
        422: client.post("/api/ask", content=b'{"question":'),
        500: client.get("/api/documents"),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert list(answer.json()) == ["error"]
        assert "of our own" not in answer.text
    assert answers[405].headers["allow"] == "POST"
    assert client.put("/api/documents").headers["allow"] == "GET, POST"
