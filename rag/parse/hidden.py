"""What is said of text that a file holds and does not show."""

from __future__ import annotations

from collections.abc import Sequence

from rag.instructions import first_instruction
from rag.parse.clean import clean_words

LONGEST_SHOWN = 80
_LONGEST_SEARCHED = 100_000  # characters


def show_words(words: str) -> str:
    """Gives the beginning of some words, fit for a warning: one line, nothing invisible."""
    return " ".join("".join(c for c in words if c.isprintable()).split())[:LONGEST_SHOWN]


def name_pages(numbers: Sequence[int]) -> str:
    """Names pages with runs drawn together: ``pages 3 and 5 to 7``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    named = [str(a) if a == b else f"{a} to {b}" for a, b in runs]
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"{'page' if len(numbers) == 1 else 'pages'} {listed}"


def warn_of_hidden(
    name: str,
    hidden: Sequence[tuple[int | None, str]],
    unit: str = "page",
    *,
    speaking: bool = False,
) -> tuple[str, ...]:
    """Says that a file holds hidden text, where, how it begins, and that it was left out.

    Args:
        name: of the file.
        hidden: words that are not shown, with the number of their page where there are pages.
        unit: what a page of this format is called.
        speaking: tell nothing but what speaks to a language model: web pages hide menus and notes.
    """
    told = [(page, clean_words(words)) for page, words in hidden if clean_words(words)]
    if not told:
        return ()
    searched = ((page, first_instruction(words[:_LONGEST_SEARCHED])) for page, words in told)
    to_models = [(page, words) for page, words in searched if words]
    if speaking and not to_models:
        return ()
    kind = "hidden text that speaks to a language model" if to_models else "hidden text"
    told = to_models or told
    pages = sorted({page for page, _ in told if page})
    where = f" on {name_pages(pages).replace('page', unit)}" if pages else ""
    shown = show_words(told[0][1])
    quoted = f" (“{shown}”)" if shown else ""
    return (f'"{name}" holds {kind}{where}{quoted}; it was left out, as no reader sees it.',)
