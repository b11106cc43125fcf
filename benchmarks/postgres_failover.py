"""Kills a PostgreSQL primary in the middle of writes, promotes its synchronous standby, and counts.

    python -m benchmarks.postgres_failover [RUNS]

Two writers go on through one address that names both servers (``host=a,b`` with
``target_session_attrs=read-write``). All on one machine: no network is cut.
"""

from __future__ import annotations

import sys

from tests.postgres.failover import fail_over


def main() -> int:
    lost = 0
    for run in range(int(sys.argv[1]) if len(sys.argv) > 1 else 5):
        outcome = fail_over(documents_before=20 + 10 * run)
        lost += len(outcome.lost) + len(outcome.problems)
        print(
            f"run {run + 1}: {outcome.before} documents acknowledged before the kill, "
            f"{outcome.acknowledged} in all, {len(outcome.lost)} lost; promoted after "
            f"{outcome.promoted_seconds:.1f} s, as many again written after "
            f"{outcome.writing_seconds:.1f} s; check: {list(outcome.problems) or 'sound'}"
        )
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
