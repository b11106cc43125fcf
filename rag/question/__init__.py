"""A question as it is read: its form, and the single questions inside it."""

from rag.question.forms import SOCIAL, Form, Question, read_question, strip_source
from rag.question.language import find_foreign_language
from rag.question.parts import split_question

__all__ = [
    "SOCIAL",
    "Form",
    "Question",
    "find_foreign_language",
    "read_question",
    "split_question",
    "strip_source",
]
