"""The word index: chunks by BM25, derived from the store and kept by tantivy."""

from rag.words.contract import ChunkSource, WordIndex
from rag.words.index import MOST_QUERY_WORDS, TantivyIndex

__all__ = ["MOST_QUERY_WORDS", "ChunkSource", "TantivyIndex", "WordIndex"]
