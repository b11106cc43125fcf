"""Documents in, out and kept: the only room that changes the library."""

from rag.library.edit import UNCHANGED
from rag.library.library import Library
from rag.library.reports import Progress, Report

__all__ = ["UNCHANGED", "Library", "Progress", "Report"]
