"""Documents in, out and kept: the only room that changes the library."""

from rag.library.edit import UNCHANGED
from rag.library.library import Library
from rag.library.plan import Change, ChangeKind, Plan
from rag.library.reports import Progress, Report
from rag.library.watch import Followed, Watcher
from rag.library.worker import stop_workers

__all__ = [
    "UNCHANGED",
    "Change",
    "ChangeKind",
    "Followed",
    "Library",
    "Plan",
    "Progress",
    "Report",
    "Watcher",
    "stop_workers",
]
