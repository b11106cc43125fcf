"""What is looked for behind the pages, and drawn once it is found."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from rag.errors import FootnoteError
from rag.store import Counts
from ui.loading import ModelLoader
from ui.shelf import Core

T = TypeVar("T")

MOST_KEPT = 200  # each a few lines


class Lookups:
    """Looks for one thing at a time, in a thread; anew when the documents have changed."""

    def __init__(self, core: Core, models: ModelLoader) -> None:
        self._core, self._models = core, models
        self._lock = threading.Lock()
        self._found: OrderedDict[Hashable, tuple[Any, ...]] = OrderedDict()
        self._library: Counts | None = None  # as it was when these were found
        self._looking = False

    def find(self, key: Hashable, look: Callable[[], Sequence[T]]) -> tuple[T, ...] | None:
        """Gives what ``look`` found for a key, or None while it is being looked for."""
        library = self._core.library.status()
        with self._lock:
            if self._library != library:
                self._found.clear()
                self._library = library
            if key in self._found:
                return self._found[key]
            if not self._looking and self._models.ready:
                self._looking = True
                threading.Thread(
                    target=self._look,
                    args=(key, look, library),
                    name="footnote-lookup",
                    daemon=True,
                ).start()
            return None

    def _look(self, key: Hashable, look: Callable[[], Sequence[Any]], library: Counts) -> None:
        found: Sequence[Any] = ()
        try:
            found = look()
        except FootnoteError:
            pass  # the pages can do without
        finally:
            with self._lock:
                self._looking = False
                if self._library == library:  # else what was found may speak of what is gone
                    self._found[key] = tuple(found)
                    while len(self._found) > MOST_KEPT:
                        self._found.popitem(last=False)
