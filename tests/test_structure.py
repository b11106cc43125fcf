"""Imports point one way, and each foreign library is known to one room."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# fmt: off
# Each room may import the rooms named here, and records, errors and settings besides.
MAY_IMPORT: dict[str, set[str]] = {
    "records": set(),
    "errors": set(),
    "settings": set(),
    "sentences": set(),
    "language": set(),
    "likeness": set(),
    "terms": set(),
    "instructions": set(),
    "parse": {"instructions"},
    "chunks": {"sentences"},
    "isolate": {"chunks", "parse"},
    "pages": {"isolate", "parse"},
    "embed": set(),
    "files": set(),
    "locks": {"files"},
    "fetch": {"files"},
    "store": {"files", "likeness"},
    "redact": set(),
    "history": {"redact"},
    "exchange": {"history", "redact"},
    "review": {"exchange", "history", "redact"},
    "backup": {"files", "history", "locks", "store"},
    "vectors": {"files", "locks", "store"},
    "words": {"files", "store", "terms"},
    "postgres": {"files", "locks", "store", "vectors", "words"},
    "milvus": {"store", "vectors"},
    "retrieve": {"embed"},
    "quote": {"sentences", "terms"},
    "statements": {"quote", "sentences"},
    "reader": {"embed", "quote", "statements", "terms"},
    "conversation": {"question", "sentences", "terms"},
    "spelling": {"question", "terms"},
    "question": {"chunks", "terms"},
    "answer": {"question", "quote", "reader", "sentences", "statements", "terms"},
    "compare": {"answer", "gate", "question", "quote", "sentences", "statements", "terms"},
    "library": {
        "backup", "isolate", "chunks", "embed", "files", "language", "likeness", "locks",
        "milvus", "postgres", "store", "vectors", "words",
    },
    "gate": {"answer", "instructions", "question", "reader", "sentences", "terms"},
    "generate": set(),
    "trial": {"gate", "generate"},
    "written": {"answer", "gate", "generate", "reader"},
    "assistant": {
        "answer", "compare", "conversation", "embed", "fetch", "generate", "library", "question",
        "reader", "retrieve", "spelling", "terms", "written",
    },
    "evaluate": {"assistant", "files"},
    "turns": set(),
    "api": {"assistant", "library", "turns"},
    "mcp": {"assistant", "turns"},
    "cli": {
        "api", "assistant", "backup", "evaluate", "fetch", "history", "library", "mcp",
        "review", "turns",
    },
    "__main__": {"cli"},
    "__init__": set(),
}
# fmt: on
GROUND = {"records", "errors", "settings"}
MAY_GROUND = {"records": set(), "errors": set(), "settings": {"errors"}}

AT_HOME = {
    "faiss": {"vectors"},
    "tantivy": {"words"},
    "sentence_transformers": {"embed"},
    "transformers": {"embed", "reader"},
    "sqlite3": {"store", "history", "backup"},
    "psycopg": {"postgres"},
    "pymilvus": {"milvus"},
    "grpc": {"milvus"},
    "py3langid": {"language"},
    "urllib3": {"fetch"},
    "certifi": {"fetch"},
    "watchdog": {"library"},
    "pypdfium2": {"pages", "parse"},
    "docx": {"parse"},
    "pptx": {"parse"},
    "openpyxl": {"parse"},
    "striprtf": {"parse"},
    "rapidocr": {"parse"},
    "trafilatura": {"parse"},
    "lxml": {"parse"},
    "charset_normalizer": {"parse"},
    "langchain": {"generate"},
    "langchain_core": {"generate"},
    "langsmith": {"generate"},
    "httpx": {"generate"},
    "fastapi": {"api"},
    "starlette": {"api"},
    "uvicorn": {"api"},
    "mcp": {"mcp"},
    "snowballstemmer": {"terms"},
    "filelock": {"locks"},
    "streamlit": set(),
    "torch": {"embed", "reader"},
    "onnxruntime": {"embed", "reader"},
    "tokenizers": {"embed", "reader"},
}


def room_of(path: Path) -> str:
    return path.relative_to(ROOT / "rag").parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found.add(node.module or "")
            if node.module == "rag":
                found |= {f"rag.{alias.name}" for alias in node.names}
    return found


def imports_inside(room: Path) -> dict[str, set[str]]:
    """Gives each file of a room with the files beside it that it imports."""
    files = {".".join(f.relative_to(ROOT).with_suffix("").parts): f for f in room.glob("*.py")}
    return {name: imports_of(file) & files.keys() for name, file in files.items()}


FILES = sorted((ROOT / "rag").rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    room = room_of(path)
    others = {name.split(".")[1] for name in imports_of(path) if name.startswith("rag.")}
    others -= {"__version__"}
    allowed = MAY_GROUND.get(room, GROUND | MAY_IMPORT[room]) | {room}
    assert others <= allowed, f"{room} must not know {others - allowed}"


@pytest.mark.parametrize("room", sorted({path.parent for path in FILES}), ids=lambda p: p.name)
def test_imports_inside_a_room_point_one_way(room: Path) -> None:
    TopologicalSorter(imports_inside(room)).prepare()  # raises CycleError


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_foreign_libraries_stay_in_their_room(path: Path) -> None:
    for name in imports_of(path):
        library = name.split(".")[0]
        assert room_of(path) in AT_HOME.get(library, {room_of(path)}), f"{path} imports {library}"


def test_the_rule_bites(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text("import faiss\nfrom rag.library import Library\nfrom rag import cli\n")
    assert imports_of(file) == {"faiss", "rag.library", "rag", "rag.cli"}


def test_the_rule_inside_a_room_bites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    (tmp_path / "one.py").write_text("import two\n")
    (tmp_path / "two.py").write_text("import one\n")
    with pytest.raises(CycleError):
        test_imports_inside_a_room_point_one_way(tmp_path)


def test_no_pickle() -> None:
    for path in FILES:
        assert not {"pickle", "dill", "joblib", "shelve", "marshal"} & imports_of(path)
