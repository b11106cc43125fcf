"""A PDF's original → its pages as pictures, and the place of any of its words on them.

The file is opened in a process of its own that has limits (``rag/isolate``), so that no PDF can
take down the process that asks.
"""

from rag.pages.find import BoxFinder
from rag.pages.layout import Box, PageLayout
from rag.pages.pages import PdfPages, width_for
from rag.pages.process import PageProcess

__all__ = [
    "Box", "BoxFinder", "PageLayout", "PageProcess", "PdfPages", "width_for",
]  # fmt: skip
