"""A file → its text and chunks, read in a process of its own that has limits.

Whatever a file does to its parser (loop, crash, fill the memory) then ends that process, which is
replaced, and never the one that answers questions.
"""

from rag.isolate.process import ParserProcess, shared_parser

__all__ = ["ParserProcess", "shared_parser"]
