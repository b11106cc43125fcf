"""One adapter's process: asked in JSON lines, and watched from outside."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.systems import System

ROOT = Path(__file__).parents[2]
LOOK_SECONDS = 0.1  # between two looks at the memory
# Nothing may be fetched or told to anybody while it is measured.
SILENT = {
    "HF_HUB_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "ANONYMIZED_TELEMETRY": "False",
    "TOKENIZERS_PARALLELISM": "true",
}


class Running:
    """A system that is ready to be asked.

    Attributes:
        peak: the most private memory of the process and its children so far, in bytes.
    """

    def __init__(self, process: subprocess.Popen[str], name: str) -> None:
        self._process = process
        self._name = name
        self.peak = 0

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Gives the answer to a request; see ``benchmarks/peers/serve.py``."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self.read()

    def read(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._name} has ended; its log says why.")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def memory(self) -> int:
        """Private bytes of the process and its children, without the files that they map."""
        now = sum(map(_private_bytes, _family(self._process.pid)))
        self.peak = max(self.peak, now)
        return now


@contextmanager
def start(system: System, folder: Path, model: Path, log: Path) -> Iterator[Running]:
    """Runs a system over the library in a folder until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [system.python, "-m", system.module, str(folder.resolve()), str(model.resolve())]
    over = threading.Event()
    with (
        log.open("a", encoding="utf-8") as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            env={**os.environ, **SILENT},
        ) as process,
    ):
        running = Running(process, system.title)

        def watch() -> None:
            while not over.wait(LOOK_SECONDS):
                running.memory()

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            running.read()
            yield running
        finally:
            over.set()
            watcher.join()
            assert process.stdin
            process.stdin.close()
            process.wait()


def clock_first_answer(
    system: System, folder: Path, model: Path, log: Path, request: dict[str, Any]
) -> float:
    """Seconds from the start of a process to its first answer."""
    started = time.perf_counter()
    with start(system, folder, model, log) as running:
        running.ask(request)
        return time.perf_counter() - started


def bytes_on_disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _family(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        for file in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                found += map(int, file.read_text().split())
            except OSError:  # it has just ended
                continue
    return found


def _private_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:  # it has just ended
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))
