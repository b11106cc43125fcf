"""The benchmark against peers, with fakes in the peers' place: no environment, no model."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.side_by_side import material, measure
from benchmarks.side_by_side.material import Material, Question, draw
from benchmarks.side_by_side.quality import BUDGET, Judge
from benchmarks.side_by_side.report import FIGURES, replace_between, times_better, write_report
from benchmarks.side_by_side.running import bytes_on_disk, start
from benchmarks.side_by_side.systems import System

TOPICS = "harbour orchard lantern glacier violin saddle compass bakery".split()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Eight documents and a question on each, as every one of the sets."""
    rows, questions = [], []
    for topic in TOPICS:
        text = f"Something else stands here.\n\nThe {topic} opened in spring."
        start = text.index("opened")
        evidence = {"doc_id": topic, "start": start, "end": start + 6, "text": "opened"}
        rows.append({"doc_id": topic, "title": f"On a {topic}", "text": text})
        asked = {"question": f"when was the {topic} opened", "evidence": [evidence]}
        questions.append({**asked, "id": topic, "answerable": True})
    for name in (material.NEWS, material.SCIFACT, material.SPANS):
        folder = tmp_path / "data" / "rag" / name
        folder.mkdir(parents=True)
        for file, content in (("corpus", rows), ("questions", questions)):
            lines = "\n".join(map(json.dumps, content)).encode()
            (folder / f"{file}.jsonl.gz").write_bytes(gzip.compress(lines))
    return tmp_path / "data"


def fake(name: str) -> System:
    return System(name, name, "tests.benchmarks.fake_peer", sys.executable)


def test_the_same_material_is_drawn_again(data: Path) -> None:
    first, second = draw(data, material.NEWS), draw(data, material.NEWS)
    assert first == second
    assert set(first.documents) == {str(number) for number in range(len(TOPICS))}
    for question in first.questions:
        ((id_, place),) = question.gold
        assert place is not None
        assert first.documents[id_][slice(*place)] == "opened"


def test_a_peer_answers_in_lines_and_keeps_what_it_took_in(tmp_path: Path) -> None:
    folder, log = tmp_path / "library", tmp_path / "log.txt"
    with start(fake("peer"), folder, tmp_path, log) as running:
        answer = running.ask({"take_in": [{"id": "1", "text": "A café\u2028opened."}]})
        assert answer["seconds"] >= 0
        assert running.memory() > 1_000_000
    assert bytes_on_disk(folder) > 0
    assert "a library says hello" in log.read_text()
    with start(fake("peer"), folder, tmp_path, log) as running:
        (found,) = running.ask({"search": "café", "count": 3})["passages"]
    assert found["id"] == "1"


def test_a_peer_that_dies_is_told(tmp_path: Path) -> None:
    broken = System("peer", "The peer", "no.such.module", sys.executable)
    with (
        pytest.raises(RuntimeError, match="The peer has ended"),
        start(broken, tmp_path / "library", tmp_path, tmp_path / "log.txt"),
    ):
        pass


def test_evidence_is_found_whatever_the_white_space() -> None:
    text = "One two three. " * 40 + "The  answer\nis here. " + "Four five six. " * 600
    place = (text.index("answer"), text.index("answer") + 6)
    documents = {"a": text, "b": "Nothing at all."}
    question = Question("q", [("a", place)])
    judge = Judge(Material(documents, [question]))
    judge.judge(question, [{"id": "a", "text": "The answer is here."}])
    judge.judge(
        question, [{"id": "b", "text": "Nothing at all."}] * 5 + [{"id": "a", "text": text}]
    )
    judge.judge(question, [{"id": "b", "text": "invented"}])
    figures = judge.figures()
    assert figures["recall_at_5"] == pytest.approx(1 / 3)
    assert figures[f"recall_in_{BUDGET}"] == pytest.approx(2 / 3)
    assert figures["unlocated"] == pytest.approx(2 / 15)
    assert figures["ndcg_at_10"] is None, "two documents are no ranking"


def test_turns_begin_with_another_system() -> None:
    systems = [fake("one"), fake("two"), fake("three")]
    assert [next(iter(measure.turn(systems, n))).name for n in range(4)] == [
        "one", "two", "three", "one",
    ]  # fmt: skip


def test_a_run_goes_on_where_it_was(data: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(measure, "ROUNDS", 2)
    systems = [fake("footnote"), fake("langchain")]
    bench = measure.Bench(tmp_path / "run", tmp_path)
    results = measure.measure(bench, systems, data)
    assert sum(r["documents"] for r in results["rounds"]["langchain"]) == len(TOPICS)
    assert results["quality"][material.NEWS]["langchain"]["recall_at_5"] == 1.0
    steps = sorted((tmp_path / "run" / "steps").iterdir())
    assert len(steps) == 2 * 2 + 3 * 2

    monkeypatch.setattr(measure, "start", None)  # whatever is started now fails
    assert measure.measure(bench, systems, data) == results
    steps[0].unlink()
    with pytest.raises(TypeError):
        measure.measure(bench, systems, data)


def make_round(factor: float) -> dict[str, Any]:
    return {
        "documents": 10, "characters": 10_000, "seconds": factor, "peak_bytes": 2e8 * factor,
        "disk_bytes": 1e6 * factor, "first_answer_seconds": factor, "asking_bytes": 1e8 * factor,
        "delays": [0.01 * factor, 0.02 * factor], "answer_delays": [0.1, 0.2],
    }  # fmt: skip


def make_results(theirs: float, recall: float) -> dict[str, Any]:
    quality = {f"recall_in_{BUDGET}": 0.5, "recall_at_5": 0.5, "ndcg_at_10": None}
    row = {**quality, "questions": 9, "documents": 8, "unlocated": 0.0}
    machine = {
        "processor": "A processor", "cores": 2, "instructions": ["avx2"], "system": "Linux",
        "python": "3.11", "onnxruntime": "1",
    }  # fmt: skip
    return {
        "machine": machine,
        "rounds": {"footnote": [make_round(1)] * 2, "chroma": [make_round(theirs)] * 2},
        "quality": {"scifact": {"footnote": row, "chroma": {**row, "recall_at_5": recall}}},
    }


@pytest.mark.parametrize("figure", FIGURES, ids=lambda f: f"{f.title} {f.unit}")
def test_above_one_ours_is_better(figure: Any) -> None:
    assert times_better(figure, make_round(1), make_round(2)) == pytest.approx(2)


def test_the_report_tells_where_a_peer_is_ahead() -> None:
    behind = write_report(make_results(theirs=2.0, recall=0.4))
    assert "×2.00 (2.00–2.00)" in behind
    assert "No peer is ahead" in behind
    ahead = write_report(make_results(theirs=0.5, recall=0.6))
    assert "* Chroma: taken in in characters/s (×2.00)" in ahead
    assert "evidence in the first 5 passages on SciFact (0.600 against 0.500)" in ahead


def test_the_page_keeps_what_stands_around_the_figures() -> None:
    page = "before <!-- figures -->old<!-- /figures --> after"
    assert replace_between(page, "new") == (
        "before <!-- figures -->\n\nnew\n\n<!-- /figures --> after"
    )
    with pytest.raises(ValueError, match="has no"):
        replace_between("no markers", "new")


def test_plots_are_the_same_for_the_same_results(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from benchmarks.side_by_side.plots import draw_plots

    results = make_results(2.0, 0.4)
    results["quality"]["news_2025"] = results["quality"]["scifact"]
    draw_plots(results, tmp_path / "one")
    draw_plots(results, tmp_path / "two")
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()
