from __future__ import annotations

import random
from pathlib import Path

from tests.killing import complete, kill_once, measure_run, write_files

KILLS = 5  # benchmarks/kill_ingestion.py does fifty


def test_a_killed_ingestion_loses_nothing(tmp_path: Path) -> None:
    rng = random.Random(7)
    folder, index = tmp_path / "files", tmp_path / "index"
    write_files(folder, 25, rng)
    whole = measure_run(tmp_path / "measured", folder)
    for _ in range(KILLS):
        # Half the files change each time, so that there is always something to replace.
        write_files(folder, 12, rng)
        outcome = kill_once(index, folder, rng.uniform(0, whole))
        assert (outcome.lost, outcome.problems) == ((), ())
    assert complete(index, folder) == []
