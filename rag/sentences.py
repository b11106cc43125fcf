"""Text → its sentences, by rules alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLOSERS = "\"'”’»›“)\\]}」』）】》〉*_"
_REFERENCE = r"(?:\[\d{1,3}\])*"  # Wikipedia's "[12]" stands after the full stop it belongs to
_CANDIDATE = re.compile(
    rf"(?P<wide>[。！？｡।॥۔؟։።]+[{_CLOSERS}]*)"
    rf"|(?P<narrow>(?<![.!?…‼⁇⁈⁉])[.!?…‼⁇⁈⁉]++[{_CLOSERS}]*+{_REFERENCE})(?=\s)"
)
_LINE_END = re.compile(r"\n")
_OWN_LINE = re.compile(
    r"\s*(?:#{1,6}\s|[-*+•◦▪‣·–—]\s|\(?\d{1,3}[.)]\s|\(?[a-z][.)]\s|\||>\s|```|~~~)"
)
_RULER = re.compile(r"\s*(?:={3,}|-{3,}|_{3,}|\*{3,})\s*$")
_CELLS = re.compile(r"\S ?\| ?\S")
_HEADING_LINE = re.compile(r"\s*#{1,6}\s")
_UP_TO_LAST_TOKEN = re.compile(r".*[\s(\[{\"'“‘«„/—–-]", re.DOTALL)
_OPENERS = "\"'“‘«‹„([{「『（【《*_¿¡-–— "
_FIRST_WORD = re.compile(r"\w+")
_ROMAN_OR_NUMBER = re.compile(r"\(?(?:\d|[IVXLC]+\b|[A-Z]?\d)")
_INITIAL = re.compile(r"(?:[A-ZА-ЯЁÀ-Þ]|Yu|Ya|Zh|Ch|Sh|Th|Ph|Ю|Я)(?:\.-?[A-ZА-ЯЁÀ-Þ])*$")
_INITIAL_AHEAD = re.compile(r"[A-ZА-Я]\.")
_ACRONYM = re.compile(r"(?:[A-Za-zА-яё]\.)+[A-Za-zА-яё]$")
_ITEM_NUMBER = re.compile(r"\(?(?:\d{1,3}(?:\.\d{1,3})*|[a-zA-Z]|[ivxIVX]{1,4})$")


def _word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# An abbreviation never ends a sentence here: a name or a phrase always follows it.
_ALWAYS_GOES_ON = _word_set(
    """mr mrs ms dr prof st mt ft sen rep gen gov lt col maj sgt capt cmdr adm rev hon messrs
    mme mlle pres supt insp e.g eg i.e ie cf viz vs approx ca resp esp incl bzw z.b d.h u.a
    m.in evtl ggf sog т.е т.к т.н им ул просп пл акад проф см ср напр dra sr sra srta ing
    lic mgr"""
)
# These go on where a number follows: "No. 5", "Art. 12", "p. 7", "Jan. 24".
_GOES_ON_BEFORE_NUMBER = _word_set(
    """no nos nr art arts sec secs p pp fig figs vol vols ch chs eq eqs para paras pt abs tab
    ref refs ed eds app ex exh cl reg regs rule stat fn n col jan feb mar apr jun jul aug
    sep sept oct nov dec ст стр рис гл п пп табл ч т vgl ver v"""
)
# These may end a sentence: only a word that often begins one says that they did.
_MAY_END = _word_set(
    """inc ltd co corp jr sr llc plc bros dept univ assn intl govt est mfg esq u.s u.k u.n e.u
    u.s.a d.c a.m p.m ph.d b.a m.a m.d b.sc m.sc b.c a.d a.k.a dec ave blvd rd"""
)
_STARTERS = _word_set(
    """the a an in on at it its he she they we you i this that these those but and or so if
    when while as after before since although though however moreover meanwhile there here
    his her their our my for from by with to what who why how where which not no yes one
    some many most all both each another other under over during until because according
    also then now today yesterday still yet such more than only even just once despite
    instead thus therefore finally first second third last это он она они в на но и по как
    для если когда однако также der die das ein eine er sie es im"""
)
_MONTHS = _word_set(
    """januar jänner februar märz april mai juni juli august september oktober november
    dezember ledna února března dubna května června července srpna září října listopadu
    prosince"""
)
_YEAR_WORDS = frozenset({"г", "гг"})
_SHORT_OPENING = 15  # characters: "В 2022 г." only opens a sentence
_RAGGED = 0.85  # proportional fonts and tabs leave a wrapped line this short of the longest one


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Finds the sentences of a text.

    Args:
        text: plain text or Markdown; lines may be wrapped.

    Returns:
        Half-open ranges of characters, in order, without the white space around them; together
        they hold every character that is not white space. Blank lines, headings, list items and
        table rows end a sentence; a wrapped line does not.
    """
    spans: list[tuple[int, int]] = []
    for start, end in _stretches(text):
        cut = start
        for boundary in _boundaries(text, start, end):
            _append_trimmed(spans, text, cut, boundary)
            cut = boundary
        _append_trimmed(spans, text, cut, end)
    return spans


