"""Measures this project beside its peers, in turns: same documents, questions, weights and cores.

    python -m benchmarks.side_by_side.measure --data ../shared/data --folder .bench

``make bench`` is this, and then the report. What is done is kept as ``FOLDER/steps/*.json``, so
that a run that was interrupted goes on where it was; remove that folder to begin anew. ``--all``
has this project take in every page of the news as well, alone.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.measure_retrieval import read_rows
from benchmarks.side_by_side.material import NEWS, SCIFACT, SPANS, Material, Question, draw
from benchmarks.side_by_side.quality import RETRIEVED, Judge
from benchmarks.side_by_side.running import bytes_on_disk, clock_first_answer, start
from benchmarks.side_by_side.systems import (
    OURS,
    System,
    find_model,
    list_systems,
    make_environments,
)

ROUNDS = 3
PASSAGES = 10  # that are retrieved for a question
BATCH = 100  # pages that are handed over at once when all are taken in


class Bench:
    """The steps of a run; each is done once and kept."""

    def __init__(self, folder: Path, model: Path) -> None:
        self._folder = folder
        self._model = model
        self._steps = folder / "steps"
        self._steps.mkdir(parents=True, exist_ok=True)

    def once(self, name: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Does a step, or gives what it gave before."""
        file = self._steps / f"{name}.json"
        if not file.is_file():
            started = time.monotonic()
            result = work()
            new = file.with_suffix(".new")
            new.write_text(json.dumps(result), encoding="utf-8")
            new.replace(file)
            print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
        done: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return done

    def round(self, system: System, number: int, material: Material, rounds: int) -> dict[str, Any]:
        """Takes a share of the pages in on top of those before, then starts anew and asks."""
        ids = list(material.documents)[number::rounds]
        library = self._library(system, f"{NEWS}-{number}", f"{NEWS}-{number - 1}")
        texts = [{"id": id_, "text": material.documents[id_]} for id_ in ids]
        with start(system, library, self._model, self._log(system)) as running:
            seconds = running.ask({"take_in": texts})["seconds"]
            peak = running.peak
        kind = "answer" if system.name == OURS else "search"
        first = {kind: material.questions[0].text, "count": PASSAGES}
        return {
            "documents": len(ids),
            "characters": sum(len(document["text"]) for document in texts),
            "seconds": seconds,
            "peak_bytes": peak,
            "disk_bytes": bytes_on_disk(library),
            "first_answer_seconds": clock_first_answer(
                system, library, self._model, self._log(system), first
            ),
            **self._ask(system, library, material.questions),
        }

    def _ask(self, system: System, library: Path, questions: Sequence[Question]) -> dict[str, Any]:
        with start(system, library, self._model, self._log(system)) as running:
            running.ask({"search": questions[0].text, "count": PASSAGES})
            delays = [
                running.ask({"search": question.text, "count": PASSAGES})["seconds"]
                for question in questions
            ]
            answers = []
            if system.name == OURS:
                running.ask({"answer": questions[0].text})
                answers = [
                    running.ask({"answer": question.text})["seconds"] for question in questions
                ]
            return {
                "delays": delays,
                "answer_delays": answers,
                "asking_bytes": running.memory(),
            }

    def judge(
        self, system: System, name: str, material: Material, last: str = ""
    ) -> dict[str, Any]:
        """Judges what is retrieved; takes the documents in first where no library is named."""
        library = self._folder / "libraries" / system.name / last
        if not last:
            library = self._library(system, name)
        judge = Judge(material)
        with start(system, library, self._model, self._log(system)) as running:
            if not last:
                texts = [{"id": id_, "text": text} for id_, text in material.documents.items()]
                running.ask({"take_in": texts})
            for question in material.questions:
                found = running.ask({"search": question.text, "count": RETRIEVED})["passages"]
                if not found:
                    raise RuntimeError(f"{system.title} retrieved nothing; its log may say why.")
                judge.judge(question, found)
        return {**judge.figures(), "documents": len(material.documents)}

    def take_in_all(self, system: System, data: Path) -> dict[str, Any]:
        """Takes in every page of the news, and asks all of its questions."""
        rows = read_rows(data / "rag" / NEWS / "corpus.jsonl.gz")
        questions = read_rows(data / "rag" / NEWS / "questions.jsonl.gz")
        library = self._library(system, "all")
        texts = [
            {"id": str(i), "text": f"{row['title']}\n\n{row['text']}"} for i, row in enumerate(rows)
        ]
        with start(system, library, self._model, self._log(system)) as running:
            seconds = 0.0
            for first in range(0, len(texts), BATCH):
                batch = texts[first : first + BATCH]
                seconds += running.ask({"take_in": batch})["seconds"]
                print(f"{first + len(batch)} pages in {seconds:.0f} s", flush=True)
            peak = running.peak
        return {
            "documents": len(texts),
            "characters": sum(len(document["text"]) for document in texts),
            "seconds": seconds,
            "peak_bytes": peak,
            "disk_bytes": bytes_on_disk(library),
            **self._ask(system, library, [Question(q["question"], []) for q in questions]),
        }

    def _library(self, system: System, name: str, before: str = "") -> Path:
        """A new folder, with a copy of what the round before left: a step can be done again."""
        folder = self._folder / "libraries" / system.name / name
        shutil.rmtree(folder, ignore_errors=True)
        former = folder.with_name(before) if before else folder
        if former.is_dir():
            shutil.copytree(former, folder)
        return folder

    def _log(self, system: System) -> Path:
        return self._folder / "logs" / f"{system.name}.txt"


