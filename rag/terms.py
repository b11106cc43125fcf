"""Text to content terms: lower case, without stop words, stemmed (Porter2, via Snowball)."""

from __future__ import annotations

import functools
import re
from typing import Any

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)

STOP_WORDS = frozenset(
    """a about above after again against all also am an and any are as at be because been
    before being below between both but by can cannot could did do does doing down during
    each either else ever few for from further had has have having he her here hers herself
    him himself his how however i if in into is it its itself just let like may me might
    more most much many must my myself no nor not now of off on once only or other ought our
    ours ourselves out over own please same shall she should so some such tell than that the
    their theirs them themselves then there these they this those through to too under until
    up upon us very was we were what when where whether which while who whom whose why will
    with would yes you your yours yourself""".split()
)


def extract_terms(text: str) -> list[str]:
    """Gives the content terms of a text in order, repetitions included."""
    words = (match.group().replace("’", "'") for match in WORD.finditer(text.lower()))
    return [stem(word) for word in words if word not in STOP_WORDS]


@functools.lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Gives the stem of one lower-case word; a possessive ending is dropped."""
    return str(_stemmer().stemWord(word.removesuffix("'s").removesuffix("'")))


@functools.lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")
