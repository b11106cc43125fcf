"""What several documents say of one thing: the same, or something else.

No language model takes part: what two sentences count, date, permit and deny is read by rule.
"""

from rag.compare.sources import compare_sources

__all__ = ["compare_sources"]
