from __future__ import annotations

from rag.generate.retriever import PassageRetriever
from rag.records import Passage
from tests.passages import make_passage


class FixedRanking:
    def __init__(self, passages: list[Passage]) -> None:
        self.passages = passages

    def rank(self, question: str, count: int) -> list[Passage]:
        return self.passages[:count]


def test_a_chain_gets_passages_with_their_place() -> None:
    passages = [make_passage("The bank wants a ban.", 7), make_passage("Miners pay tax.", 3, "d2")]
    retriever = PassageRetriever(assistant=FixedRanking(passages), k=1)
    (found,) = retriever.invoke("what does the bank want?")
    assert found.page_content == "The bank wants a ban."
    assert (found.metadata["start"], found.metadata["end"]) == (7, 28)
    assert found.metadata["name"] == "d1.md"
