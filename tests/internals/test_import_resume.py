"""An import whose process is killed goes on as the same run to the same content."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from safelight.internals.operation import Operation
from safelight.runner.folder import CHECKPOINT, INTERRUPTED, RunFolder
from safelight.store import events, schema
from safelight.store.runs import Run
from tests.internals.importing import Workshop, coco
from tests.internals.test_import_coco import annotate
from tests.internals.test_run_child import begin, wait_for

# Forks the operation from a warm process and kills it, so often; then lets it come to its end.
KILLER = """
import os, random, signal, sys, time
from pathlib import Path
from uuid import UUID
from safelight.internals import import_documents, run_child, warm

import_documents.AT_ONCE = 10
folder, run_id = Path(sys.argv[1]), UUID(sys.argv[2])
seed, kills, most, number = map(float, sys.argv[3:])
random.seed(seed)
warm(folder)

def attempt(kill_after):
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            code = run_child(folder, run_id)
        except SystemExit as stopped:
            code = stopped.code
        finally:
            os._exit(code)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(pid, int(number))
    return os.waitpid(pid, 0)[1]

killed, last = 0, 0.0
for _ in range(int(kills)):
    status = attempt(random.uniform(0.0, most))
    if number == signal.SIGTERM:
        break
    if not os.WIFSIGNALED(status):
        break
    killed += 1
else:
    began = time.monotonic()
    status = attempt(None)
    last = time.monotonic() - began
print(killed, "killed", last, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""
PICTURES, FEWER = 4000, 1000


def big(seed: int, pictures: int = PICTURES) -> dict[str, Any]:
    """A file that says five things of each picture on average."""
    chosen = random.Random(seed)
    shapes = [
        {
            "image_id": chosen.randint(1, pictures),
            "category_id": chosen.randint(1, 2),
            "bbox": [chosen.randint(0, 300), 1, 10, 10],
        }
        for _ in range(5 * pictures)
    ]
    return coco(*shapes, images=pictures)


def undisturbed(shop: Workshop, file: dict[str, Any]) -> float:
    """The seconds that an import of it takes here and now, beside the start of its process."""
    done = fork_and_signal(shop, shop.launch(file), 0, 0, 0.0, signal.SIGKILL)
    assert done.returncode == 0, done.stderr
    return float(done.stderr.split()[-1])


def import_under_fire(shop: Workshop, run: Run, *, seed: int, kills: int, most: float) -> int:
    """Kill it so often, each time `most` seconds after a start at the latest at a moment that the seed
    chooses, until it is through; how often it was killed.
    """
    done = fork_and_signal(shop, run, seed, kills, most, signal.SIGKILL)
    assert done.returncode == 0, done.stderr
    return int(done.stderr.split()[-3])


def fork_and_signal(shop: Workshop, run: Run, *numbers: float) -> subprocess.CompletedProcess[str]:
    """Seed, how often, after how many seconds at most, with what."""
    arguments = [str(shop.context.settings.data), str(run.run_id), *map(str, numbers)]
    return subprocess.run(
        [sys.executable, "-c", KILLER, *arguments],
        env={**os.environ, "SAFELIGHT_DATABASE_URL": shop.db.url},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def check_nothing_is_left(shop: Workshop, run: Run) -> None:
    assert shop.count(schema.checkpoint) == 0
    folder = shop.context.settings.data / "runs" / str(run.run_id)
    assert not list(folder.glob("work/*"))


@pytest.mark.parametrize("mode", ["REPLACE", "CONCATENATE"])
def test_an_import_that_is_killed_at_random_moments_comes_to_the_same_content(
    shop: Workshop, mode: str
) -> None:
    seconds = undisturbed(shop, big(2))
    held, before = shop.said(), shop.count(schema.document)
    run = shop.launch(big(1), mode=mode)
    assert import_under_fire(shop, run, seed=1, kills=20, most=seconds / 12) >= 10
    with shop.db.read() as read:
        assert read.scalar(schema.run.select().with_only_columns(schema.run.c.result)) is not None
    said, after = shop.said(), shop.count(schema.document)
    check_nothing_is_left(shop, run)
    shop.run(shop.launch(big(1), mode="REPLACE"))
    replaced = wanted = shop.said()
    if mode == "CONCATENATE":
        wanted = {name: [*held[name], *shapes] for name, shapes in wanted.items()}
    assert said == wanted
    written = sum(1 for shapes in replaced.values() if shapes)
    assert after - before == written  # no document twice, none that nobody points to


def test_an_import_that_is_stopped_at_a_random_moment_leaves_nothing_behind(
    shop: Workshop,
) -> None:
    seconds = undisturbed(shop, big(1, FEWER))
    before = shop.snapshot()
    stopped = 0
    for seed in range(20):
        run = shop.launch(big(2, FEWER))
        done = fork_and_signal(shop, run, seed, 1, seconds, signal.SIGTERM)
        if done.returncode == 0:  # it was through before the stop came
            before = shop.snapshot()
            continue
        assert done.returncode == 128 + signal.SIGTERM, done.stderr
        assert shop.snapshot() == before
        check_nothing_is_left(shop, run)
        stopped += 1
        if stopped == 6:
            break
    assert stopped >= 3


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("matching", "the file is read"),
        ("writing", "2 of 5 pictures written"),
        ("switching", "5 of 5 pictures written"),
    ],
)
def test_what_was_done_before_it_was_killed_is_not_done_again(
    shop: Workshop, moment: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = _killed(shop, moment)
    folder = RunFolder(str(shop.context.settings.data / "runs" / str(run.run_id)))
    reached = folder.read(CHECKPOINT)
    assert reached is not None
    folder.write(INTERRUPTED, {**reached, "why": "its process was killed", "times": 1})
    run = shop.run(run)
    assert f"Went on from its checkpoint: {told}.\n" in capsys.readouterr().out
    assert len(shop.documents()) == 5
    assert shop.count(schema.document) == 5  # four of pictures, one of labels
    check_nothing_is_left(shop, run)
    with shop.db.read() as read:
        found = [e for e in events.of_run(read, run.run_id) if e.kind == "run_resumed"]
    assert [e.facts for e in found] == [
        {"why": "its process was killed", "checkpoint": told, "times": 1}
    ]


def test_a_picture_that_was_edited_in_between_is_written_again(shop: Workshop) -> None:
    shop.add_pictures("1.jpg", "2.jpg")
    run = _killed(shop, "writing")
    annotate(shop, "1.jpg")
    shop.run(run)
    assert [label for label, _, _ in shop.said()["1.jpg"]] == ["apple"]
    said = sum(1 for shapes in shop.said().values() if shapes)
    labels, by_hand = 2, 1
    assert shop.count(schema.document) == said + labels + by_hand


def test_after_a_start_of_the_machine_the_file_is_read_again(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = _killed(shop, "writing")
    monkeypatch.setattr("safelight.internals.import_scratch.boot_id", lambda: "another")
    shop.run(run)
    assert "f.json, 0.0 MB\n" in capsys.readouterr().out
    assert len(shop.documents()) == 5
    assert shop.count(schema.document) == 5


def test_an_operation_whose_change_stands_is_not_done_twice(shop: Workshop) -> None:
    run = shop.run(shop.launch(coco({})))
    before = shop.snapshot()
    assert Operation(shop.context, run.run_id).is_done
    shop.run(run)
    assert shop.snapshot() == before


def _killed(shop: Workshop, moment: str) -> Run:
    """The run of an import of five pictures that was killed at that moment."""
    process, halted, run = begin(shop, moment)
    wait_for(halted, process)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    assert Path(halted).exists()
    return run
