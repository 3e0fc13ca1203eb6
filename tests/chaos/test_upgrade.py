"""A newer version with another schema is started under running jobs: an operation of ours leaves before the
schema changes and begins again as the same run, a script never notices.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text

from safelight.store import assets, migrations, organizations, runs, schema, versions
from safelight.store.db import Database
from tests.chaos import scripts
from tests.chaos.history import text_of
from tests.chaos.place import Place, put_inside, ready, wait_until
from tests.postgres import PostgresServer

ENDS = ("SUCCEEDED", "FAILED", "KILLED")
PICTURES = 1200  # more than two batches of the import
MIGRATION = '''
"""A table that no version of ours has; made only when the operation is gone and the script is there."""

import os
import signal
from pathlib import Path
from alembic import op

revision = "pretended"
down_revision = {head!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    assert not Path("/proc/{operation}").exists(), "an operation has the database open"
    assert Path("/proc/{script}").exists(), "a script was ended"
    op.execute("CREATE TABLE pretended (one INTEGER PRIMARY KEY)")
    if Path({die!r}).exists():
        Path({die!r}).unlink()
        os.kill(os.getpid(), signal.SIGKILL)
'''


class Upgrade:
    """A place whose next server can be a newer version."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder / "upgrade"
        (self.folder / "versions").mkdir(parents=True)
        self.place = Place(
            folder, SAFELIGHT_UPGRADE=str(self.folder), **put_inside("upgrade"), **environment
        )

    def hold(self) -> None:
        """The next import stays where it is, in the middle of its writing."""
        (self.folder / "held").unlink(missing_ok=True)
        (self.folder / "hold").touch()

    @property
    def held(self) -> int | None:
        """The process of the import that is held."""
        try:
            return int((self.folder / "held").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def publish(self, jobs: Jobs) -> None:
        """From the next start on there is a newer version."""
        head = ScriptDirectory.from_config(migrations.config()).get_current_head()
        content = MIGRATION.format(
            head=head, operation=jobs.operation, script=jobs.child, die=str(self.folder / "die")
        )
        (self.folder / "versions" / "pretended.py").write_text(content)

    def enough(self) -> None:
        """Let the script come to its end."""
        (self.folder / "enough").touch()

    def withdraw(self) -> None:
        """From the next start on the older version is back."""
        (self.folder / "versions" / "pretended.py").unlink()

    def launch_import(self, version_id: str) -> UUID:
        return self.place.launch_import(version_id, json.dumps(coco()).encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def upgrade(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Upgrade]:
    environment = {}
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        name = f"upgrade_{time.time_ns()}"
        server.create(name)
        environment["SAFELIGHT_DATABASE_URL"] = server.url(name)
    upgrade = Upgrade(tmp_path, **environment)
    with ready(upgrade.place):
        yield upgrade


def coco() -> dict[str, Any]:
    return {
        "images": [
            {"id": n, "file_name": f"{n}.jpg", "width": 640, "height": 480} for n in range(PICTURES)
        ],
        "annotations": [
            {"id": n, "image_id": n, "category_id": n % 2, "bbox": [n % 600, 2, 3, 4]}
            for n in range(PICTURES)
        ],
        "categories": [{"id": 0, "name": "apple"}, {"id": 1, "name": "pear"}],
    }


def boxes(db: Database, version_id: str) -> dict[str, list[str]]:
    """What the version says of each picture."""
    with db.read() as read:
        home = organizations.first(read)
        assert home is not None
        version = versions.get(read, home.organization_id, UUID(version_id))
        return {
            asset.data.filename: [
                " ".join(f"{number:g}" for number in shape.coordinates)
                for shape in (asset.document.last.shapes if asset.document.last else ())
            ]
            for asset in assets.every(read, version.version_key, contents=True)
        }


def count(db: Database, table: Any) -> int:
    with db.read() as read:
        return int(read.scalar(select(func.count()).select_from(table)))


@dataclass(frozen=True)
class Jobs:
    """An import that is held in the middle of its writing, and a script, both going on."""

    version_id: str
    imported: UUID
    operation: int  # its process
    script: UUID
    child: int
    documents: int  # that were there before


def begin(upgrade: Upgrade) -> Jobs:
    place = upgrade.place
    version_id = place.add_version("boxes")
    with place.database() as db:
        documents = count(db, schema.document)
    upgrade.hold()
    imported = upgrade.launch_import(version_id)
    with place.live.client() as client:
        place.teach(client, "patient", scripts.PATIENT, until=str(upgrade.folder / "enough"))
    script = place.launch("patient")
    wait_until(lambda: upgrade.held is not None, "the import to write")
    place.wait_for_output(script)
    child, operation = place.process(place.runs[script], "child"), upgrade.held
    assert child is not None
    assert operation is not None
    return Jobs(version_id, imported, operation, script, child, documents)


def test_an_upgrade_under_running_jobs_loses_and_repeats_nothing(upgrade: Upgrade) -> None:
    place, jobs = upgrade.place, begin(upgrade)
    run_id = place.runs[jobs.imported]
    kept = place.data.parent / "import.stdout"  # a second name: the folder is cleared in the end
    kept.hardlink_to(place.data / "runs" / str(run_id) / "stdout")

    upgrade.publish(jobs)
    place.live.stop()
    assert Path(f"/proc/{jobs.operation}").exists(), "the end of a server ends no operation"
    with ThreadPoolExecutor(1) as pool:
        riding = pool.submit(place.launch, "brief")  # its user knows of no upgrade
        place.start()
        place.until(riding.result(), "SUCCEEDED")
    said = f"Waiting for the operation of run {run_id} to pause."
    assert place.live.output.read_text().count(said) == 1
    assert place.process(place.runs[jobs.script], "child") == jobs.child
    upgrade.enough()
    ended = place.until(jobs.imported, *ENDS)
    assert (ended["status"], ended["failure"], ended["runs"]) == ("SUCCEEDED", None, 1)
    assert place.until(jobs.script, *ENDS)["status"] == "SUCCEEDED"
    place.rest()
    place.judge()

    history = place.history()
    assert [event.run_id for event in history.events if event.kind == "run_resumed"] == [run_id]
    [run] = [run for run in history.runs if run.run_id == run_id]
    lines = kept.read_bytes().splitlines(keepends=True)
    assert lines.count(b"::group::Read the file\n") == 2
    # Section marks become structure and are no text of the log.
    assert text_of(run.records, "stdout") == b"".join(
        line for line in lines if not line.startswith((b"::group::", b"::endgroup::"))
    )
    assert text_of(run.records, "setup").count(b"Paused while Safelight was upgraded.") == 1
    with place.database() as db:
        assert boxes(db, jobs.version_id) == {
            f"{n}.jpg": [f"{n % 600} 2 3 4"] for n in range(PICTURES)
        }
        made = count(db, schema.document) - jobs.documents
        place.until(upgrade.launch_import(place.add_version("again")), "SUCCEEDED")
        # As many as an import leaves that nobody disturbed: the first attempt left none.
        assert count(db, schema.document) == jobs.documents + 2 * made
        assert count(db, text("pretended")) == 0
    refuse_the_older(upgrade)


def refuse_the_older(upgrade: Upgrade) -> None:
    """The version of before does not touch what the newer one has made."""
    upgrade.place.live.stop()
    upgrade.withdraw()
    with pytest.raises(RuntimeError) as refused:
        upgrade.place.start()
    said = str(refused.value)
    assert "Error: A newer Safelight has used this database: its schema is pretended" in said
    assert "Traceback" not in said


@pytest.mark.chaos
def test_a_server_that_dies_while_it_upgrades_is_followed_by_one_that_does_it(
    upgrade: Upgrade,
) -> None:
    place, jobs = upgrade.place, begin(upgrade)
    upgrade.publish(jobs)
    (upgrade.folder / "die").touch()
    place.live.kill()
    with pytest.raises(RuntimeError, match="the server did not start"):
        place.start()
    assert not (upgrade.folder / "die").exists()
    place.start()
    upgrade.enough()
    assert place.until(jobs.imported, *ENDS)["status"] == "SUCCEEDED"
    place.rest()
    place.judge()
    with place.database() as db:
        assert len(boxes(db, jobs.version_id)) == PICTURES


@pytest.mark.chaos
def test_a_stop_that_reached_nobody_before_the_upgrade_is_obeyed_after_it(
    upgrade: Upgrade,
) -> None:
    place, jobs = upgrade.place, begin(upgrade)
    assert place.signal(place.runs[jobs.imported], "process", signal.SIGSTOP)  # its runner is deaf
    upgrade.publish(jobs)
    place.live.kill()
    with (
        place.database() as db,
        db.transaction() as tx,
    ):  # as the server might have done just before
        run = runs.get(tx, place.runs[jobs.imported])
        runs.request_stop(tx, run.run_id, run.triggered_by, grace_s=60)
    place.start()
    upgrade.enough()
    assert place.until(jobs.imported, *ENDS)["status"] == "KILLED"
    place.rest()
    place.judge()
    with place.database() as db:
        assert boxes(db, jobs.version_id) == {}
        assert count(db, schema.document) == jobs.documents
