"""Measures how long the built-in reader takes to load and how much memory it needs.

    python -m benchmarks.load_reader

Both are counted from a process that has NumPy, which the rest of the app needs anyway. The first
reading is part of them: ONNX Runtime allocates its working memory then.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np

from rag.reader import BUILT_IN
from rag.reader.onnx import OnnxNetwork

PASSAGES = 10
WORDS = "The bank that was founded in 1931 lends to bakers and millers along the river. " * 12


def resident_megabytes() -> float:
    """What the process holds in memory now (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def main() -> None:
    np.zeros(1)
    before, began = resident_megabytes(), time.perf_counter()
    network = OnnxNetwork(BUILT_IN)
    assert network.weights
    loaded = time.perf_counter()
    texts = [WORDS[:1000]] * PASSAGES
    windows = sum(len(each) for each in network.read("Who lends to bakers?", texts))
    read = time.perf_counter()
    print(
        json.dumps(
            {
                "load_seconds": round(loaded - began, 2),
                "first_reading_seconds": round(read - loaded, 2),
                "windows": windows,
                "megabytes": round(resident_megabytes() - before),
            }
        )
    )


if __name__ == "__main__":
    main()
