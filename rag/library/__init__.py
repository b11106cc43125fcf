"""Documents in, out and kept: the only room that changes the library."""

from rag.library.library import Library
from rag.library.reports import Progress, Report
from rag.library.worker import stop_workers

__all__ = ["Library", "Progress", "Report", "stop_workers"]
