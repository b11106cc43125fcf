"""Loads the models behind the page, so that it is usable while they load."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable

from ui.failures import sentence_for


class ModelLoader:
    """Loads once, in a thread of its own; ``begin`` may be called any number of times."""

    def __init__(self, load: Callable[[], None]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._failure = ""

    @property
    def settled(self) -> bool:
        """True once loading has succeeded or failed."""
        return self._ended.is_set()

    @property
    def ready(self) -> bool:
        """True once a question need not wait."""
        return self._ended.is_set() and not self._failure

    @property
    def failure(self) -> str:
        """Gives the sentence that tells why the models could not be loaded, else ''."""
        return self._failure

    def begin(self) -> None:
        """Starts loading unless it has been started; a failed one is tried again."""
        with self._lock:
            if self._thread is not None and not (self._ended.is_set() and self._failure):
                return
            self._failure = ""
            self._ended.clear()
            self._thread = threading.Thread(target=self._run, name="footnote-models", daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Waits until loading has ended, starting it where nobody has."""
        if not self.settled:
            self.begin()
        self._ended.wait()

    def _run(self) -> None:
        try:
            self._load()
            # What the models brought stays for good: no collection need look at it again.
            gc.freeze()
        except Exception as error:  # noqa: BLE001 - told to the reader, logged by sentence_for
            self._failure = sentence_for(error)
        finally:
            self._ended.set()
