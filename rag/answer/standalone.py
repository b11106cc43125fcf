"""Whether a sentence can be shown by itself, away from the sentences around it."""

from __future__ import annotations

import re

from rag.quote import is_statement

SHORTEST, LONGEST = 6, 45  # words: shorter says little, longer is not a summary

# "This report follows …" speaks of the whole document, and of nothing that stands before it.
CUE = re.compile(
    r"\bthis\s+(?:paper|report|note|guide|survey|article|document|study|text|briefing|digest|page"
    r"|collection|history|review|book|chapter)\s+\w+"
    r"|\b(?:in short|in sum|overall|the aim|the purpose)\b",
    re.I,
)
# What speaks to the sentence before it, or to a figure beside it, cannot stand alone.
DEPENDENT = re.compile(
    r"(?:with\s+(?:it|them)\b|until\s+then|how|whether|which|who|whose|why|what|when|it|they|he|she"
    r"|this|these|those|that|such|its|their|his|her|here|there|then|but|and|or|so|yet|however|also"
    r"|another|one|both|first|second|third|the\s+(?:first|second|third|latter|former|other|same|next)"
    r"|\w+\s+(?:days?|weeks?|months?|years?)\s+later|as a result|for example|instead|therefore|thus"
    r"|meanwhile|moreover|in addition)\b",
    re.I,
)
# "In June the bank was asked; it …": after such an opening a pronoun may mean anybody.
POINTING = re.compile(r"\b(?:this|these|both|such|the\s+(?:latter|former|same))\b", re.I)
DEPENDENT_LATER = re.compile(
    r"(?:in|on|as|at|by|for|from|under|until|since|after|before|with|of)\b.*\b(?:it|they|he|she|them)\b",
    re.I | re.S,
)
# "Utility tokens, which refer to a service." has no verb of its own.
FRAGMENT = re.compile(r"[^,;:]{1,60},\s+(?:which|who|whose|that)\b[^,;:]*$")
TABLE_CELLS = re.compile(r"\t|\s\|\s|^\|")


def stands_alone(sentence: str) -> bool:
    """True for a whole sentence that leans on no other."""
    plain = sentence.strip("*_ ")
    leans = DEPENDENT.match(plain) or POINTING.search(plain) or DEPENDENT_LATER.match(plain)
    return is_whole(sentence) and (bool(CUE.match(plain)) or not leans)


def is_whole(sentence: str) -> bool:
    """True for a statement of middle length with a beginning and an end; a table's row has none."""
    return (
        SHORTEST <= len(sentence.split()) <= LONGEST
        and sentence.strip("*_ ")[:1].isupper()
        and sentence.rstrip("*_ ")[-1:] in ".!。"
        and not TABLE_CELLS.search(sentence)
        and not FRAGMENT.match(sentence)
        and is_statement(sentence)
    )