def measure(bench: Bench, systems: Sequence[System], data: Path, shrink: int = 1) -> dict[str, Any]:
    """Does all steps that are not done yet; gives what the report is made from."""
    news = draw(data, NEWS, shrink)
    results: dict[str, Any] = {"rounds": {}, "quality": {}}
    for number in range(ROUNDS):
        for system in turn(systems, number):
            name = f"round-{number}-{system.name}"
            result = bench.once(name, lambda s=system, n=number: bench.round(s, n, news, ROUNDS))
            results["rounds"].setdefault(system.name, []).append(result)
    for name in (NEWS, SCIFACT, SPANS):
        material = news if name == NEWS else draw(data, name, shrink)
        last = f"{NEWS}-{ROUNDS - 1}" if name == NEWS else ""
        for system in systems:
            result = bench.once(
                f"quality-{name}-{system.name}",
                lambda s=system, n=name, m=material, at=last: bench.judge(s, n, m, at),
            )
            results["quality"].setdefault(name, {})[system.name] = result
    return results


def turn(systems: Sequence[System], number: int) -> Iterable[System]:
    """The systems, another first in each round."""
    at = number % len(systems)
    return [*systems[at:], *systems[:at]]


def describe_machine() -> dict[str, Any]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    facts = dict(line.split(":", 1) for line in lines if ":" in line)
    facts = {key.strip(): value.strip() for key, value in facts.items()}
    flags = set(facts.get("flags", "").split())
    wanted = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")
    return {
        "processor": facts.get("model name", platform.processor()),
        "cores": sum(line.startswith("processor") for line in lines),
        "instructions": [flag for flag in wanted if flag in flags],
        "system": platform.system(),
        "python": platform.python_version(),
        "onnxruntime": version("onnxruntime"),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--folder", type=Path, default=Path(".bench"), help="git ignores it")
    parser.add_argument("--environments", action="store_true", help="make them and stop")
    parser.add_argument("--all", action="store_true", help="all pages, this project alone")
    parser.add_argument("--shrink", type=int, default=1, help="so many times less, for a trial")
    options = parser.parse_args()
    if not (options.data / "rag" / NEWS).is_dir() and not options.environments:
        print(f"The data is not here: {options.data} has no rag/{NEWS}.", file=sys.stderr)
        return 1
    environments = options.folder / "environments"
    make_environments(environments)
    if options.environments:
        return 0
    bench = Bench(options.folder, find_model(environments))
    systems = list_systems(environments)
    results = {
        "machine": describe_machine(),
        **measure(bench, systems, options.data, options.shrink),
    }
    if options.all:
        results["all"] = bench.once("all", lambda: bench.take_in_all(systems[0], options.data))
    file = options.folder / "results.json"
    file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"{file} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
