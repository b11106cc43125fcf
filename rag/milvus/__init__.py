"""The vectors in Milvus, for libraries whose vectors no longer fit one server."""

from rag.milvus.connection import MilvusConnection
from rag.milvus.index import MilvusIndex

__all__ = ["MilvusConnection", "MilvusIndex"]
