"""Footnote: ask your documents, and check every answer.

The rooms stand in the order in which a question flows; see ``docs/architecture.md``.
"""

__version__ = "0.1.0"
