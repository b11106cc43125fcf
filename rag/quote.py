"""Words that answer to the quotation around them, and how it reads without marks of layout."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from rag.sentences import split_sentences
from rag.terms import extract_terms

CONNECTIVES = "but|while|whereas|although|though|yet|however"
WANTS = (
    r"(?:wants?|favou?rs?|prefers?|proposes?|supports?|opposes?|rejects?|demands?|seeks?|insists?"
    r"|wanted|favou?red|preferred|proposed|supported|opposed|rejected|demanded|sought|insisted)"
)
# "… and the bank wants": two wishes may stand side by side without a comma.
ANOTHER_WISH = rf"(?:the\s|[A-Z])(?:(?!that\b|which\b|who\b|to\b)[\w-]+\s+){{1,4}}?{WANTS}\b"
CLAUSE_BREAK = re.compile(
    rf";\s+|,\s+(?=(?:and\s+)?(?:{CONNECTIVES})\b(?!,))|\s+[–—-]\s+(?=(?:{CONNECTIVES})\b)"
    rf"|,?\s+(?=and\s+{ANOTHER_WISH})"
)
LEADING_CONNECTIVE = re.compile(rf"(?:(?:and|so|meanwhile|{CONNECTIVES})\b,?\s+)+", re.IGNORECASE)
# A clause that begins so says nothing without the clause before it.
PRONOUN_FIRST = re.compile(
    r"(?:this|these|those|its|their|his|her)\b"
    r"|(?:(?:with|in|by|for|at|on|under|after|to|from)\s+(?:[\w’'-]+\s+){0,4}?)?(?:it|they|he|she)\b",
    re.I,
)
VERB_FIRST = re.compile(
    r"(?:is|are|was|were|has|have|had|does|do|did|will|would|may|must|can|could|should|not"
    r"|[a-z]+ed|[a-z]+s\s+(?:the|an?|its?|their|no|that|to|not))\b"
)
# What somebody does to a wish or a word; two parties share it, so it tells neither apart.
ATTITUDES = frozenset(
    extract_terms("want favour favor propose plan support oppose say think argue claim ask call")
)
ASKS_WHY = re.compile(r"\bwhy\b|\breasons?\b", re.I)  # the reason may stand in any clause
# What marks a list item, a heading or a quoted line at its beginning, in Markdown and as typed;
# "Q." and "A." alone of the letters, as others are initials.
ITEM_MARK = re.compile(r"(?:(?:[-*+•▪‣–]|#{1,6}|>|\d{1,3}[.)]|[QA][.):])[ \t]+)+|\|[ \t]*")
MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
MARKDOWN_EMPHASIS = re.compile(r"(?<!\w)(\*\*|__|\*|_|`)(?=\S)(.+?)(?<=\S)\1(?!\w)")
HALF_EMPHASIS = re.compile(r"^[*_]{1,3}(?=\w)|(?<=[\w.!])[*_]{1,3}$")  # its pair is not quoted
STATEMENT_END = re.compile(r"[.!:;…。][\"'”’»)\]]*$")
RUNNING_FOOT = re.compile(r"\b(?:page|p\.)\s*\d+(?:\s*(?:of|/)\s*\d+)?$", re.IGNORECASE)
HEADING = re.compile(r"#{1,6}\s|(?:---\s+)?(?:title|author|date|tags):\s", re.I)
# "Research digest, 10 October 2022." is the line under a title, whatever else it says of the date.
DATELINE = re.compile(
    r"(?:\w+\s+){0,2}(?:note|review|report|digest|briefing|paper|survey|letter|bulletin|guide|sheet"
    r"|statement),\s+(?:\d{1,2}\s+)?[A-Z][a-z]+\s+\d{4}(?:\.|,\s.*)$",
    re.I | re.S,
)
LABELLED = re.compile(
    r"\W{0,4}[^\W\d][^:.!?\n]{1,40}:[*_]*\s+[*_]*\w"
)  # "Date of birth: 18 July 1964"
CAPITAL_WORDS = 4
SHORTEST_UNENDED = 8  # words: shorter lines without a full stop are headings
QUESTION_END = re.compile(r"\?[\"'”’)]*$")


def find_quote(question: str, text: str, first: int, last: int) -> tuple[int, int]:
    """Gives the range of the sentence or clause around an answer.

    A sentence such as "the ministries favour A; the bank, however, wants B" speaks of two parties:
    where some of its clauses hold all that the question shares with it, they stand alone, together
    with the clause that names their subject.

    Args:
        question: decides which clauses belong to the answer.
        text: of the passage.
        first, last: the answer's range in it, not empty.
    """
    start, end = _widen_to_sentences(text, first, last)
    start, end = _choose_clauses(question, text, _split_clauses(text, start, end), first, last)
    for mark in (ITEM_MARK, LEADING_CONNECTIVE):
        found = mark.match(text, start, end)
        if found and found.end() < min(end, last):
            start = found.end()
    return start, end


def is_statement(text: str) -> bool:
    """False for what answers nothing: a question, a heading, a dateline, the foot of a page."""
    bare = text.rstrip(" *_")
    if QUESTION_END.search(bare) or RUNNING_FOOT.search(bare):
        return False
    if HEADING.match(bare) or DATELINE.match(bare) or _is_set_in_capitals(bare):
        return False
    is_row = "\t" in bare or "|" in bare or bool(LABELLED.match(bare))
    return is_row or bool(STATEMENT_END.search(bare)) or len(bare.split()) >= SHORTEST_UNENDED


def _is_set_in_capitals(line: str) -> bool:
    """True for what is printed as a title is, at its beginning at least: the head of a page."""
    words = [word for word in line.split()[:CAPITAL_WORDS] if any(map(str.isalpha, word))]
    return len(words) == CAPITAL_WORDS and all(word == word.upper() for word in words)


def plain_text(quote: str, media_type: str) -> str:
    """Gives a quotation as it reads: single spaces, without Markdown's marks.

    The words stay as they are; cells of a table row stand apart by " | ".
    """
    if media_type == "text/markdown":
        quote = MARKDOWN_LINK.sub(r"\1", quote)
        for _ in range(2):  # bold inside italic, and the other way round
            quote = MARKDOWN_EMPHASIS.sub(r"\2", quote)
        quote = HALF_EMPHASIS.sub("", quote.strip().strip("|"))
    return " ".join(quote.strip().replace("\t", " | ").split())


def _widen_to_sentences(text: str, first: int, last: int) -> tuple[int, int]:
    touched = [(s, e) for s, e in _find_sentences(text) if s < last and first < e]
    return (touched[0][0], touched[-1][1]) if touched else (first, last)


@functools.lru_cache(maxsize=64)  # quotations are made around each sentence of a passage
def _find_sentences(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(split_sentences(text))


def _split_clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    clauses, clause_start = [], start
    for separator in CLAUSE_BREAK.finditer(text, start, end):
        clauses.append((clause_start, separator.start()))
        clause_start = separator.end()
    return [*clauses, (clause_start, end)]


def _choose_clauses(
    question: str, text: str, clauses: Sequence[tuple[int, int]], first: int, last: int
) -> tuple[int, int]:
    """Gives the range of the fewest neighbouring clauses about what is asked."""
    terms = [set(extract_terms(text[start:end])) for start, end in clauses]
    shared = (set(extract_terms(question)) - ATTITUDES) & set().union(*terms)
    if not shared:
        return clauses[0][0], clauses[-1][1]
    touched = [i for i, (s, e) in enumerate(clauses) if s < last and first < e]
    if len(touched) == len(clauses):
        if ASKS_WHY.search(question):
            return clauses[0][0], clauses[-1][1]
        touched = []  # the reader chose the whole sentence, not words in it
    a, b = next(
        (a, a + more)
        for more in range(len(clauses))
        for a in range(len(clauses) - more)
        if shared <= set().union(*terms[a : a + more + 1])
        and all(a <= i <= a + more for i in touched)
    )
    while a > 0 and _leans(text, clauses[a]):
        a -= 1
    while b + 1 < len(clauses) and clauses[b + 1][0] < last and _leans(text, clauses[b + 1]):
        b += 1
    return clauses[a][0], clauses[b][1]


def _leans(text: str, clause: tuple[int, int]) -> bool:
    """True for a clause whose subject stands in the clause before it."""
    connective = LEADING_CONNECTIVE.match(text, *clause)
    start = connective.end() if connective else clause[0]
    return bool(PRONOUN_FIRST.match(text, start) or VERB_FIRST.match(text, start))
