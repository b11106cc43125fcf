"""Passages to a written answer by a language model. LangChain is known to this room alone.

``writer`` is the way in; ``retriever`` is the door through which LangChain programs reach the
passages. Nothing here judges what was written: that is the gate's work.
"""

from rag.generate.model import BUILT_IN, LanguageModel, OnText, open_model
from rag.generate.writer import Draft, Writer

__all__ = ["BUILT_IN", "Draft", "LanguageModel", "OnText", "Writer", "open_model"]
