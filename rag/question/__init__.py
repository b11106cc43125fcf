"""A question as it is read: its form, the single questions inside it; and what to ask first."""

from rag.question.forms import SOCIAL, Form, Question, read_question, strip_source
from rag.question.language import find_foreign_language
from rag.question.parts import split_question
from rag.question.suggest import propose_questions

__all__ = [
    "SOCIAL",
    "Form",
    "Question",
    "find_foreign_language",
    "propose_questions",
    "read_question",
    "split_question",
    "strip_source",
]
