"""What the embedded library keeps in files beside its store, as rows: uploads, and their bytes that
wait. Every machine that shares the library has them, and a backup of the database holds them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

from rag.errors import UnreadableDocument
from rag.files import ending_of, write_durably
from rag.postgres.connections import PostgresConnections


class PostgresOriginals:
    """See ``library.originals``. What is looked at is copied to ``folder``, for the viewer."""

    def __init__(self, connections: PostgresConnections, folder: Path) -> None:
        self._connections = connections
        self._folder = folder

    def keep(self, data: bytes, sha256: str, name: str) -> None:
        with self._connections.writing() as connection:
            connection.execute(
                "INSERT INTO originals VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (sha256, ending_of(name), data),
            )

    def find(self, sha256: str) -> Path | None:
        with self._connections.plain() as connection:
            row = connection.execute(
                "SELECT ending FROM originals WHERE sha256 = ?", (sha256,)
            ).fetchone()
            if row is None:
                return None
            path = self._folder / f"{sha256}{row[0]}"
            if path.exists():
                return path
            (data,) = connection.execute(
                "SELECT data FROM originals WHERE sha256 = ?", (sha256,)
            ).fetchone()

        def write(temporary: Path) -> str:
            temporary.write_bytes(data)
            return path.name

        return write_durably(self._folder, write)

    def remove_all_but(self, wanted: Collection[str]) -> None:
        with self._connections.writing() as connection:
            connection.execute("DELETE FROM originals WHERE sha256 <> ALL(?)", (list(wanted),))
        # Copies on other machines go when those next change the library, or with their folder.
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                if path.name[:64] not in wanted:
                    path.unlink(missing_ok=True)

    def problems(self, wanted: Collection[str]) -> list[str]:
        found = {sha256: self._is_damaged(sha256) for sha256 in self._kept()}
        return [
            *(
                f"The original {sha256} is missing: add its file again."
                for sha256 in sorted(set(wanted) - found.keys())
            ),
            *(
                f"The original {sha256} is damaged: add its file again."
                for sha256, is_damaged in found.items()
                if is_damaged and sha256 in wanted
            ),
            *(
                f"The original {sha256} belongs to no document."
                for sha256 in found
                if sha256 not in wanted
            ),
        ]

    def drop_damaged(self) -> None:
        damaged = [(sha256,) for sha256 in self._kept() if self._is_damaged(sha256)]
        with self._connections.writing() as connection:
            connection.executemany("DELETE FROM originals WHERE sha256 = ?", damaged)

    def _kept(self) -> list[str]:
        with self._connections.plain() as connection:
            found = connection.execute("SELECT sha256 FROM originals ORDER BY sha256").fetchall()
        return [sha256 for (sha256,) in found]

    def _is_damaged(self, sha256: str) -> bool:
        with self._connections.plain() as connection:
            row = connection.execute(
                "SELECT data FROM originals WHERE sha256 = ?", (sha256,)
            ).fetchone()
        return row is not None and hashlib.sha256(row[0]).hexdigest() != sha256


class PostgresIncoming:
    """See ``library.incoming``."""

    def __init__(self, connections: PostgresConnections) -> None:
        self._connections = connections

    def keep(self, job_id: str, data: bytes) -> None:
        with self._connections.writing() as connection:
            connection.execute("INSERT INTO incoming VALUES (?, ?)", (job_id, data))

    def read(self, job_id: str, name: str) -> bytes:
        with self._connections.plain() as connection:
            row = connection.execute(
                "SELECT data FROM incoming WHERE job = ?", (job_id,)
            ).fetchone()
        if row is None:
            raise UnreadableDocument(f'"{name}" is not there any more; add it again.')
        return bytes(row[0])

    def remove(self, job_ids: Collection[str]) -> None:
        with self._connections.writing() as connection:
            connection.execute("DELETE FROM incoming WHERE job = ANY(?)", (list(job_ids),))

    def remove_all_but(self, job_ids: Collection[str]) -> None:
        with self._connections.writing() as connection:
            connection.execute("DELETE FROM incoming WHERE job <> ALL(?)", (list(job_ids),))
