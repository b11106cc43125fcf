"""The vector index: chunks by cosine, derived from the store, and as quick as its size lets it."""

from rag.vectors.contract import IndexState, VectorIndex, VectorSource
from rag.vectors.index import FaissIndex

__all__ = ["FaissIndex", "IndexState", "VectorIndex", "VectorSource"]
