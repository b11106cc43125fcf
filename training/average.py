"""The mean of several checkpoints' weights, which reads better than each (Izmailov et al. 2018).

python -m training.average a.pt b.pt c.pt --out reader.pt
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from training.train import save


def average(checkpoints: Sequence[Path]) -> dict[str, Tensor]:
    """The mean of the networks' tensors, by name. All must be of one shape."""
    total: dict[str, Tensor] = {}
    for path in checkpoints:
        weights = torch.load(path, map_location="cpu", weights_only=True)["model"]
        for name, tensor in weights.items():
            total[name] = total.get(name, torch.zeros_like(tensor)) + tensor / len(checkpoints)
    return total


def main() -> None:
    """Read the arguments and write the mean."""
    parser = argparse.ArgumentParser(description="average checkpoints of the reader")
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    wanted = parser.parse_args()
    save(wanted.out, {"model": average(wanted.checkpoints)})


if __name__ == "__main__":
    main()
