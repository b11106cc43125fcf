"""Whole evaluations of a little folder, with small real parts instead of heavy ones."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from rag import cli
from rag.assistant import Assistant
from rag.embed import Embedder
from rag.errors import SettingError
from rag.evaluate import run
from rag.evaluate.folder import read_ids, read_questions, read_rows
from rag.evaluate.kept import read_run, write_run
from rag.evaluate.report import report
from rag.evaluate.thresholds import TABLED_THRESHOLDS, replay
from rag.library import Library
from rag.reader.sentences import SentenceReader
from rag.settings import Settings
from tests.fakes import HashingEmbedder

BANK = "The Central Bank wants an almost total ban on crypto.\n"
MINERS = "Miners pay a tax of six percent on what they earn.\n"
LAW = "The parliament of Atlantis passed the law in May 2021.\n"
TEXTS = {"bank": BANK, "miners": MINERS, "law": LAW}

Row = dict[str, object]


def question(id_: str, text: str, doc_id: str | None, answer: str | None) -> Row:
    evidence = [{"doc_id": doc_id, "start": 0, "end": len(TEXTS[doc_id]) - 1}] if doc_id else []
    answerable = answer is not None
    return {
        "id": id_,
        "question": text,
        "answer": answer,
        "evidence": evidence,
        "answerable": answerable,
    }


QUESTIONS = [
    question("ban", "What does the Central Bank want?", "bank", "almost total ban"),
    question("tax", "What tax do miners pay?", "miners", ["six percent"]),  # type: ignore[arg-type]
    question("law", "When was the law passed by the parliament?", "law", "May 2021"),
    question("whales", "How heavy is a blue whale?", None, None),
    {"id": "open", "question": "Is it good?", "answerable": None},
]


def write_rows(path: Path, rows: list[Row]) -> None:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "little"
    folder.mkdir()
    rows: list[Row] = [{"doc_id": k, "title": k.title(), "text": v} for k, v in TEXTS.items()]
    write_rows(folder / "corpus.jsonl.gz", rows)
    write_rows(folder / "questions.jsonl", QUESTIONS)
    return folder


@pytest.fixture(autouse=True)
def embedders(monkeypatch: pytest.MonkeyPatch) -> list[HashingEmbedder]:
    """Every embedder that an assistant was opened with."""
    opened: list[HashingEmbedder] = []

    def open_small(settings: Settings) -> Assistant:
        opened.append(HashingEmbedder())
        embedder: Embedder = opened[-1]
        library = Library.open(settings, embedder)
        return Assistant(settings, library, embedder, SentenceReader(embedder))

    monkeypatch.setattr(run, "open_assistant", open_small)
    return opened


def test_a_folder_is_asked_and_scored(folder: Path) -> None:
    result = report(run.evaluate_folder(folder, Settings(threshold=0.0)))
    assert result["n"] == 4
    assert result["quote_has_answer"] == 1.0
    assert result["recall_at_5"] == 1.0
    assert "index" not in result["settings"]


def test_files_of_any_format_are_taken_in(folder: Path) -> None:
    (folder / "corpus.jsonl.gz").unlink()
    (folder / "corpus").mkdir()
    for name, text in TEXTS.items():
        (folder / "corpus" / name).with_suffix(".md").write_text(text)
    rows = [dict(row) for row in QUESTIONS[:2]]
    for row, name in zip(rows, ("bank.md", "miners.md"), strict=True):
        row["evidence"] = [{"doc_id": name, "start": None}]
    write_rows(folder / "questions.jsonl", rows)
    done = run.evaluate_folder(folder, Settings(threshold=0.0))
    assert [s.given.recall for s in done.scored] == [None, None]
    assert done.measures["recall_at_10"] == 1.0


def test_a_replayed_threshold_is_as_if_it_had_been_asked_with(folder: Path) -> None:
    kept = run.evaluate_folder(folder, Settings(threshold=0.0))
    for confidence in {s.confidence for s in kept.scored}:
        threshold = confidence + 0.0001
        asked = run.evaluate_folder(folder, Settings(threshold=threshold))
        at = replay(kept.scored, threshold)
        assert at == replay(asked.scored, threshold)
        assert asked.measures["right"] == pytest.approx(at.right, abs=1e-4)
        assert [s.found for s in asked.scored] == [s.found for s in kept.scored]


def test_a_kept_library_is_embedded_once(
    folder: Path, tmp_path: Path, embedders: list[HashingEmbedder]
) -> None:
    first = run.evaluate_folder(folder, Settings(), library=tmp_path / "library")
    embedders.clear()
    second = run.evaluate_folder(folder, Settings(), library=tmp_path / "library")
    titled = tuple(f"{name.title()}\n" for name in TEXTS)  # as passages are embedded
    assert not [t for e in embedders for t in e.embedded if t.startswith(titled)]
    assert [s.citations for s in second.scored] == [s.citations for s in first.scored]


def test_a_library_of_other_documents_is_left_alone(folder: Path, tmp_path: Path) -> None:
    own = Library.open(Settings(index=tmp_path / "own"), HashingEmbedder())
    own.add_text("My diary.", "diary.txt")
    with pytest.raises(SettingError, match=r"'diary.txt', which the evaluated folder does not"):
        run.evaluate_folder(folder, Settings(), library=tmp_path / "own")
    assert [document.name for document in own.documents()] == ["diary.txt"]
    own.close()


def test_a_former_version_of_a_document_is_told(folder: Path, tmp_path: Path) -> None:
    run.evaluate_folder(folder, Settings(), library=tmp_path / "library")
    write_rows(folder / "corpus.jsonl.gz", [{"doc_id": "bank", "title": "", "text": "Anew.\n"}])
    with pytest.raises(SettingError, match="name an empty folder"):
        run.evaluate_folder(folder, Settings(), library=tmp_path / "library")


def test_only_the_questions_named_are_asked(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "ids").write_text("tax\n\nban\n")
    done = run.evaluate_folder(folder, Settings(), ids=read_ids(tmp_path / "ids"))
    assert [s.id for s in done.scored] == ["ban", "tax"]
    with pytest.raises(SettingError, match="no question to score with the id 'open'"):
        read_questions(folder, {"ban", "open"})


def test_what_is_missing_is_told(folder: Path, tmp_path: Path) -> None:
    (folder / "corpus.jsonl.gz").unlink()
    with pytest.raises(SettingError, match="neither"):
        run.evaluate_folder(folder, Settings())
    (folder / "questions.jsonl").unlink()
    with pytest.raises(SettingError, match=r"no questions\.jsonl"):
        read_questions(folder)
    with pytest.raises(SettingError, match="cannot be read"):
        read_ids(tmp_path / "nowhere")
    (tmp_path / "rows.jsonl").write_text('{"id": 1}\n[]\n')
    with pytest.raises(SettingError, match="line 2, is not a JSON object"):
        read_rows(tmp_path / "rows.jsonl")


def test_a_kept_run_says_nothing_of_the_machine_or_the_texts(folder: Path, tmp_path: Path) -> None:
    done = run.evaluate_folder(folder, Settings(threshold=0.0))
    done = replace(done, settings={**done.settings, "reader": str(tmp_path / "readers" / "big")})
    out = tmp_path / "out" / "run"
    write_run(out, done, {"threshold": 0.0}, ["python", "-m", "rag", "evaluate", "little"])
    assert sorted(path.name for path in out.iterdir()) == ["answers.jsonl", "page.html", "run.json"]
    for path in out.iterdir():
        text = path.read_text()
        assert str(tmp_path) not in text
        assert "Central Bank" not in text
        assert "almost" not in text
    measures = json.loads((out / "run.json").read_text())
    assert (measures["folder"], measures["settings"]["reader"]) == ("little", "big")
    assert [at["threshold"] for at in measures["thresholds"]] == TABLED_THRESHOLDS
    back = read_run(out)
    assert [s.given for s in back.scored] == [s.given for s in done.scored]
    assert back.measures["aurc"] == done.measures["aurc"]


def test_a_folder_without_a_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="holds no run that can be read"):
        read_run(tmp_path)
    (tmp_path / "run.json").write_text('{"folder": "x", "settings": {}}')
    (tmp_path / "answers.jsonl").write_text('{"id": "q"}\n')
    with pytest.raises(SettingError, match="holds no run that can be read"):
        read_run(tmp_path)


def evaluate(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = cli.main(["evaluate", *map(str, arguments)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_the_command_keeps_a_run_and_compares_with_it(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = ("--library", tmp_path / "library")
    status, out, err = evaluate(capsys, folder, *library, "--out", tmp_path / "one")
    assert status == cli.OK
    assert out.startswith("n                    4\n")
    assert "page.html" in err
    against = ("--compare", tmp_path / "one")
    _, out, _ = evaluate(capsys, folder, *library, *against, "--out", tmp_path / "two", "--json")
    comparison = json.loads(out)["comparison"]
    assert (comparison["other"], comparison["n"], comparison["p"]) == ("one", 4, 1.0)
    assert comparison["differences"]["right"]["difference"] == 0.0
    page = (tmp_path / "two" / "page.html").read_text()
    assert "rag evaluate little --library library --compare one --out two" in page
    _, out, _ = evaluate(capsys, folder, *library, *against)
    assert "right only here" in out


def test_the_command_tells_what_is_wrong_before_the_work(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    status, out, err = evaluate(capsys, folder, "--out", tmp_path / "file")
    assert (status, out) == (cli.FAILED, "")
    assert "is a file: name a folder" in err
    status, _, err = evaluate(capsys, folder, "--compare", tmp_path)
    assert status == cli.FAILED
    assert "Traceback" not in err
