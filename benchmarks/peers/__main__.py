"""Other tools on the same COCO file: how long they read and write it and in how much memory, beside ours.

    python -m benchmarks.peers [--small] [TOOL ...]

A tool reads the file into what it works with, and writes that as COCO where it can; ours is a durable import
and an export as the operations do them. Prints a table in multiples of `json.load` and `json.dump` on the same
file in the same run, and how many times faster and smaller ours is.

Each tool has an environment of its own beside this file, made on first use from the packages that `TOOL.txt`
pins; one that cannot be installed, or that fails, is named with the reason. A tool that is not done within the
limits (see `steps.py`) is tried again on a tenth of the file, and on a tenth of that.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path

from benchmarks.coco_export import as_job
from benchmarks.coco_file import ANNOTATIONS, IMAGES, coco_file
from benchmarks.coco_import import MIB, forked
from benchmarks.direct_run import prepare_import
from benchmarks.peers.environments import HERE, NotInstalledError, python_of
from benchmarks.peers.steps import Outcome, Step, watched

TOOLS = {
    "pycocotools": [""],
    "datumaro": [""],
    "supervision": [""],
    "fiftyone": ["boxes", "polygons"],
}
"""What each is asked to make of the shapes, where it has a choice."""

PARTS = {1: "whole", 10: "tenth", 100: "hundredth"}
HEAD = """\
| Tool | File | Reads, x `json.load` | in MiB | ours is faster | smaller | Writes, x `json.dump` | in MiB | ours is faster | smaller |
|---|---|---|---|---|---|---|---|---|---|"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a tenth of the file")
    parser.add_argument("tools", nargs="*", metavar="TOOL", help=f"of {', '.join(TOOLS)}")
    asked = parser.parse_args()
    unknown = set(asked.tools) - TOOLS.keys()
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    print(HEAD)
    with tempfile.TemporaryDirectory(
        prefix="safelight-bench-", ignore_cleanup_errors=True
    ) as folder:
        compare(asked.tools or list(TOOLS), 10 if asked.small else 1, Bench(Path(folder)))


def compare(tools: list[str], largest: int, bench: Bench) -> None:
    for tool in tools:
        for kind in TOOLS[tool]:
            for part in (part for part in PARTS if part >= largest):
                outcome = bench.peer(tool, kind, part)
                say(f"{tool}, {kind}" if kind else tool, part, outcome, bench)
                if not outcome.too_large:
                    break


class Bench:
    """Measures in a folder; the floor and ours once for each size of the file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.floor = cache(self._floor)
        self.ours = cache(self._ours)

    def peer(self, tool: str, kind: str, part: int) -> Outcome:
        try:
            return self._run(python_of(tool), tool, kind, part)
        except NotInstalledError as error:
            return Outcome(reason=f"cannot be installed: {error}")

    def _floor(self, part: int) -> Outcome:
        outcome = self._run(Path(sys.executable), "json", "", part)
        say_line("json", part, outcome, outcome.steps)
        return outcome

    def _ours(self, part: int) -> Outcome:
        floor = self.floor(part)
        data = self._folder / f"data-{part}"
        run_id = prepare_import(sized(part), data)
        with redirect_stdout(sys.stderr):  # what the operations say of themselves
            read = Step(*forked(data, run_id))
            written = Step(*as_job(data, run_id, data))
        outcome = Outcome({"read": read, "written": written})
        say_line("safelight", part, outcome, floor.steps)
        return outcome

    def _run(self, python: Path, tool: str, kind: str, part: int) -> Outcome:
        out = self._folder / f"{tool}{kind}-{part}"
        script = HERE / f"{tool}_peer.py"
        print(f"... {out.name}", file=sys.stderr)
        command: list[str | Path] = [python, "-P", script, sized(part), out, kind]
        return watched(command, out, ANNOTATIONS // part)


def sized(part: int) -> Path:
    return coco_file(IMAGES // part, ANNOTATIONS // part)


def say(tool: str, part: int, outcome: Outcome, bench: Bench) -> None:
    floor = bench.floor(part).steps if outcome.steps else {}
    ours = bench.ours(part).steps if outcome.steps else {}
    say_line(tool, part, outcome, floor, ours)


def say_line(
    tool: str,
    part: int,
    outcome: Outcome,
    floor: dict[str, Step],
    ours: dict[str, Step] | None = None,
) -> None:
    cells = [tool, f"{PARTS[part]}: {outcome.reason}" if outcome.reason else PARTS[part]]
    for name in ("read", "written"):
        if step := outcome.steps.get(name):
            cells += [f"{step.seconds / floor[name].seconds:.2f}", f"{step.peak / MIB:.0f}"]
            cells += against(step, ours[name]) if ours else ["", ""]
        else:
            cells += ["-"] * 4
    print(f"| {' | '.join(cells)} |", flush=True)


def against(step: Step, ours: Step) -> list[str]:
    """How many times faster and smaller ours is."""
    return [f"{step.seconds / ours.seconds:.1f} times", f"{step.peak / ours.peak:.1f} times"]


if __name__ == "__main__":
    main()
