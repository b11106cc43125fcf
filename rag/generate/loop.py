"""One event loop in a thread of its own, in which all models' streams run.

A stream that runs there can be let go of at any moment, even while its server is silent; and the
connections that providers keep open belong to one loop as long as the program runs.
"""

from __future__ import annotations

import asyncio
import threading

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


def stream_loop() -> asyncio.AbstractEventLoop:
    """Gives the loop, which begins with the first stream."""
    global _loop  # noqa: PLW0603 (one loop for the process, as clients are bound to theirs)
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="model streams", daemon=True).start()
        return _loop
