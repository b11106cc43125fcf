"""What a reader found to an answer: quotations with citations, each form of question in its way."""

from rag.answer.replies import UNCLEAR, reply
from rag.answer.respond import Respondent, Stopwatch, join_parts

__all__ = ["UNCLEAR", "Respondent", "Stopwatch", "join_parts", "reply"]
