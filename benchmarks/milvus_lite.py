"""Fills Milvus Lite with made-up vectors; measures recall, questions and what kills leave behind.

    python -m benchmarks.milvus_lite --passages 20000 --kills 20

Vectors are 384 numbers around 2,000 centres. A question is the vector of a passage and one at
random that is three times as long, which is about as hard as real ones
(docs/decisions/0024-vectors-that-fit-their-size.md). Nothing of this tells how a cluster behaves.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.postgres_scale import CENTRES, DIMENSION, MODEL, draw, fill, timed, told
from rag.milvus import MilvusConnection, MilvusIndex, connection
from rag.milvus import index as room
from rag.store import SQLiteStore
from tests.shelves import make_document, make_source

BREADTHS = (128, 256, 512)

CHILD = """
import sys
from pathlib import Path
from benchmarks import milvus_lite
milvus_lite.change_for_ever(Path(sys.argv[1]))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--kills", type=int, default=20)
    options = parser.parse_args()
    connection.SECONDS = 3_600  # for Milvus Lite to index all at once
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options)
    with tempfile.TemporaryDirectory() as folder:
        kill(Path(folder), options.kills)
    return 0


def measure(folder: Path, options: argparse.Namespace) -> None:
    store = SQLiteStore(folder / "library.sqlite")
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(CENTRES, DIMENSION)).astype(np.float32)
    words = [f"word{i}" for i in range(1_000)]
    fill(store, options.passages // 1_000, rng, centres, words)  # type: ignore[arg-type]
    milvus = MilvusConnection(str(folder / "vectors.db"))
    index = MilvusIndex(milvus, store)
    print(f"built: {timed(lambda: index.follow(store, MODEL, save=True)):.1f} s")
    (collection,) = set(milvus.call("list_collections")) - {room.CATALOGUE}
    milvus.call("release_collection", collection)  # it is indexed in the background, but for this
    print(f"indexed: {timed(lambda: milvus.call('load_collection', collection)):.1f} s")
    rows = store.vectors_of(store.chunk_ids(), MODEL)
    ids, matrix = np.array(list(rows)), np.stack(list(rows.values()))
    noise = draw(rng, np.zeros((1, DIMENSION), np.float32), options.questions)
    questions = matrix[rng.choice(len(ids), options.questions)] + 3 * noise
    questions = (questions / np.linalg.norm(questions, axis=1, keepdims=True)).astype(np.float32)
    among = {"all": None, "a tenth": ids[::10].tolist(), "200": ids[:200].tolist(),
             "a half": rng.permutation(ids)[: len(ids) // 2].tolist()}  # fmt: skip
    chosen_breadth = room.BREADTH
    for breadth in BREADTHS:
        room.BREADTH = breadth
        recalls = [f"{name} {recall(index, rows, questions, some):.4f}"
                   for name, some in among.items()]  # fmt: skip
        print(f"candidates {breadth}: recall at 10 among {', '.join(recalls)}", flush=True)
        told("  all", lambda i: index.search(questions[i], 50), len(questions))
    room.BREADTH = chosen_breadth
    for name, some in among.items():
        told(f"among {name}", lambda i, some=some: index.search(questions[i], 50, some), 20)
    new = "".join(f"new passage {i}\n" for i in range(10))
    put(store, "new.txt", new)
    print(f"ten passages more: {timed(lambda: index.follow(store, MODEL, save=True)):.2f} s")
    store.remove(store.find("new.txt")[0].id)
    print(f"ten passages less: {timed(lambda: index.follow(store, MODEL, save=True)):.2f} s")
    print(f"all read: {timed(index.read_all):.1f} s; sound: {is_sound(store, index)}")
    again = MilvusIndex(milvus, store)
    print(f"opened: {timed(lambda: again.follow(store, MODEL, save=True)):.2f} s")
    megabytes = sum(p.stat().st_size for p in (folder / "vectors.db").rglob("*")) / 1e6
    print(f"{megabytes:.0f} MB")


def recall(
    index: MilvusIndex,
    rows: dict[int, np.ndarray],
    questions: np.ndarray,
    among: Sequence[int] | None,
) -> float:
    ids = np.array(list(rows) if among is None else among)
    matrix = np.stack([rows[id_] for id_ in ids.tolist()])
    hits = 0
    for question in questions:
        wanted = ids[np.argsort(-(matrix @ question), kind="stable")[:10]]
        found = [id_ for id_, _ in index.search(question, 10, among)]
        hits += len(set(wanted.tolist()) & set(found))
    return hits / (10 * len(questions))


def put(store: SQLiteStore, name: str, text: str) -> None:
    document = make_document(text)
    rows = np.random.default_rng(len(text)).normal(size=(len(document.vectors), DIMENSION))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    vectors = dict(zip(document.vectors, rows.astype(np.float16), strict=True))
    store.put(replace(document, model=MODEL, vectors=vectors), make_source(name))


def is_sound(store: SQLiteStore, index: MilvusIndex) -> bool:
    held, wanted = index.read_all(), store.vectors_of(store.chunk_ids(), MODEL)
    return held.keys() == wanted.keys() and all((held[i] == row).all() for i, row in wanted.items())


# Kills.


def change_for_ever(folder: Path) -> None:
    """Changes a store and has Milvus Lite follow, a few rows at a time, until it is killed."""
    room.ROWS_AT_A_TIME = room.IDS_AT_A_TIME = 5
    store = SQLiteStore(folder / "library.sqlite")
    index = MilvusIndex(MilvusConnection(str(folder / "vectors.db")), store)
    index.follow(store, MODEL, save=True)
    print("ready", flush=True)
    while True:
        number = store.generation()
        put(store, f"{number}.txt", "".join(f"passage {number} {i}\n" for i in range(20)))
        documents = store.documents()
        if len(documents) > 5:
            store.remove(random.choice(documents).id)
        if number % 10 == 0:
            index.rebuild(store, MODEL)
        index.follow(store, MODEL, save=True)


def kill(folder: Path, times: int) -> None:
    behind = 0
    for number in range(times):
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(folder)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(random.Random(number).uniform(0.1, 1.5))
        child.kill()
        child.wait()
        # In a process of its own, since Milvus Lite keeps the file until its process ends.
        found = subprocess.run(
            [sys.executable, "-c", "import sys; from pathlib import Path; from benchmarks import "
             "milvus_lite as m; print(m.look(Path(sys.argv[1])))", str(folder)],
            stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        was_level, sound = re.findall(r"True|False", found.stdout)
        behind += was_level == "False"
        if sound == "False":
            print(f"kill {number} left a wrong index")
            return
    print(f"{times} kills, {behind} in the middle of following; sound after each")


def look(folder: Path) -> tuple[bool, bool]:
    """Tells whether the index was level, and whether it is what it should be once it follows."""
    store = SQLiteStore(folder / "library.sqlite")
    index = MilvusIndex(MilvusConnection(str(folder / "vectors.db")), store)
    level = index._read_level(store.library_id, MODEL)
    was_level = level is not None and level.generation == store.generation()
    index.follow(store, MODEL, save=True)
    return was_level, is_sound(store, index)


if __name__ == "__main__":
    sys.exit(main())
