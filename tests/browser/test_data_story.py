"""The work on a dataset as one story: a bad file, its rejects mended, a fork, a merge, and an undo."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import violations
from tests.browser.house import coco, ok
from tests.browser.test_changes import go
from tests.browser.test_import import broken, choose
from tests.browser.test_operations import open_operation
from tests.live import LiveServer, until

pytestmark = pytest.mark.browser

SLOW_MS = 60_000
SHAPES, PER_PICTURE, BAD = 18, 3, 5
DATASET = "the whole story"
JOB = re.compile(r"/jobs/([0-9a-f-]+)")


class Orchard:
    """A dataset of its own, seen from outside of the page."""

    def __init__(self, live: LiveServer) -> None:
        self._live = live
        with live.client() as client:
            dataset = ok(client.post("/api/v1/datasets", json={"name": DATASET}))
            self.dataset = dataset["id"]
            path = f"/api/v1/datasets/{self.dataset}/versions"
            ok(client.post(path, json={"name": "spring", "type": "OBJECT_DETECTION"}))

    def versions(self) -> dict[str, dict[str, Any]]:
        """Pictures and shapes by the version's name."""
        with self._live.client() as client:
            found = ok(client.get(f"/api/v1/datasets/{self.dataset}"))["versions"]
            return {one["name"]: ok(client.get(f"/api/v1/versions/{one['id']}")) for one in found}

    def counts(self) -> dict[str, int]:
        return {name: one["shape_count"] for name, one in self.versions().items()}

    def say_one_pear(self, name: str) -> None:
        """In place of all that is said of a picture of this version."""
        pear = {"kind": "rectangle", "label": "pear", "geometry": [10, 10, 50, 50]}
        with self._live.client() as client:
            path = f"/api/v1/versions/{self.versions()[name]['id']}/assets"
            [asset, *_] = ok(client.get(path))["items"]
            ok(client.put(f"/api/v1/assets/{asset['id']}/shapes", json={"shapes": [pear]}))

    def path(self, name: str) -> str:
        return f"/dataset/{self.dataset}/version/{self.versions()[name]['id']}/assets"


def launched(page: Page, live: LiveServer, button: Locator) -> str:
    """Press what launches a job, wait until it went well; the address of its page."""
    before = page.url
    button.click()
    page.wait_for_url(lambda url: url != before and JOB.search(url) is not None)
    found = JOB.search(page.url)
    assert found is not None
    with live.client() as client:
        until(client, found[1], "SUCCEEDED")
    expect(page.get_by_text("Success").first).to_be_visible(timeout=SLOW_MS)
    return page.url.partition("?")[0]


def test_a_dataset_is_imported_mended_forked_merged_and_undone(
    page: Page, live: LiveServer, tmp_path: Path
) -> None:
    orchard = Orchard(live)
    file = tmp_path / "harvest.json"

    file.write_text(json.dumps(broken()))
    go(page, orchard.path("spring"))
    page.get_by_role("button", name="Import").click()
    dialog = page.get_by_role("dialog", name="Import annotations")
    choose(dialog, file)
    dialog.get_by_label("Skip bad records").check()
    first = launched(page, live, dialog.get_by_role("button", name="Import", exact=True))
    assert orchard.counts() == {"spring": SHAPES - BAD}

    rejects = page.get_by_role("region", name="Rejected records")
    expect(rejects).to_contain_text(f"{BAD} records rejected")
    with page.expect_download() as download:
        rejects.get_by_role("link", name="rejects.jsonl").click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert len({json.loads(line)["where"] for line in lines}) == BAD

    file.write_bytes(coco())
    rejects.get_by_role("button", name="Import the mended file").click()
    again = page.get_by_role("dialog", name="Import rejected records again")
    choose(again, file, "Mended file")
    launched(page, live, again.get_by_role("button", name="Import", exact=True))
    assert orchard.counts() == {"spring": SHAPES}

    go(page, orchard.path("spring"))
    page.get_by_role("button", name="Fork").click()
    dialog = page.get_by_role("dialog", name="Fork spring")
    launched(page, live, dialog.get_by_role("button", name="Fork"))
    assert orchard.counts() == {"spring": SHAPES, "spring-fork": SHAPES}
    orchard.say_one_pear("spring-fork")
    fork = SHAPES - PER_PICTURE + 1
    assert orchard.counts() == {"spring": SHAPES, "spring-fork": fork}

    go(page, orchard.path("spring"))
    dialog = open_operation(page, "Merge versions")
    dialog.get_by_label("Versions").fill(f"{DATASET}/spring-fork")
    page.get_by_role("option", name=f"{DATASET}/spring-fork").click()
    page.keyboard.press("Escape")
    dialog.get_by_label("Mode").select_option("concatenate")
    merge = launched(page, live, dialog.get_by_role("button", name="Launch"))
    assert orchard.counts() == {"spring": SHAPES + 1, "spring-fork": fork}

    undo(page, merge)
    asked = page.get_by_role("dialog", name="Undo this job?")
    launched(page, live, asked.get_by_role("button", name="Undo"))
    assert orchard.counts() == {"spring": SHAPES, "spring-fork": fork}

    undo(page, first)
    page.get_by_role("dialog", name="Undo this job?").get_by_role("button", name="Undo").click()
    refusal = page.get_by_role("dialog", name="Newer changes stand on this")
    expect(refusal.get_by_role("list", name="Newer changes")).to_contain_text(
        "(Import rejects again, harvest.json)"
    )
    assert orchard.counts() == {"spring": SHAPES, "spring-fork": fork}
    assert violations(page) == []


def undo(page: Page, job: str) -> None:
    page.goto(f"{job}?tab=changes")
    panel = page.get_by_role("region", name="What it changed")
    panel.get_by_role("button", name="Undo").click()
