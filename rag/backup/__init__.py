"""Library and conversations → one file, and back, while the chat runs."""

from rag.backup.manifest import Manifest
from rag.backup.restore import finish_restore, restore_backup
from rag.backup.write import write_backup
from rag.errors import LibraryError
from rag.settings import Settings

__all__ = [
    "IN_A_DATABASE",
    "Manifest",
    "finish_restore",
    "refuse_database",
    "restore_backup",
    "write_backup",
]

IN_A_DATABASE = (
    "This library is in PostgreSQL: back it up with pg_dump and put it back with pg_restore; the "
    "chats are beside it, in history.sqlite in the folder of RAG_INDEX."
)


def refuse_database(settings: Settings) -> None:
    """Raises LibraryError where the library is not in a folder, which alone is backed up here."""
    if settings.library:
        raise LibraryError(IN_A_DATABASE)
