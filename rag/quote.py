"""Words that answer to the quotation around them, and how it reads without marks of layout."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.sentences import split_sentences
from rag.terms import extract_terms

CONNECTIVES = "but|while|whereas|although|though|yet|however"
CLAUSE_BREAK = re.compile(
    rf";\s+|,\s+(?=(?:and\s+)?(?:{CONNECTIVES})\b(?!,))|\s+[–—-]\s+(?=(?:{CONNECTIVES})\b)"
)
LEADING_CONNECTIVE = re.compile(rf"(?:(?:and|so|meanwhile|{CONNECTIVES})\b,?\s+)+", re.IGNORECASE)
# What somebody does to a wish or a word; two parties share it, so it tells neither apart.
ATTITUDES = frozenset(
    extract_terms("want favour favor propose plan support oppose say think argue claim ask call")
)
# What marks a list item, a heading or a quoted line at its beginning, in Markdown and as typed;
# "Q." and "A." alone of the letters, as others are initials.
ITEM_MARK = re.compile(r"(?:(?:[-*+•▪‣–]|#{1,6}|>|\d{1,3}[.)]|[QA][.):])[ \t]+)+|\|[ \t]*")
MARKDOWN_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
MARKDOWN_EMPHASIS = re.compile(r"(?<!\w)(\*\*|__|\*|_|`)(?=\S)(.+?)(?<=\S)\1(?!\w)")
STATEMENT_END = re.compile(r"[.!:;…。][\"'”’»)\]]*$")
RUNNING_FOOT = re.compile(r"\b(?:page|p\.)\s*\d+(?:\s*(?:of|/)\s*\d+)?$", re.IGNORECASE)
SHORTEST_UNENDED = 8  # words: shorter lines without a full stop are headings
QUESTION_END = re.compile(r"\?[\"'”’)]*$")


def find_quote(question: str, text: str, first: int, last: int) -> tuple[int, int]:
    """Gives the range of the sentence or clause around an answer.

    A sentence such as "the ministries favour A; the bank, however, wants B" speaks of two parties:
    where one clause holds all that the question shares with the sentence, it stands alone.

    Args:
        question: decides which clauses belong to the answer.
        text: of the passage.
        first, last: the answer's range in it, not empty.
    """
    start, end = _widen_to_sentences(text, first, last)
    clauses = _split_clauses(text, start, end)
    inside = [clause for clause in clauses if clause[0] < last and first < clause[1]] or clauses
    start, end = _choose_clause(question, text, inside, (start, end))
    for mark in (ITEM_MARK, LEADING_CONNECTIVE):
        found = mark.match(text, start, end)
        if found and found.end() < min(end, last):
            start = found.end()
    return start, end


def is_statement(text: str) -> bool:
    """False for what answers nothing: a question, a heading, a running foot of a page."""
    bare = text.rstrip(" *_")
    if QUESTION_END.search(bare) or RUNNING_FOOT.search(bare):
        return False
    is_row = "\t" in bare or "|" in bare
    return is_row or bool(STATEMENT_END.search(bare)) or len(bare.split()) >= SHORTEST_UNENDED


def plain_text(quote: str, media_type: str) -> str:
    """Gives a quotation as it reads: single spaces, without Markdown's marks.

    The words stay as they are; cells of a table row stand apart by " | ".
    """
    if media_type == "text/markdown":
        quote = MARKDOWN_LINK.sub(r"\1", quote)
        for _ in range(2):  # bold inside italic, and the other way round
            quote = MARKDOWN_EMPHASIS.sub(r"\2", quote)
        quote = quote.strip().strip("|")
    return " ".join(quote.strip().replace("\t", " | ").split())


def _widen_to_sentences(text: str, first: int, last: int) -> tuple[int, int]:
    touched = [(s, e) for s, e in split_sentences(text) if s < last and first < e]
    return (touched[0][0], touched[-1][1]) if touched else (first, last)


def _split_clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    clauses, clause_start = [], start
    for separator in CLAUSE_BREAK.finditer(text, start, end):
        clauses.append((clause_start, separator.start()))
        clause_start = separator.end()
    return [*clauses, (clause_start, end)]


def _choose_clause(
    question: str, text: str, clauses: Sequence[tuple[int, int]], whole: tuple[int, int]
) -> tuple[int, int]:
    asked = set(extract_terms(question)) - ATTITUDES
    shared = asked & set(extract_terms(text[whole[0] : whole[1]]))
    for start, end in clauses:
        if shared and shared <= set(extract_terms(text[start:end])):
            return start, end
    return whole
