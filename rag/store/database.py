"""What the SQL of this room asks of a database: one dialect, with the few differences behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Cursor(Protocol):
    @property
    def description(self) -> Any: ...

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A connection whose statements are written in what SQLite and PostgreSQL have in common.

    Values stand for question marks; ``x''`` are no bytes.
    """

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Cursor: ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Any: ...

    def among(self, column: str, values: Collection[int] | Collection[str]) -> tuple[str, Any]:
        """Gives the condition that a column has one of these values, and its one value."""
        ...

    def write_vector(self, vector: NDArray[np.float16]) -> Any: ...

    def read_vector(self, value: Any) -> NDArray[np.float32]: ...

    def number_columns(self, table: str) -> set[str]:
        """Gives the columns that the database itself numbers."""
        ...

    def references(self, table: str) -> list[tuple[str, str, str]]:
        """Gives what a table's rows refer to: the other table, the column here, the key there."""
        ...


class Connections(Protocol):
    """Lends connections, each to one thread at a time."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Lends a connection whose statements all see one state of the database."""
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """Lends a connection for one transaction: all of it is durable afterwards, or none."""
        ...

    def plain(self) -> AbstractContextManager[Connection]:
        """Lends a connection outside any transaction."""
        ...

    def close(self) -> None: ...
