"""What was changed, and its undo, as a person types it and as the SDK says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from safelight import Client, Rectangle
from safelight.errors import NewerChanges
from tests.cli.conftest import Shell, png


def coco_file(folder: Path) -> str:
    file = folder / "found.json"
    image = {"id": 1, "file_name": "a.png", "width": 40, "height": 30}
    box = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}
    found = {"images": [image], "annotations": [box], "categories": [{"id": 1, "name": "fig"}]}
    file.write_text(json.dumps(found))
    return str(file)


def test_a_job_says_what_it_changed_and_is_undone(
    shell: Shell, client: Client, tmp_path: Path
) -> None:
    version = client.datasets.create("undone").create_version("first")
    version.add_picture("a.png", png(), [Rectangle("apple", 1, 2, 10, 12)])
    into = ("--dataset", "undone", "--version", "first")
    job = shell.json("import", "coco", coco_file(tmp_path), *into, "--wait")["id"]
    said = shell("changes", job)
    assert "undone/first  1 picture changed · label fig added" in said
    assert [line.split() for line in said.splitlines() if line.startswith("fig")] == [
        ["fig", "0", "1", "+1"]
    ]
    [change] = client.jobs.get(job).changes()
    [picture] = change.pictures()
    before, after = picture.before, picture.after
    assert before is not None
    assert after is not None
    assert ([one.label for one in before], [one.label for one in after]) == (["apple"], ["fig"])
    undo = shell("undo", job, "--wait")
    assert "1 picture as before · labels as before" in undo
    assert version.refresh().labels == ["apple"]
    rows = shell("dataset", "history", "undone/first").splitlines()
    assert (rows[0].split()[:3], len(rows)) == (["NO", "WHEN", "WHO"], 5)
    assert rows[1].endswith("an undo")
    assert rows[2].endswith("undone")
    number = rows[1].split()[0]
    shell("dataset", "undo", "undone/first", number, "--wait")
    assert version.refresh().labels == ["apple", "fig"]
    shell("dataset", "undo", "undone/first", "999999", code=4)


def test_an_undo_that_is_refused_lists_what_stands_in_the_way(
    shell: Shell, client: Client, tmp_path: Path
) -> None:
    version = client.datasets.create("refused").create_version("first")
    version.add_picture("a.png", png(), [Rectangle("fig", 1, 2, 10, 12)])
    into = ("--dataset", "refused", "--version", "first")
    job = shell.json("import", "coco", coco_file(tmp_path), *into, "--wait")["id"]
    version.add_picture("a.png", png(), [Rectangle("fig", 9, 9, 9, 9)])
    shell("undo", job, code=4)
    with pytest.raises(NewerChanges, match="stand on this") as caught:
        client.jobs.get(job).undo()
    assert [each["filename"] for each in caught.value.facts["conflicts"]] == ["a.png"]
    shell("undo", job, "--keep-newer", "--wait", code=4)  # nothing else was changed: no job
