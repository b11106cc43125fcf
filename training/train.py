"""Train the reader: from the data folder to a checkpoint, stoppable at any time.

    nice -n 19 python -m training.train --out ../scratch/reader

Run it again with the same arguments and it goes on from its last checkpoint, to the same result on
the same machine.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from training.data import (
    FIRST_STAGE,
    Example,
    Shares,
    allowed,
    held_out,
    mixture,
    trainable,
)
from training.encode import Batch, Row, batch_of, load_tokenizer, planned_batches, training_rows
from training.measure import best_threshold, dev_examples, figures, read, torch_network
from training.model import Reader, Reading, base_folder, new_reader


@dataclass(frozen=True)
class Plan:
    """What a run does. ``steps`` 0 means all passes to their end; ``tokens`` is the size of a
    batch; ``frozen`` is how many of the lowest layers, and the embeddings with them, stay as they
    are: with three of six a step takes two thirds of the time.
    """

    steps: int = 0
    passes: int = 2
    tokens: int = 3072
    rate: float = 1.5e-4
    warm_up: float = 0.06
    verdict_weight: float = 0.6
    seed: int = 20
    threads: int = 2
    frozen: int = 0
    shares: Shares = FIRST_STAGE


def pick_device() -> torch.device:
    """A GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def half_precision(device: torch.device) -> bool:
    """Whether bf16 pays: on a GPU, and on a CPU with instructions for it. With AVX512-bf16 a step
    of 16 rows of 192 tokens took 0.95 s against 1.7 s in 32 bits.
    """
    on_processor = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    return device.type == "cuda" or bool(on_processor)


def loss_of(reading: Reading, batch: Batch, verdict_weight: float) -> Tensor:
    """The mean of the start's and end's cross entropy (place 0 for "none") plus the weighted one
    of the verdict.
    """
    span = functional.cross_entropy(reading.start, batch.start) + functional.cross_entropy(
        reading.end, batch.end
    )
    verdict = functional.binary_cross_entropy_with_logits(reading.answerable, batch.answerable)
    return span / 2 + verdict_weight * verdict


def rate_at(step: int, steps: int, plan: Plan) -> float:
    """The learning rate: a straight rise over the warm-up, then a straight fall to zero at the
    last step.
    """
    done = step / steps
    if done < plan.warm_up:
        return plan.rate * (step + 1) / (plan.warm_up * steps + 1)
    return plan.rate * max(0.0, 1.0 - done) / (1.0 - plan.warm_up)


