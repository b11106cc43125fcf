"""A text → its fingerprint; two fingerprints → how much of their wording the texts share.

The method is Broder's ("On the resemblance and containment of documents", 1997): a text is the set
of its shingles, each some words in a row, and the share of equal minima under many random orders
of all shingles estimates the share of shingles that two texts have in common. Bands of several
minima, as in locality-sensitive hashing, let an index find the texts that may be alike.
"""

from __future__ import annotations

import functools
import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

SHINGLE_WORDS = 3
FEWEST_WORDS = 20  # a shorter text is compared as a whole
MINIMA = 128  # the estimate is off by four points in a hundred, at the worst share of a half
BANDS, BAND_MINIMA = 20, 3  # at a share of a half 93 in a hundred are found, at 60 % 99
MOST_SHINGLES = 20_000  # of a longer text, those with the smallest hashes stand for the rest
LIKELY = 0.5  # the share from which two texts are likely duplicates (decision 0011)

_SEGMENT = 1_000_000  # characters that are looked at in one go
_SEPARATOR, _LETTER, _WORD_BY_ITSELF = 0, 1, 2
_WITHOUT_SPACES = ((0x0E00, 0x0EFF), (0x3040, 0x30FF), (0x3400, 0x9FFF), (0x20000, 0x3FFFF))


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of a text to compare it.

    Attributes:
        words: hash of all its words in order; empty where it has none.
        minima: the smallest hashes, as bytes; empty where it has few words.
    """

    words: bytes
    minima: bytes


def make_fingerprint(text: str) -> Fingerprint:
    """Makes a fingerprint; case, punctuation, white space and compatible letters do not matter."""
    import numpy as np

    digest, count = hashlib.blake2b(digest_size=16), 0
    before = np.empty(0, dtype=np.uint64)
    smallest = np.empty(0, dtype=np.uint64)
    for hashes in _iterate_word_hashes(text):
        digest.update(hashes.astype("<u8").tobytes())
        count += len(hashes)
        run = np.concatenate([before, hashes])
        smallest = _keep_smallest(smallest, _hash_shingles(run))
        before = run[-(SHINGLE_WORDS - 1) :]
    minima = _find_minima(smallest) if count >= FEWEST_WORDS else b""
    return Fingerprint(digest.digest() if count else b"", minima)


def estimate_share(one: Fingerprint, other: Fingerprint) -> float:
    """Gives the estimated share of shingles that two texts have in common, 0 to 1."""
    import numpy as np

    if one.words and one.words == other.words:
        return 1.0
    if not one.minima or not other.minima:
        return 0.0
    equal = np.frombuffer(one.minima, "<u4") == np.frombuffer(other.minima, "<u4")
    return float(equal.mean())


def band_keys(minima: bytes) -> list[int]:
    """Gives what texts that are alike most likely have one of in common, 64 bits with a sign."""
    import numpy as np

    if not minima:
        return []
    banded = np.frombuffer(minima, "<u4")[: BANDS * BAND_MINIMA].astype(np.uint64)
    keys = np.arange(BANDS, dtype=np.uint64)
    for column in banded.reshape(BANDS, BAND_MINIMA).T:
        keys = _mix(keys * np.uint64(0x9E3779B97F4A7C15) + column)
    return [int(key) for key in keys.view(np.int64)]


def _iterate_word_hashes(text: str) -> Iterator[Hashes]:
    start = 0
    while start < len(text):
        end = start + _SEGMENT
        if end < len(text):  # a word is not cut, if it is one
            space = max(text.rfind(" ", start, end), text.rfind("\n", start, end))
            end = space + 1 if space > start else end
        yield _hash_words(text[start:end])
        start = end


def _hash_words(text: str) -> Hashes:
    """Hashes each word: the sum of its characters, each times a power by its place."""
    import numpy as np

    folded = unicodedata.normalize("NFKC", text).casefold()
    codes = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    kinds = _kinds()[codes]
    follows = np.zeros(len(kinds), dtype=bool)
    follows[1:] = (kinds[1:] == _LETTER) & (kinds[:-1] == _LETTER)
    inside = kinds != _SEPARATOR
    starts = np.flatnonzero(~follows[inside])
    if not len(starts):
        return np.empty(0, dtype=np.uint64)
    letters = codes[inside].astype(np.uint64)
    lengths = np.diff(starts, append=len(letters))
    places = np.arange(len(letters)) - np.repeat(starts, lengths)
    powers = _random_numbers(64, seed=1)
    return _mix(np.add.reduceat((letters + np.uint64(1)) * powers[places % 64], starts))


def _hash_shingles(words: Hashes) -> Hashes:
    import numpy as np

    count = max(len(words) - SHINGLE_WORDS + 1, 0)
    total = np.zeros(count, dtype=np.uint64)
    for place, factor in enumerate(_random_numbers(SHINGLE_WORDS, seed=2)):
        total += words[place : place + count] * factor
    return _mix(total)


def _keep_smallest(smallest: Hashes, more: Hashes) -> Hashes:
    import numpy as np

    if len(smallest) == MOST_SHINGLES:
        more = more[more < smallest[-1]]
    return np.unique(np.concatenate([smallest, more]))[:MOST_SHINGLES]


def _find_minima(shingles: Hashes) -> bytes:
    import numpy as np

    factors = _random_numbers(MINIMA, seed=3) | np.uint64(1)
    summands = _random_numbers(MINIMA, seed=4)
    minima = [
        (shingles * factor + summand).min() >> np.uint64(32)
        for factor, summand in zip(factors, summands, strict=True)
    ]
    return np.array(minima, dtype="<u4").tobytes()


@functools.cache
def _kinds() -> NDArray[np.uint8]:
    """What each character is to a word; scripts without spaces count by the character."""
    import numpy as np

    kinds = np.array([chr(code).isalnum() for code in range(0x110000)], dtype=np.uint8)
    for first, last in _WITHOUT_SPACES:
        kinds[first : last + 1] *= _WORD_BY_ITSELF
    return kinds


def _random_numbers(count: int, seed: int) -> Hashes:
    """Gives the same numbers on every machine, for fingerprints are kept."""
    import numpy as np

    places = np.arange(1, count + 1, dtype=np.uint64) + (np.uint64(seed) << np.uint64(32))
    return _mix(places * np.uint64(0x9E3779B97F4A7C15))


def _mix(numbers: Hashes) -> Hashes:
    """Spreads each number over all 64 bits (the last steps of SplitMix64)."""
    import numpy as np

    mixed = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
