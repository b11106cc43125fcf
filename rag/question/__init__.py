"""A question as it is read: its form, its parts; and what to ask first, and next."""

from rag.question.forms import SOCIAL, Form, Question, read_question, strip_source
from rag.question.headings import FollowUp, propose_follow_ups
from rag.question.language import find_foreign_language
from rag.question.parts import split_question
from rag.question.suggest import propose_questions

__all__ = [
    "SOCIAL",
    "FollowUp",
    "Form",
    "Question",
    "find_foreign_language",
    "propose_follow_ups",
    "propose_questions",
    "read_question",
    "split_question",
    "strip_source",
]
