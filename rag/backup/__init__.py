"""Library and conversations → one file, and back, while the chat runs."""

from rag.backup.manifest import Manifest
from rag.backup.restore import finish_restore, restore_backup
from rag.backup.write import write_backup

__all__ = ["Manifest", "finish_restore", "restore_backup", "write_backup"]
