"""How a failure is told: one sentence, and never a traceback."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from rag.errors import FootnoteError

_log = logging.getLogger("footnote")


def sentence_for(error: Exception) -> str:
    """Gives what a person is told of an error; one that was not foreseen is logged."""
    if isinstance(error, FootnoteError):
        return str(error)
    reference = secrets.token_hex(4)
    _log.error("reference %s", reference, exc_info=error)
    return (
        "Something went wrong that should not have; the program's log tells more "
        f"under reference {reference}."
    )


def show_failure(headline: str, sentence: str) -> None:
    """Shows a failure; ``headline`` is ours, ``sentence`` may quote a file's name."""
    # st.error is announced to screen readers but reads Markdown: it gets our own words alone.
    with st.container(gap="small"):
        st.error(headline)
        st.text(sentence)


@contextmanager
def told(headline: str) -> Iterator[None]:
    """Tells whatever goes wrong inside in place of what would have been drawn."""
    try:
        yield
    except FootnoteError as error:
        show_failure(headline, str(error))
    except Exception as error:  # noqa: BLE001 - sentence_for logs it
        show_failure(headline, sentence_for(error))


def report_script_error(error: Exception) -> bool:
    """Tells of what no page has caught; True keeps Streamlit from showing it its own way."""
    show_failure("This page could not be shown.", sentence_for(error))
    return True
