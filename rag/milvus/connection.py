"""A connection to a Milvus server, or to Milvus Lite over a file, and what goes wrong with it."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from rag.errors import LibraryBroken, LibraryBusy, LibraryError
from rag.settings import MILVUS_FILE

# Otherwise pymilvus reads a file .env into the environment, behind the settings' back.
os.environ.setdefault("PYTHON_DOTENV_DISABLED", "1")

import grpc
from pymilvus import MilvusClient, MilvusException
from pymilvus.client.types import Status
from pymilvus.exceptions import ErrorCode

CONNECT_SECONDS = 5.0
SECONDS = 60.0  # for one request; pymilvus tries again until then

_LOST = (
    Status.CONNECT_FAILED,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.UNAUTHENTICATED,
)

# What these log, with tracebacks, is raised as well; the gRPC server is Milvus Lite's.
for name in ("pymilvus", "milvus_lite", "grpc._server"):
    logging.getLogger(name).setLevel(logging.CRITICAL)


class MilvusConnection:
    """Made when it is first needed; for any number of threads."""

    def __init__(self, address: str) -> None:
        """``address`` is as in ``Settings.vectors``."""
        self._is_file = address.endswith(MILVUS_FILE)
        self._options: dict[str, str] = {"uri": address}
        self.place = address
        if not self._is_file:
            parts = urlsplit(address)
            token, _, self.place = parts.netloc.rpartition("@")
            self._options = {
                "uri": f"{parts.scheme}://{self.place}",
                "token": unquote(token),
                "db_name": parts.path.strip("/"),
            }
        self._guard = threading.Lock()
        self._client: Any = None

    def call(self, method: str, *values: Any, **options: Any) -> Any:
        """Calls a method of ``MilvusClient``.

        Raises:
            LibraryBusy, LibraryBroken: as their sentences say.
        """
        with self.told():
            return getattr(self._connect(), method)(*values, timeout=SECONDS, **options)

    def close(self) -> None:
        with self._guard:
            if self._client is not None:
                self._client.close()
                self._client = None

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turns errors of Milvus into the library's."""
        try:
            yield
        except (MilvusException, grpc.RpcError, grpc.FutureTimeoutError) as error:
            raise self._explain(error) from error

    def _connect(self) -> Any:
        with self._guard:
            if self._client is None:
                if self._is_file:
                    Path(self.place).parent.mkdir(parents=True, exist_ok=True)
                self._client = MilvusClient(**self._options, timeout=CONNECT_SECONDS)
            return self._client

    def _explain(self, error: Exception) -> LibraryError:
        if self._client is None and self._is_file:
            return LibraryBusy(
                f"Milvus Lite cannot open {self.place}: end the other process that has it open, or "
                "name a Milvus server in RAG_VECTORS, which several can use."
            )
        code = error.code() if isinstance(error, grpc.RpcError) else getattr(error, "code", None)
        if self._client is None or code in _LOST:
            return LibraryBroken(
                f"Milvus at {self.place} cannot be reached, or does not take the token: see that "
                "it runs and that RAG_VECTORS is right, then try again."
            )
        if code == grpc.StatusCode.DEADLINE_EXCEEDED or isinstance(error, grpc.FutureTimeoutError):
            return LibraryBusy(
                f"Milvus at {self.place} has not answered for {SECONDS:.0f} seconds, as where it "
                "loads or indexes much: try again in a moment."
            )
        if code == ErrorCode.COLLECTION_NOT_FOUND:
            return LibraryBroken(
                f"The vectors are not in Milvus at {self.place} any more: ask again, and they are "
                "built anew."
            )
        said = (str(getattr(error, "message", error)).strip().splitlines() or [""])[0]
        return LibraryBroken(
            f"Milvus at {self.place} refuses this ({said[:200]}): see its log; "
            "`python -m rag check --repair` builds the vectors anew."
        )
