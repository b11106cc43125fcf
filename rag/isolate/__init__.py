"""A file → its text and chunks, read in a process of its own that has limits.

Whatever a file does to its parser (loop, crash, fill the memory) then ends that process, which is
replaced, and never the one that answers questions. ``LimitedProcess`` is that process for any work;
``rag/pages`` draws with one.
"""

from rag.isolate.parser import ParserProcess, shared_parser
from rag.isolate.process import Crashed, LimitedProcess, TookTooLong

__all__ = ["Crashed", "LimitedProcess", "ParserProcess", "TookTooLong", "shared_parser"]
