"""A text → the language that most of it is written in."""

from __future__ import annotations

import functools
from typing import Any

FEWEST_LETTERS = 20
SURE = 0.6  # of 1; two languages by halves, and names or figures alone, stay below
STRETCHES = 5  # a foreword or a table in one place does not speak for the whole
STRETCH_CHARACTERS = 2_000


def find_language(text: str) -> str | None:
    """Gives the language as ISO 639-1 code; None where there is too little text, or no telling."""
    sample = _take_sample(text)
    if sum(character.isalpha() for character in sample) < FEWEST_LETTERS:
        return None
    language, confidence = _identifier().classify(sample)
    return str(language) if confidence >= SURE and language != _NO_LANGUAGE else None


def _take_sample(text: str) -> str:
    """Gives stretches from all over the text, whole where it is short."""
    if len(text) <= STRETCHES * STRETCH_CHARACTERS:
        return text
    step = (len(text) - STRETCH_CHARACTERS) // (STRETCHES - 1)
    starts = range(0, STRETCHES * step, step)
    return "\n".join(text[start : start + STRETCH_CHARACTERS] for start in starts)


_NO_LANGUAGE = "zxx"  # ISO 639's code for what is none: figures, signs


@functools.cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    two_letters = [label for label in identifier.labels if len(label) == 2]
    identifier.set_languages([*two_letters, _NO_LANGUAGE])
    return identifier
