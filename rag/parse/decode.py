"""Bytes → text: the encoding of a file that does not say how it was written."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_BYTES = 64 * 1024
_SHORT_BYTES = 300  # below it statistics of letters are a guess
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LARGEST_CONTROL_SHARE = 0.01
# Of the encodings that charset-normalizer knows, those that files are still found in.
_GUESSED = (
    *("cp932", "euc_jp", "gb18030", "big5", "cp949", "euc_kr", "cp1250", "cp1251", "cp1252"),
    *("cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "iso8859_2", "iso8859_5", "iso8859_7"),
    *("iso8859_9", "koi8_r", "koi8_u", "cp866", "cp437", "cp850", "mac_roman", "mac_cyrillic"),
)
_CENTRAL_EUROPEAN = ("cp1250", "iso8859_2")
_SIGN_IN_WORD = re.compile(
    r"(?<=[a-zà-öø-ÿ])[^\w\s'’.,:;!?/()\[\]\"“”«»&@+=%–—\x00-\x7f…-][a-zà-öø-ÿ]|(?<=[a-z])[³¹²¿¡¼½¾]"
)
_WESTERN_LETTERS = frozenset("äöüßéèêëàâáãåæçñíìîïóòôõøúùûýÿœÄÖÜÉÈÊÀÁÂÅÆÇÑÍÎÓÔØÚŒ")
_WESTERN_SIGNS = frozenset("€£§°²³µ·½–—‘’“”„…«»©®™•\u00a0")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded text; ``guessed`` says that the encoding was told from the letters alone."""

    text: str
    encoding: str
    guessed: bool = False


def decode(data: bytes, declared: str | None = None) -> Decoded | None:
    """Decodes a file's bytes.

    Args:
        data: all bytes of the file.
        declared: the encoding that the file itself names, as HTML does.

    Returns:
        The text with ``\\n`` for line ends and without a byte order mark; None for bytes that
        are no text in any encoding.
    """
    decoded = _by_mark(data) or _by_pattern(data) or _by_escapes(data) or _strictly(data, "utf-8")
    if decoded is None and declared:
        decoded = _strictly(data, declared)
    decoded = decoded or _by_letters(data)
    if decoded is None or not _is_text(decoded.text):
        return None
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    return Decoded(text, decoded.encoding, decoded.guessed)


def _by_mark(data: bytes) -> Decoded | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], encoding)
    return None


def _by_pattern(data: bytes) -> Decoded | None:
    """Recognises UTF-16 and UTF-32 without a mark by where their zero bytes stand."""
    sample = data[:_SAMPLE_BYTES]
    zeros = [sample[i::4].count(0) / max(len(sample[i::4]), 1) for i in range(4)]
    if len(sample) < 4 or max(zeros) < 0.3:
        return None
    if len(data) % 4 == 0 and min(zeros[2], zeros[3]) > 0.9 and zeros[0] < 0.3:
        return _strictly(data, "utf-32-le")
    if len(data) % 4 == 0 and min(zeros[0], zeros[1]) > 0.9 and zeros[3] < 0.3:
        return _strictly(data, "utf-32-be")
    even, odd = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    if odd > 0.3 and even < 0.05:
        return _strictly(data, "utf-16-le")
    if even > 0.3 and odd < 0.05:
        return _strictly(data, "utf-16-be")
    return None


def _by_escapes(data: bytes) -> Decoded | None:
    """Recognises ISO-2022-JP, which is written in ASCII alone, by how it begins its Japanese."""
    is_japanese = b"\x1b$B" in data or b"\x1b$@" in data
    return _strictly(data, "iso2022_jp") if is_japanese else None


def _strictly(data: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(codecs.decode(data, encoding), encoding)
    except (UnicodeDecodeError, LookupError, TypeError):
        return None


def _by_letters(data: bytes) -> Decoded | None:
    western = _western(data)
    if western is not None and len(data) < _SHORT_BYTES:
        return western
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE_BYTES], cp_isolation=list(_GUESSED)).best()
    if best is None or (decoded := _strictly(data, best.encoding)) is None:
        return western
    others = (_strictly(data, encoding) for encoding in _CENTRAL_EUROPEAN)
    likeliest = min([decoded, *(o for o in others if o)], key=lambda d: _signs_in_words(d.text))
    return Decoded(likeliest.text, likeliest.encoding, guessed=True)


def _signs_in_words(text: str) -> int:
    """Counts signs inside words: they are letters of another encoding (``zaproponowa³``)."""
    return len(_SIGN_IN_WORD.findall(text[:_SAMPLE_BYTES]))


def _western(data: bytes) -> Decoded | None:
    """Reads as cp1252 where all letters beyond ASCII are ones that Western languages use."""
    decoded = _strictly(data, "cp1252")
    if decoded is None:
        return None
    beyond = [c for c in decoded.text if ord(c) > 127]
    letters = sum(c in _WESTERN_LETTERS for c in beyond)
    known = letters + sum(c in _WESTERN_SIGNS for c in beyond)
    # A text in another script is nearly all letters beyond ASCII; a Western one has a few.
    ascii_letters = sum(c.isascii() and c.isalpha() for c in decoded.text)
    if beyond and known == len(beyond) and letters <= ascii_letters:
        return Decoded(decoded.text, "cp1252", guessed=True)
    return None


def _is_text(text: str) -> bool:
    """Says whether this is a text: no NUL at all, and hardly a control character."""
    sample = text[:_SAMPLE_BYTES]
    if "\x00" in text:
        return False
    return len(_CONTROL.findall(sample)) <= max(len(sample) * _LARGEST_CONTROL_SHARE, 0)
