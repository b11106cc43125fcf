"""A text that a language model wrote to sentences, each held to the passages it was written from.

Whoever wrote it and whatever it claims to cite: sentence and passages alone decide.
"""

from rag.gate.judge import Judgement, Limits, judge, judge_sentence
from rag.gate.plain import to_sentences
from rag.gate.present import Held, hold
from rag.gate.sources import read_sources

__all__ = [
    "Held",
    "Judgement",
    "Limits",
    "hold",
    "judge",
    "judge_sentence",
    "read_sources",
    "to_sentences",
]
