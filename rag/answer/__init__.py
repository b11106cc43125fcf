"""What a reader found to an answer: quotations with citations, each form of question in its way."""

from rag.answer.cite import LocatePage, cite
from rag.answer.part import Part, join_parts
from rag.answer.replies import UNCLEAR, reply
from rag.answer.respond import Respondent
from rag.answer.stopwatch import Stopwatch

__all__ = [
    "UNCLEAR",
    "LocatePage",
    "Part",
    "Respondent",
    "Stopwatch",
    "cite",
    "join_parts",
    "reply",
]
