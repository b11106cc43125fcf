"""Two command lines that add to one library at once lose nothing and double nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def rag(index: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "rag", *words],
        cwd=ROOT,
        env={**os.environ, "RAG_INDEX": str(index)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_add_at_once(tmp_path: Path) -> None:
    index = tmp_path / "index"
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        for i in range(3):
            (folder / f"{folder.name}{i}.txt").write_text(f"Report {i} of {folder.name} on rates.")
        (folder / f"{folder.name}-same.txt").write_text("Both folders hold these same words.")
    running = [(folder, rag(index, "add", str(folder))) for folder in folders]
    turned_away = []
    for folder, process in running:
        _, errors = process.communicate(timeout=120)
        if process.returncode:  # it came while the other one was writing, and says so
            assert "is changing this library; wait until it has finished" in errors
            turned_away.append(folder)
    assert len(turned_away) < 2
    for folder in turned_away:
        again = rag(index, "add", str(folder))
        again.communicate(timeout=120)
        assert again.returncode == 0
    listed, _ = rag(index, "docs", "--json").communicate(timeout=120)
    documents = json.loads(listed)
    names = [sorted(document["names"]) for document in documents]
    single = [[f"{folder}{i}.txt"] for folder in ("one", "two") for i in range(3)]
    assert sorted(names) == sorted([*single, ["one-same.txt", "two-same.txt"]])
