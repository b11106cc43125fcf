"""PDFs whose words are found again, and a program that fails as it is told to."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

from rag.isolate.wire import Message
from rag.isolate.worker import serve_requests
from rag.pages.worker import handle

PROGRAM = "from tests.pages.files import main; main()"


def main() -> None:
    serve_requests(handle_faultily)


def handle_faultily(facts: dict[str, Any], data: bytes) -> Message:
    match Path(facts["path"]).stem:
        case "loop":
            while True:
                time.sleep(0.01)
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "memory":
            hoard = [bytearray(1 << 26) for _ in range(64)]
            raise AssertionError(len(hoard))
        case "fault":
            raise IndexError("a bug")
        case "lie":
            _, places = handle({**facts, "path": facts["path"].replace("lie", "good")}, data)
            return {"outcome": "read", "pages": 1, "letters": "few", "cells": [[3, True]]}, places
    return handle(facts, data)
