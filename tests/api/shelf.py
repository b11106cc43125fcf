"""A small library whose models are quick, and its REST interface."""

from __future__ import annotations

from pathlib import Path

from rag.api.application import make_application
from rag.api.guard import Guard
from rag.assistant import Assistant
from rag.library import Library
from rag.reader.sentences import SentenceReader
from rag.settings import Settings
from rag.turns import Turns
from tests.fakes import HashingEmbedder

TOKEN = "a-token-for-the-tests"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
BANK = (
    "# The Central Bank\n\nThe Central Bank wants an almost complete ban on cryptocurrency. It "
    "proposed the ban on 20 January 2022. Elvira Nabiullina heads the Central Bank.\n"
)
MINERS = "Miners pay 15% of what they earn as tax. The Ministry of Finance opposes the ban.\n"


def open_shelf(folder: Path) -> Assistant:
    settings = Settings(index=folder / "index", threshold=0.0)
    embedder = HashingEmbedder()
    library = Library.open(settings, embedder)
    library.add_text(BANK, "bank.md")
    library.add_text(MINERS, "miners.txt")
    return Assistant(settings, library, embedder, SentenceReader(embedder))


def make_api(assistant: Assistant, token: str = TOKEN) -> Guard:
    return Guard(make_application(assistant, Turns()), token, {"testserver"})
