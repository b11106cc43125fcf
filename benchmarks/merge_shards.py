"""Simulates what it costs to ask N shards and merge their first k: the slowest decides.

    python -m benchmarks.merge_shards --median 7 --p95 20

A shard's delay is drawn from a log-normal distribution with this median and 95th percentile (in
milliseconds, as benchmarks/postgres_scale.py measures them), and one answer in a thousand takes
``--pause`` more: a checkpoint, a vacuum, a slow disk. Merging is done in earnest and timed. "Asked
again" is what Dean and Barroso call a hedged request ("The Tail at Scale", 2013): a replica is
asked as well where a shard has not answered by its own 95th percentile.
"""

from __future__ import annotations

import argparse
import heapq
import math
import sys
import time

import numpy as np
from numpy.typing import NDArray

SHARDS = (1, 4, 16, 64, 256)
Z95 = 1.6449  # of the standard normal distribution
Delays = NDArray[np.float64]


def draw(rng: np.random.Generator, shape: tuple[int, int], options: argparse.Namespace) -> Delays:
    sigma = math.log(options.p95 / options.median) / Z95
    delays = rng.lognormal(math.log(options.median), sigma, shape)
    return delays + options.pause * (rng.random(shape) < 0.001)


def time_merge(rng: np.random.Generator, shards: int, k: int) -> float:
    """Gives the milliseconds that merging takes in Python."""
    lists = [sorted(zip(-rng.random(k), range(k), strict=True)) for _ in range(shards)]
    started = time.perf_counter()
    for _ in range(20):
        best = [pair for pair, _ in zip(heapq.merge(*lists), range(k), strict=False)]
    assert len(best) == k
    return (time.perf_counter() - started) / 20 * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--median", type=float, default=7.0, help="ms, of one shard")
    parser.add_argument("--p95", type=float, default=20.0, help="ms, of one shard")
    parser.add_argument("--pause", type=float, default=200.0, help="ms, one time in a thousand")
    parser.add_argument("--k", type=int, default=50, help="candidates that each shard gives")
    parser.add_argument("--questions", type=int, default=20_000)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    print("| shards | merging, ms | median | 95th | 99th | asked again: median | 95th | 99th |")
    print("|---" * 8 + "|")
    for shards in SHARDS:
        merging = time_merge(rng, shards, options.k)
        shape = (options.questions, shards)
        first = draw(rng, shape, options)
        again = np.minimum(first, options.p95 + draw(rng, shape, options))
        columns = [
            np.quantile(delays.max(axis=1) + merging, quantile)
            for delays in (first, again)
            for quantile in (0.5, 0.95, 0.99)
        ]
        print(f"| {shards} | {merging:.2f} | {' | '.join(f'{c:.0f}' for c in columns)} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
