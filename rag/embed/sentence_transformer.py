"""Any model of the sentence-transformers family, run by PyTorch on the processor."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.embed.bundled import hash_file
from rag.errors import ModelMissing

if TYPE_CHECKING:
    from rag.embed.contract import Vectors

BATCH = 8  # texts; 32 are no quicker on two cores, and take 130 MB more at the peak


class SentenceTransformerEmbedder:
    """A model in a local folder, or by its name on the hub."""

    def __init__(self, model: str) -> None:
        """Loads nothing yet."""
        self._source = model
        self._name = _identify(model)
        self._model: Any = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimension(self) -> int:
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
            self._model = _load(self._source)
        return self._model


def _identify(model: str) -> str:
    weights = Path(model) / "model.safetensors"
    return f"{Path(model).name}@{hash_file(weights)[:12]}" if weights.is_file() else model


def _load(source: str) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging
    except ImportError as error:
        raise ModelMissing(
            f"The embedding model {source!r} needs a package that is not installed "
            f"({error.name}): install it with `pip install -r requirements.txt`, "
            "or unset RAG_EMBEDDING_MODEL for the bundled model."
        ) from error
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
