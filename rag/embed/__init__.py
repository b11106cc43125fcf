"""Texts to vectors."""

from __future__ import annotations

from rag.embed.contract import Embedder

__all__ = ["Embedder", "make_embedder"]


def make_embedder(model: str = "") -> Embedder:
    """Finds the model, and loads nothing yet.

    Args:
        model: as in ``Settings.embedding_model``: nothing for the bundled all-MiniLM-L6-v2, else a
            sentence-transformers model, as a local folder or by its name on the hub.

    Raises:
        ModelMissing: what the model needs is not installed.
    """
    if not model:
        from rag.embed.minilm import MiniLmEmbedder

        return MiniLmEmbedder()
    from rag.embed.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(model)
