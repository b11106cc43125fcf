"""Whether a quotation speaks of somebody else with half the name that was asked about."""

from __future__ import annotations

import re

CAPITALISED = r"[A-Z][^\W\d_’'-]+"
# Two words with a capital, or more, that are not a question's first: "European Central Bank".
NAME = re.compile(
    rf"(?<=\w\s){CAPITALISED}(?:\s+(?:of\s+(?:the\s+)?|for\s+(?:the\s+)?)?{CAPITALISED})+"
)
TITLES = frozenset(
    "President Minister Prime Governor Professor Doctor Judge King Queen Mr Mrs Ms Dr".split()
)


def is_namesake(question: str, quoted: str, around: str) -> bool:
    """True where a name of the question stands only in part in the quotation and around it.

    "The Central Bank wants a ban" answers no question about the European Central Bank, unless the
    passage around it, its headings or its title say that this is meant.
    """
    said = set(re.findall(CAPITALISED, quoted))
    near = f"{quoted}\n{around}".lower()
    return any(
        name & said and any(word.lower() not in near for word in name)
        for name in (set(re.findall(CAPITALISED, n)) - TITLES for n in NAME.findall(question))
    )
