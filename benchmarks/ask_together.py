"""How long people wait who ask at once, by their number; the plot of it.

The app is served with the sample corpus, and each person is a thread that asks three questions of
``/api/ask``, one after the other; the browser chat takes turns in the same way (``rag/turns.py``).
``python -m benchmarks.ask_together [--plot FILE.svg] [PEOPLE …]``
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from statistics import median, quantiles

from benchmarks.first_paint import ROOT, Served

QUESTIONS = (
    "What does the Central Bank want?",
    "When did the pilot of the digital ruble begin?",
    "Who may mine in Russia?",
    "What is a stablecoin?",
    "How much electricity does mining use in Russia?",
    "What did the letter ask for?",
    "Which countries ban crypto?",
)
EACH = 3
TOKEN = "of-the-benchmark-alone"
PEOPLE = (1, 2, 5, 10, 20, 30)


def main() -> int:
    """Measures each number of people, and prints and plots it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", nargs="*", type=int, default=PEOPLE)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "RAG_INDEX": f"{folder}/index", "RAG_API_TOKEN": TOKEN}
        sync = [sys.executable, "-m", "rag", "sync", "corpus"]
        subprocess.run(sync, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        with Served("streamlit_app.py", environment) as address:
            ask(address, QUESTIONS[0])  # loads the models
            figures = {people: measure(address, people) for people in options.people}
    if options.plot:
        plot(figures, options.plot)
    return 0


def measure(address: str, people: int) -> tuple[float, float]:
    """Gives median and 95th percentile in seconds, and prints them with failures and turns."""
    waits: list[list[float]] = [[] for _ in range(people)]
    failures: list[str] = []

    def person(number: int) -> None:
        for turn in range(EACH):
            began = time.monotonic()
            try:
                ask(address, QUESTIONS[(number + turn) % len(QUESTIONS)])
            except OSError as error:
                failures.append(str(error))
            waits[number].append(time.monotonic() - began)

    began = time.monotonic()
    threads = [threading.Thread(target=person, args=(n,)) for n in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    every = sorted(wait for own in waits for wait in own)
    p95 = quantiles(every, n=20, method="inclusive")[-1]
    sums = [sum(own) for own in waits]
    print(
        f"{people:3} people: median {median(every):.2f} s, 95th percentile {p95:.2f} s, "
        f"{len(every) / took:.1f} answers a second, {len(failures)} failures, "
        f"the last person waited {max(sums) / min(sums):.2f} times as long as the first",
        flush=True,
    )
    return median(every), p95


def ask(address: str, question: str) -> None:
    """Asks one question; a status of failure is an OSError."""
    request = urllib.request.Request(
        f"{address}/api/ask",
        json.dumps({"question": question}).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {TOKEN}"},
    )
    with urllib.request.urlopen(request, timeout=300) as response:
        assert json.load(response)["status"] in {"answered", "abstained"}


def plot(figures: dict[int, tuple[float, float]], file: Path) -> None:
    """Draws median and 95th percentile against the number of people."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 3.5))
    people = sorted(figures)
    axes.plot(people, [figures[n][0] for n in people], marker="o", label="median")
    axes.plot(people, [figures[n][1] for n in people], marker="o", label="95th percentile")
    axes.set_xlabel("people who ask at once")
    axes.set_ylabel("seconds")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})


if __name__ == "__main__":
    sys.exit(main())
