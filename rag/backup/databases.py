"""Databases that others have open: copied as at one moment, compared, and replaced whole."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from rag.store.connections import connect, told


def copy_database(source: Path, target: Path) -> None:
    """Makes a database equal to another, in one transaction of either."""
    with told(target):
        _copy(source, target)


def replace_database(target: Path, source: Path) -> None:
    """The same, where the target may be damaged: then a new file takes its place.

    Whoever has the target open reads on from it, and sees the other one at the next query.
    """
    with told(target):
        try:
            _copy(source, target)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise
            for ending in ("", "-wal", "-shm"):
                target.with_name(target.name + ending).unlink(missing_ok=True)
            _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    with closing(connect(source)) as original, closing(connect(target)) as copy:
        original.backup(copy)
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def read_schema_number(path: Path) -> int:
    with told(path), closing(connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def read_tables(path: Path) -> set[tuple[str, ...]]:
    """Gives all that the database is made of, each as its kind, its name and its columns."""
    with told(path), closing(connect(path)) as connection:
        return {
            (
                kind,
                name,
                *(
                    column
                    for (column,) in connection.execute(
                        "SELECT name FROM pragma_table_info(?)", (name,)
                    )
                ),
            )
            for kind, name in connection.execute("SELECT type, name FROM sqlite_master")
        }


def find_damage(path: Path) -> list[str]:
    """Gives what is wrong with a database as such."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            verdicts = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(10)")]
            strays = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as error:
        return [str(error)]
    return [verdict for verdict in verdicts if verdict != "ok"] + [str(row) for row in strays]


def count_conversations(path: Path) -> int:
    with told(path), closing(connect(path)) as connection:
        (count,) = connection.execute(
            "SELECT count(*) FROM conversations WHERE title <> ''"
        ).fetchone()
    return int(count)
