"""The answers of a chat → claims to check; what people found of them → tables and questions."""

from rag.review.claims import Claim, Tally, list_claims, tally
from rag.review.export import to_csv, to_markdown
from rag.review.folder import ReadableLibrary, write_questions
from rag.review.questions import Row, make_questions, to_lines
from rag.review.standing import Standing, TextLibrary, find_standing

__all__ = [
    "Claim",
    "ReadableLibrary",
    "Row",
    "Standing",
    "Tally",
    "TextLibrary",
    "find_standing",
    "list_claims",
    "make_questions",
    "tally",
    "to_csv",
    "to_lines",
    "to_markdown",
    "write_questions",
]
