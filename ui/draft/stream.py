"""What a model has written so far, sent to the browser as it comes: server-sent events.

Streamlit sends a page anew for each change, and holds a thread for as long as it does. An open
answer of the web server costs neither, so that twenty people can watch, and every click on the
page is free meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

PATH = "/draft"
SIGN_OF_LIFE_S = 10.0  # proxies cut a connection that says nothing for long


class Draft:
    """A text that grows in one thread and is watched from the web server's loop.

    Attributes:
        token: names it in its address; whoever does not know it cannot watch.
    """

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(24)
        self._lock = threading.Lock()
        self._watchers: set[Callable[[], None]] = set()
        self._text = ""
        self._ended = False
        _drafts[self.token] = self

    @property
    def text(self) -> str:
        """Gives what there is of it."""
        return self._text

    def show(self, text: str) -> None:
        """Puts the whole text so far in the place of the one before."""
        self._text = text
        self._tell()

    def end(self) -> None:
        """Says that nothing more comes."""
        self._ended = True
        self._tell()

    def _tell(self) -> None:
        with self._lock:
            for tell in self._watchers:
                tell()

    async def changes(self) -> AsyncGenerator[dict[str, str] | None]:
        """Gives what is to be done with the text: ``add`` or ``set``; None as a sign of life."""
        loop, changed, shown = asyncio.get_running_loop(), asyncio.Event(), ""

        def tell() -> None:
            with suppress(RuntimeError):  # the loop has ended, and with it whoever watched
                loop.call_soon_threadsafe(changed.set)

        with self._lock:
            self._watchers.add(tell)
        try:
            while True:
                changed.clear()
                ended, text = self._ended, self._text
                if text != shown:
                    grows = text.startswith(shown)
                    yield {"add": text[len(shown) :]} if grows else {"set": text}
                    shown = text
                if ended:
                    return
                try:
                    await asyncio.wait_for(changed.wait(), SIGN_OF_LIFE_S)
                except TimeoutError:
                    yield None
        finally:
            with self._lock:
                self._watchers.discard(tell)


_drafts: WeakValueDictionary[str, Draft] = WeakValueDictionary()


async def _events(draft: Draft) -> AsyncIterator[str]:
    async with aclosing(draft.changes()) as changes:
        async for change in changes:
            yield ": still here\n\n" if change is None else f"data: {json.dumps(change)}\n\n"
    yield "event: done\ndata: {}\n\n"


async def _send(request: Request) -> Response:
    draft = _drafts.get(request.path_params["token"])
    if draft is None:
        return Response(status_code=404)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(draft), media_type="text/event-stream", headers=headers)


DRAFTS = Route(PATH + "/{token}", _send)
"""Where the browser watches a draft."""
