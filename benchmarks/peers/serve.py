"""The contract of the benchmark: documents in, passages out, in JSON lines.

An adapter runs in its peer's own environment and imports nothing of this project but this file:

    python -m benchmarks.peers.chroma.adapter FOLDER MODEL

It keeps what it takes in under ``FOLDER``, embeds with the sentence-transformers folder ``MODEL``
and answers each line of its standard input with one on its standard output. The first that it
writes says that it is ready, its libraries imported and its model run once.

    {"take_in": [{"id": "7", "text": "…"}]} → {"seconds": 1.5}, durable on disk by then
    {"search": "who …?", "count": 10} → {"seconds": 0.01, "passages": [{"id": "7", "text": "…"}]}
    {"answer": "who …?"} → {"seconds": 0.2}, of this project alone
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol


class Peer(Protocol):
    """What an adapter's class does; it is made with its folder and the model's."""

    def take_in(self, documents: list[dict[str, str]]) -> Callable[[], None]:
        """Gives what takes documents in and keeps them; only the call of that is timed."""
        ...

    def search(self, question: str, count: int) -> list[dict[str, str]]:
        """Gives the best passages, best first: the id of the document and the passage's text."""
        ...


def serve(make_peer: Callable[[Path, str], Peer]) -> None:
    """Serves one adapter until its standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # libraries print
    peer = make_peer(Path(sys.argv[1]), sys.argv[2])
    _write(answers, {"ready": True})
    for line in sys.stdin:
        _write(answers, _do(peer, json.loads(line)))


def _do(peer: Any, request: dict[str, Any]) -> dict[str, Any]:
    if "take_in" in request:
        return {"seconds": _clock(peer.take_in(request["take_in"]))[0]}
    if "search" in request:
        seconds, found = _clock(lambda: peer.search(request["search"], request["count"]))
        return {"seconds": seconds, "passages": found}
    return {"seconds": _clock(lambda: peer.answer(request["answer"]))[0]}


def _clock(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def _write(answers: Any, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
