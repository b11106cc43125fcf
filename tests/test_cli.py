"""The command line as other tools see it: a real process's words, JSON and exit status."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from rag import cli
from rag.fetch import Fetched
from rag.history import History
from rag.library import Library
from rag.records import answer_from_json
from rag.settings import Settings
from tests.fakes import HashingEmbedder
from tests.traces import find_traces

BANK = """# Two sides

The ministries of finance and commerce favour regulating crypto firms; the Central Bank, headed by
Elvira Nabiullina, however, wants an almost total ban like China's and its own digital ruble.

# Mining

Miners pay tax on what they earn, the ministry's bill of 18 February 2022 says.
"""
EXCHANGES = "Exchanges need a licence.\n\nA licence for an exchange costs 500,000 rubles a year.\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "bank.md").write_text(BANK, encoding="utf-8")
    (folder / "exchanges.txt").write_text(EXCHANGES, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def index(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    index = str(tmp_path_factory.mktemp("index"))
    assert cli.main(["sync", str(folder), "--index", index]) == cli.OK
    return index


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = cli.main(arguments)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_ask_json_cites_exactly(index: str, capsys: pytest.CaptureFixture[str]) -> None:
    question = "what does the Central Bank want?"
    status, out, _ = run(capsys, "ask", question, "--json", "--index", index)
    answer = json.loads(out)
    assert status == cli.OK
    assert answer["status"] == "answered"
    assert answer["model"] == "reader"
    assert "almost total ban" in answer["text"]
    assert "digital ruble" in answer["text"]
    assert "favour" not in answer["text"]
    citation = answer["citations"][0]
    _, text, _ = run(capsys, "show", citation["document"]["id"], "--text", "--index", index)
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert text == BANK


def test_a_question_off_the_subject_is_refused(
    index: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(
        capsys, "ask", "What is the capital of France?", "--json", "--index", index
    )
    answer = json.loads(out)
    assert status == cli.ABSTAINED
    assert (answer["status"], answer["citations"]) == ("abstained", [])
    assert 1 <= len(answer["nearest"]) <= 3


def test_the_same_question_gives_the_same_bytes(
    index: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask() -> dict[str, object]:
        answer = json.loads(run(capsys, "ask", "who pays tax?", "--json", "--index", index)[1])
        del answer["timings_ms"]
        return answer

    assert ask() == ask()


def test_batch_answers_in_order_with_ids(
    index: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"id": "z", "question": "Who heads the Central Bank?"},
        {
            "id": 2,
            "question": "and the ministries?",
            "turns": [{"question": "what does the Central Bank want?", "answer": "A ban."}],
            "documents": ["bank.md"],
        },
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    status, out, _ = run(capsys, "ask", "--batch", str(path), "--index", index)
    answers = [json.loads(line) for line in out.splitlines()]
    assert status == cli.OK
    assert [a["id"] for a in answers] == ["z", "2"]
    assert "Elvira Nabiullina" in answers[0]["text"]
    assert answers[1]["searched_for"] == "what do the ministries want?"


def test_only_the_named_document_is_asked(index: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("ask", "licence", "--json", "--doc", "bank.md", "--index", index)
    answer = json.loads(run(capsys, *arguments)[1])
    names = {c["document"]["name"] for c in answer["citations"] + answer["nearest"]}
    assert names <= {"bank.md"}


def test_docs_json(index: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "docs", "--json", "--index", index)
    documents = json.loads(out)
    assert status == cli.OK
    assert [d["name"] for d in documents] == ["bank.md", "exchanges.txt"]
    assert {
        "id", "name", "title", "sha256", "date", "names", "media_type", "pages", "characters",
        "chunks", "added", "warnings", "language", "likely_duplicates",
    } <= documents[0].keys()  # fmt: skip
    assert documents[0]["title"] == "Two sides"
    assert (documents[0]["language"], documents[0]["likely_duplicates"]) == ("en", [])


def test_edit_gives_a_document_another_title_and_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "note.txt").write_text("The bank wants a ban.", encoding="utf-8")
    index = str(tmp_path / "index")
    run(capsys, "add", str(tmp_path / "note.txt"), "--index", index)

    def edit(*options: str) -> tuple[int, str, str]:
        return run(capsys, "edit", "note.txt", *options, "--index", index)

    assert edit("--title", "A note", "--date", "2022-01")[:2] == (
        cli.OK, "note.txt: A note, 2022-01\n",
    )  # fmt: skip
    assert edit("--title", "")[1] == "note.txt: note, 2022-01\n"
    assert edit()[0] == cli.WRONG_USAGE
    status, _, err = edit("--date", "January")
    assert status == cli.FAILED
    assert "'January' is no date" in err
    assert run(capsys, "check", "--index", index)[0] == cli.OK


def test_status_and_check(index: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "status", "--json", "--index", index)
    assert status == cli.OK
    assert {"documents", "passages", "models", "index", "versions"} <= json.loads(out).keys()
    assert json.loads(out)["vectors"]["recall_at_10"] == 1.0
    assert run(capsys, "check", "--index", index)[0] == cli.OK


def test_sync_dry_run_changes_nothing(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = str(tmp_path)
    status, out, _ = run(capsys, "sync", str(folder), "--dry-run", "--index", index)
    assert status == cli.OK
    assert "added     bank.md" in out
    assert json.loads(run(capsys, "docs", "--json", "--index", index)[1]) == []


def test_remove(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    index = str(tmp_path)
    run(capsys, "add", str(folder), "--index", index)
    assert run(capsys, "remove", "bank.md", "--index", index)[0] == cli.OK
    status, _, err = run(capsys, "remove", "bank.md", "--index", index)
    assert status == cli.FAILED
    assert "bank.md" in err


def keep_answer(capsys: pytest.CaptureFixture[str], index: str) -> str:
    """Asks, and keeps the answer in a chat as the browser does; gives the chat."""
    out = run(capsys, "ask", "what does the Central Bank want?", "--json", "--index", index)[1]
    with closing(History.open(Path(index) / "history.sqlite")) as history:
        chat = history.start("ann")
        history.append(chat, "What?", answer_from_json(json.loads(out)))
    return chat


def kept_text(index: str, chat: str) -> str:
    with closing(History.open(Path(index) / "history.sqlite")) as history:
        answer = history.messages(chat)[0].answer
    assert answer is not None
    return answer.text


@pytest.mark.parametrize("erase", [True, False])
def test_quotations_stay_in_saved_chats_unless_they_are_erased_too(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], erase: bool
) -> None:
    index = str(tmp_path)
    run(capsys, "add", str(folder), "--index", index)
    chat = keep_answer(capsys, index)
    options = ["--erase-quotes"] if erase else []
    status, out, err = run(capsys, "remove", "bank.md", *options, "--index", index)
    assert (status, out) == (cli.OK, "removed   bank.md\n")
    assert ("from 1 saved answer" in err) == erase
    assert ("almost total ban" in kept_text(index, chat)) != erase
    assert bool(find_traces(tmp_path, "nabiullina")) != erase


def test_backup_and_restore(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index, file = str(tmp_path / "index"), str(tmp_path / "a.zip")
    run(capsys, "add", str(folder), "--index", index)
    chat = keep_answer(capsys, index)
    assert run(capsys, "backup", file, "--index", index) == (
        cli.OK,
        f"Backed up 2 documents and 1 conversation to {file}.\n",
        "",
    )
    status, out, err = run(capsys, "backup", file, "--index", index)
    assert (status, out) == (cli.FAILED, "")
    assert "--force" in err
    assert run(capsys, "backup", file, "--force", "--index", index)[0] == cli.OK
    run(capsys, "remove", "bank.md", "--erase-quotes", "--index", index)
    status, out, _ = run(capsys, "restore", file, "--index", index)
    assert status == cli.OK
    assert out.startswith("Restored 2 documents and 1 conversation, as they were on 20")
    assert "almost total ban" in kept_text(index, chat)
    assert run(capsys, "check", "--index", index)[0] == cli.OK
    status, out, err = run(capsys, "restore", str(tmp_path / "no.zip"), "--index", index)
    assert (status, out) == (cli.FAILED, "")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("question", ["", "   ", "why " * 12_500])
def test_a_question_that_cannot_be_asked_is_one_sentence(
    question: str, index: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, "ask", question, "--index", index)
    assert (status, out) == (cli.FAILED, "")
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.txt", b"", "is empty"),
        ("noise.bin", bytes(range(256)) * 8, "noise.bin"),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj\n<<", "cut.pdf"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_reason(
    name: str, data: bytes, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(data)
    (tmp_path / "good.txt").write_text("A good file.", encoding="utf-8")
    index = str(tmp_path / "index")
    paths = [str(tmp_path / name), str(tmp_path / "good.txt")]
    status, out, _ = run(capsys, "add", *paths, "--index", index)
    assert status == cli.FAILED
    refused, added = out.splitlines()
    assert refused.startswith("refused")
    assert reason in refused
    assert added.startswith("added")


def test_a_path_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "add", str(tmp_path / "no"), "--index", str(tmp_path / "i"))
    assert status == cli.FAILED
    assert "no" in out + err


def test_an_address_is_taken_in_unless_offline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    index, address = str(tmp_path / "index"), "HTTP://pages.test/report"
    found = Fetched("report.txt", b"The words of a report.", "text/plain", address.lower())
    monkeypatch.setattr("rag.cli.documents.fetch", lambda asked, offline: found)
    (tmp_path / "file.txt").write_text("The words of a file.", encoding="utf-8")
    arguments = ("add", address, str(tmp_path / "file.txt"), "--index", index)
    status, out, _ = run(capsys, *arguments)
    assert (status, out) == (cli.OK, "added     file.txt\nadded     report.txt\n")
    monkeypatch.undo()
    monkeypatch.setenv("RAG_OFFLINE", "1")
    status, out, _ = run(capsys, "add", address, "--index", index)
    assert status == cli.FAILED
    assert out.startswith("refused   HTTP://pages.test/report: Nothing is fetched from the web")


def test_an_empty_library_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "ask", "who?", "--index", str(tmp_path))
    assert status == cli.ABSTAINED
    assert "no documents" in out


def test_an_unknown_model_is_named(index: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "ask", "who?", "--model", "gpt", "--index", index)
    assert status == cli.FAILED
    assert "'gpt'" in err


def test_wrong_usage() -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["add"])
    assert stopped.value.code == cli.WRONG_USAGE


def test_a_setting_that_is_no_number(
    monkeypatch: pytest.MonkeyPatch, index: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAG_THRESHOLD", "high")
    status, _, err = run(capsys, "docs", "--index", index)
    assert status == cli.FAILED
    assert "RAG_THRESHOLD" in err


def test_jobs_tells_what_is_on_its_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    index = str(tmp_path / "index")
    library = Library.open(Settings(index=tmp_path / "index"), HashingEmbedder())
    library.submit_upload("empty.txt", b"")
    library.work_off()
    library.submit_upload("waits.txt", b"words")
    library.close()
    status, out, _ = run(capsys, "jobs", "--index", index)
    assert status == cli.OK
    empty, waits = out.splitlines()
    assert empty.startswith("refused   empty.txt: ")
    assert waits == "queued    waits.txt"
    _, out, _ = run(capsys, "jobs", "--json", "--index", index)
    assert [(job["name"], job["stage"]) for job in json.loads(out)] == [
        ("empty.txt", "refused"), ("waits.txt", "queued"),
    ]  # fmt: skip