def new_optimiser(model: Reader, rate: float) -> torch.optim.AdamW:
    """AdamW with weight decay on matrices only."""
    decayed = [p for p in model.parameters() if p.ndim > 1]
    kept = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": 0.01}, {"params": kept, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=True)


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint so that an interruption leaves either the old or the new one."""
    torch.save(state, path.with_suffix(".part"))
    path.with_suffix(".part").replace(path)


def log(out: Path, **entry: object) -> None:
    """Append one line to the run's log, and print it."""
    line = json.dumps({"time": time.strftime("%H:%M:%S"), **entry})
    print(line, flush=True)
    with (out / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def plan_passes(
    plan: Plan, examples: Sequence[Example], tokenizer: Tokenizer
) -> tuple[list[Row], list[list[int]]]:
    """All rows, and the batches as indices into them, in order. Each pass draws its questions,
    cuts and negatives anew.
    """
    rows: list[Row] = []
    batches: list[list[int]] = []
    for seed in range(plan.seed, plan.seed + plan.passes):
        new = training_rows(mixture(examples, seed, plan.shares), tokenizer, seed)
        batches += [
            [len(rows) + i for i in batch] for batch in planned_batches(new, plan.tokens, seed)
        ]
        rows += new
    return rows, batches


def freeze(model: Reader, layers: int) -> None:
    """Keep the weights of so many of the lowest layers, and of the embeddings below them."""
    stack = list(model.encoder.encoder["layer"].children())
    for module in [model.encoder.embeddings, *stack[:layers]] if layers else []:
        module.requires_grad_(False)


class Run:
    """One training run in a folder: its rows and batches, the network, the optimiser and the step
    it stands at.
    """

    def __init__(
        self,
        plan: Plan,
        data: Path,
        out: Path,
        start: Path | None = None,
        retrieved: Path | None = None,
    ) -> None:
        torch.manual_seed(plan.seed)
        torch.set_num_threads(plan.threads)
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
        self.plan, self.data, self.out, self.step = plan, data, out, 0
        self.device = pick_device()
        self.half = half_precision(self.device)
        self.tokenizer = load_tokenizer(base_folder() / "tokenizer.json")
        self.rows, self.batches = plan_passes(plan, trainable(data, retrieved), self.tokenizer)
        self.steps = min(plan.steps or len(self.batches), len(self.batches))
        self.model = new_reader().to(self.device)
        if start:
            weights = torch.load(start, map_location=self.device, weights_only=True)
            self.model.load_state_dict(weights["model"])
        freeze(self.model, plan.frozen)
        self.optimiser = new_optimiser(self.model, plan.rate)
        if (out / "last.pt").exists():
            self.resume(torch.load(out / "last.pt", map_location=self.device, weights_only=True))

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from a checkpoint. The plan may differ in its number of steps, not in what the
        steps see.
        """
        self.step = state["step"]
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])

    def checkpoint(self) -> None:
        """Keep all that is needed to go on."""
        state = {
            "step": self.step,
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        save(self.out / "last.pt", {**state, "plan": asdict(self.plan)})

    def learn(self) -> tuple[float, int]:
        """One step; gives its loss and its number of questions."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate_at(self.step, self.steps, self.plan)
        batch = batch_of([self.rows[i] for i in self.batches[self.step]]).to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16) if self.half else nullcontext():
            reading = self.model(batch.ids, batch.mask, batch.segments)
        loss = loss_of(reading, batch, self.plan.verdict_weight)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad()
        self.step += 1
        return float(loss.detach()), len(batch.ids)

    def measure(self) -> None:
        """Log the figures on the dev articles, and on the questions of our own that are kept back,
        each at its best threshold.
        """
        self.model.eval()
        network = torch_network(self.model, self.device)
        sets = {"dev": dev_examples(self.data), "own": held_out(allowed(self.data))}
        for name, asked in sets.items():
            if asked:
                found = read(network, self.tokenizer, asked)
                measured = figures(found, asked, best_threshold(found, asked))
                log(self.out, step=self.step, **{name: asdict(measured)})
        self.model.train()

    def go(self, save_minutes: float, measure_minutes: float) -> None:
        """Train to the last step, with a log line each 20 steps and checkpoints and dev figures by
        the clock.
        """
        log(
            self.out,
            step=self.step,
            steps=self.steps,
            rows=len(self.rows),
            batches=len(self.batches),
            half=self.half,
        )
        began = saved = measured = time.monotonic()
        losses: list[float] = []
        questions = 0
        while self.step < self.steps:
            loss, count = self.learn()
            losses, questions, now = [*losses, loss], questions + count, time.monotonic()
            if self.step % 20 == 0:
                mean = sum(losses) / len(losses)
                log(
                    self.out,
                    step=self.step,
                    loss=round(mean, 3),
                    per_second=round(questions / (now - began), 2),
                )
                losses, questions, began = [], 0, now
            if now - saved > save_minutes * 60:
                self.checkpoint()
                saved = now
            if now - measured > measure_minutes * 60:
                self.measure()
                began = measured = time.monotonic()
                questions = 0
        self.checkpoint()
        self.measure()
        save(self.out / "reader.pt", {"model": self.model.state_dict(), "plan": asdict(self.plan)})


def main() -> None:
    """Read the arguments and run."""
    defaults = Plan()
    parser = argparse.ArgumentParser(
        description="train the reader; run again to go on from the last checkpoint"
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data/reader"))
    parser.add_argument("--out", type=Path, default=Path("../scratch/reader"))
    parser.add_argument(
        "--steps", type=int, default=defaults.steps, help="0: two passes over the mixture"
    )
    parser.add_argument("--start", type=Path, help="a reader.pt whose weights to begin with")
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--rate", type=float, default=defaults.rate)
    parser.add_argument("--passes", type=int, default=defaults.passes)
    parser.add_argument("--frozen", type=int, default=defaults.frozen, help="see Plan")
    parser.add_argument("--retrieved", type=Path, help="a file that training.retrieved wrote")
    for name, share in asdict(defaults.shares).items():
        parser.add_argument(f"--{name}-share", type=float, default=share, help="see data.Shares")
    parser.add_argument("--save-minutes", type=float, default=4.0)
    parser.add_argument("--measure-minutes", type=float, default=20.0)
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    shares = Shares(**{name: getattr(wanted, f"{name}_share") for name in asdict(defaults.shares)})
    plan = Plan(
        wanted.steps,
        wanted.passes,
        rate=wanted.rate,
        seed=wanted.seed,
        frozen=wanted.frozen,
        shares=shares,
    )
    run = Run(plan, wanted.data, wanted.out, wanted.start, wanted.retrieved)
    run.go(wanted.save_minutes, wanted.measure_minutes)


if __name__ == "__main__":
    main()
