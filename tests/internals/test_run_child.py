"""The operation in a process of its own, which is stopped and killed at several moments."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from safelight.store import runs, schema
from safelight.store.runs import Run
from tests.internals.importing import Workshop, coco

PROGRAM = """
import sys
import time
from pathlib import Path
from uuid import UUID
from safelight.internals import run_child, import_documents, import_switch
import safelight.internals.import_annotations as import_annotations
import safelight.internals.import_reading as import_reading

import_documents.AT_ONCE = 1
moment, folder = sys.argv[3], Path(sys.argv[1])

def halt():
    (folder / "halted").touch()
    while not (folder / "go on").exists():
        time.sleep(0.01)

def wait_at(name, module, attribute):
    if moment != name:
        return
    real = getattr(module, attribute)
    def halted(*given, **named):
        halt()
        return real(*given, **named)
    setattr(module, attribute, halted)

wait_at("reading", import_reading.Source, "_read")
wait_at("matching", import_annotations.import_match, "match")
wait_at("switching", import_switch, "_add")
if moment == "writing":
    real, calls = import_documents.documents.add_many, []
    def add_many(*given):
        calls.append(1)
        if len(calls) == 3:
            halt()
        return real(*given)
    import_documents.documents.add_many = add_many
sys.exit(run_child(folder, UUID(sys.argv[2])))
"""

BEFORE_THE_SWITCH = ["reading", "matching", "writing"]


def begin(shop: Workshop, moment: str) -> tuple[subprocess.Popen[bytes], Path, Run]:
    """The import of five pictures as a process; with a moment it halts there."""
    run = shop.launch(coco({}, {"image_id": 2}, {"image_id": 3}, {"image_id": 4}, images=5))
    data = shop.context.settings.data
    environ = {**os.environ, "SAFELIGHT_DATABASE_URL": shop.db.url}
    arguments = [str(data), str(run.run_id), moment]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    return process, data / "halted", run


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_opens_what_it_needs_by_itself_and_prints_its_log(shop: Workshop) -> None:
    process, _, _ = begin(shop, "")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert out.startswith(b"::group::Read the file\nf.json, 0.0 MB\n5 images, 4 annotations, 2 cat")
    assert len(shop.documents()) == 5
    with shop.db.read() as read:
        run = runs.get(read, read.scalar(select(schema.run.c.run_id)))
    assert run.progress is not None
    assert run.progress.phase == "Write annotations"


@pytest.mark.parametrize("moment", BEFORE_THE_SWITCH)
def test_stopping_it_before_the_switch_leaves_nothing_behind(shop: Workshop, moment: str) -> None:
    before = shop.snapshot()
    process, halted, _ = begin(shop, moment)
    wait_for(halted, process)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    assert shop.snapshot() == before
    assert out.endswith(b"\nStopped. Nothing was changed.\n")


def test_a_stop_in_the_middle_of_the_switch_comes_too_late(shop: Workshop) -> None:
    process, halted, _ = begin(shop, "switching")
    wait_for(halted, process)
    process.send_signal(signal.SIGTERM)
    halted.with_name("go on").touch()
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert len(shop.documents()) == 5


@pytest.mark.parametrize("moment", [*BEFORE_THE_SWITCH, "switching"])
def test_killing_it_at_any_moment_leaves_the_version_as_it_was(shop: Workshop, moment: str) -> None:
    before = shop.snapshot()
    process, halted, _ = begin(shop, moment)
    wait_for(halted, process)
    process.kill()
    process.communicate(timeout=30)
    version, said, labels, _documents, data, assets, changes = shop.snapshot()
    assert (version, said, labels) == before[:3]
    assert (data, assets, changes) == before[4:]
