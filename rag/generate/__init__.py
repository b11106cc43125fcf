"""Passages to a written answer by a language model. LangChain is known to this room alone.

``writer`` is the way in; ``retriever`` is the door through which LangChain programs reach the
passages. Nothing here judges what was written: that is the gate's work.
"""

from rag.generate.choice import BUILT_IN, READER, Choice, check_choice, chosen_by
from rag.generate.model import KEYS, LanguageModel, OnText, estimate_tokens, open_model
from rag.generate.models import Models
from rag.generate.prompt import ask_with_passages
from rag.generate.writer import Draft, Find, OnStep, Writer

__all__ = [
    "BUILT_IN",
    "KEYS",
    "READER",
    "Choice",
    "Draft",
    "Find",
    "LanguageModel",
    "Models",
    "OnStep",
    "OnText",
    "Writer",
    "ask_with_passages",
    "check_choice",
    "chosen_by",
    "estimate_tokens",
    "open_model",
]
