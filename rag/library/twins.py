"""Which documents are likely duplicates of which."""

from __future__ import annotations

from rag.likeness import LIKELY, Fingerprint, estimate_share
from rag.records import Twin
from rag.store import LibraryStore


def find_twins(store: LibraryStore, document_id: str | None = None) -> dict[str, list[Twin]]:
    """Gives likely duplicates by the ids of the documents that have some, likeliest first.

    Those of one document, or of all where ``document_id`` is None.
    """
    pairs = store.candidates(document_id)
    fingerprints = store.fingerprints({id_ for pair in pairs for id_ in pair})
    found: dict[str, list[Twin]] = {}
    for one, other in pairs:
        twin = _compare(other, fingerprints[one], fingerprints[other])
        if twin.share >= LIKELY:
            found.setdefault(one, []).append(twin)
    for twins in found.values():
        twins.sort(key=lambda twin: (-twin.share, twin.document_id))
    return found


def tell_of_twins(store: LibraryStore, document_id: str) -> str | None:
    """Gives the sentence for a document that is likely there already; None where it is not."""
    twins = find_twins(store, document_id).get(document_id, [])
    other = store.document(twins[0].document_id) if twins else None
    if other is None:
        return None
    if twins[0].same_text:
        return f'The same text as "{other.name}": keep both or remove one.'
    return (
        f'Nearly the same text as "{other.name}" ({twins[0].share:.0%}): keep both or remove one.'
    )


def _compare(other_id: str, one: Fingerprint, other: Fingerprint) -> Twin:
    return Twin(other_id, estimate_share(one, other), one.words == other.words)