def _append_trimmed(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        first = start + len(piece) - len(piece.lstrip())
        spans.append((first, first + len(stripped)))


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """Cuts the text where a line break is meant as one, not a mere wrapping of the line."""
    start = 0
    paragraph: list[tuple[int, int]] = []
    for line in _lines(text):
        if text[line[0] : line[1]].strip():
            paragraph.append(line)
        elif paragraph:
            yield from _paragraph_stretches(text, start, paragraph)
            start, paragraph = line[1], []
    if paragraph:
        yield from _paragraph_stretches(text, start, paragraph)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _LINE_END.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _paragraph_stretches(
    text: str, start: int, lines: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    width = max(end - begin for begin, end in lines)
    for i in range(len(lines) - 1):
        above, below = text[slice(*lines[i])], text[slice(*lines[i + 1])]
        if _is_meant_break(above, below, width):
            yield start, lines[i][1]
            start = lines[i][1]
    yield start, lines[-1][1]


def _is_meant_break(above: str, below: str, width: int) -> bool:
    if _OWN_LINE.match(below) or _RULER.match(below) or _RULER.match(above):
        return True
    if _HEADING_LINE.match(above) or _CELLS.search(above) or _CELLS.search(below):
        return True
    if "\t" in above.strip() and "\t" in below.strip():
        return True
    first = below.split(maxsplit=1)[0]
    would_have_fitted = len(above.rstrip()) + 1 + len(first) < width * _RAGGED
    return would_have_fitted and not first.lstrip(_OPENERS)[:1].islower()


def _boundaries(text: str, start: int, end: int) -> Iterator[int]:
    """Yields where a sentence of ``text[start:end]`` ends and another one begins."""
    sentence = start
    for match in _CANDIDATE.finditer(text, start, end):
        if match.end() >= end:
            return
        if match["wide"] or _ends_sentence(text, sentence, match, end):
            yield match.end()
            sentence = match.end()


def _ends_sentence(text: str, sentence: int, match: re.Match[str], end: int) -> bool:
    mark = match["narrow"]
    after = text[match.end() : min(match.end() + 60, end)].lstrip()
    first = after.lstrip(_OPENERS)[:2]
    if not first:
        return bool(after)
    if first[0].islower() and not first[1:].isupper():
        return False
    if mark[0] != "." or mark.startswith(".."):
        return True
    before = text[max(sentence, match.start() - 40) : match.start()]
    return _full_stop_ends(before.lstrip(), after, mark)


def _full_stop_ends(before: str, after: str, mark: str) -> bool:
    """Says whether the full stop between these words is more than that of an abbreviation."""
    head = _UP_TO_LAST_TOKEN.match(before)
    token = before[head.end() :] if head else before
    following = _FIRST_WORD.search(after)
    next_word = following[0].lower() if following else ""
    if _always_goes_on(before, token, after, next_word):
        return False
    if token.lower() in _YEAR_WORDS:
        return len(before) > _SHORT_OPENING and before[: -len(token)].rstrip()[-1:].isdigit()
    if len(mark) > 1:
        return True  # a quote or bracket closes after it, or a reference follows
    if token.lower() in _MAY_END or _INITIAL.match(token) or _ACRONYM.match(token):
        return next_word in _STARTERS and not _INITIAL_AHEAD.match(after)
    return True


def _always_goes_on(before: str, token: str, after: str, next_word: str) -> bool:
    if token == before and _ITEM_NUMBER.match(token):
        return True  # "1. First" is the number of a list item or a heading
    if token.isdigit() and len(token) <= 2 and next_word in _MONTHS:
        return True
    word = token.lower()
    if word in _GOES_ON_BEFORE_NUMBER and _ROMAN_OR_NUMBER.match(after):
        return True
    return word in _ALWAYS_GOES_ON
