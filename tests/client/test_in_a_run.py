"""The SDK inside real runs: what a script sees, and a server that dies under it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from safelight import Classification, Client, Polygon, Rectangle
from safelight.client.datasets import Version
from safelight.errors import Invalid, LiveRun, Locked, NameTaken, NotFound
from tests.live import LiveServer

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def png(shade: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 120, 40)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def fruit(client: Client) -> Version:
    version = client.datasets.create("fruit").create_version("first", type="OBJECT_DETECTION")
    triangle = Polygon.of("pear", [(1, 1), (20, 1), (10, 20)])
    version.add_picture("a.png", png(1), [Rectangle("apple", 1, 2, 10.25, 12), triangle])
    version.add_picture("b.png", png(2), [Classification("apple")])
    return version.refresh()


def script(folder: Path, body: str, name: str = "script") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "processing.toml").write_text(
        f'name = "{name}"\ntarget = "DATASET_VERSION"\nentry = "main.py"\n'
        '[parameters.a]\ntype = "integer"\ndefault = 0\n'
    )
    (folder / "main.py").write_text(f"import safelight\nrun = safelight.current()\n{body}")
    return folder


def test_pictures_come_back_with_their_shapes_as_they_were_given(fruit: Version) -> None:
    first, second = sorted(fruit.assets(), key=lambda asset: asset.filename)
    assert first.shapes == [
        Rectangle("apple", 1, 2, 10.25, 12),
        Polygon.of("pear", [(1, 1), (20, 1), (10, 20)]),
    ]
    assert second.shapes == [Classification("apple")]
    assert (first.width, first.height, first.read()) == (40, 30, png(1))
    assert sorted(fruit.labels) == ["apple", "pear"]
    assert fruit.asset_count == 2


def test_the_same_picture_twice_is_one_and_another_of_its_name_is_refused(
    client: Client,
) -> None:
    version = client.datasets.create("twice").create_version("first")
    once = version.add_picture("a.png", png(1), [Rectangle("x", 0, 0, 5, 5)])
    again = version.add_picture("a.png", png(1), [Rectangle("x", 0, 0, 9, 9)])
    assert again == once
    (kept,) = version.assets()
    assert kept.shapes == [Rectangle("x", 0, 0, 9, 9)]
    with pytest.raises(NameTaken):
        version.add_picture("a.png", png(9))


def test_what_is_no_picture_and_what_is_locked_is_refused(client: Client) -> None:
    version = client.datasets.create("refused").create_version("first")
    with pytest.raises(Invalid):
        version.add_picture("a.png", b"this is no picture")
    assert version.lock().locked_by == "owner"
    with pytest.raises(Locked):
        version.add_picture("a.png", png(1))
    with pytest.raises(Locked):
        version.edit(name="other")
    version.unlock().add_picture("a.png", png(1))


def test_a_version_is_edited_and_what_is_not_named_stays(client: Client) -> None:
    version = client.datasets.create("edited").create_version("first", description="As it came.")
    version.edit(name="second", type="POINT")
    assert (version.name, version.type, version.locked_by) == ("second", "POINT", None)
    assert version.refresh().data["description"] == "As it came."
    with pytest.raises(Invalid):
        version.edit(type="CUBES")


def test_names_that_are_taken_or_unknown_are_told_apart(client: Client, fruit: Version) -> None:
    with pytest.raises(NameTaken):
        client.datasets.create("fruit")
    with pytest.raises(NameTaken):
        fruit.dataset.create_version("first")
    with pytest.raises(NotFound):
        client.versions.get("fruit/third")


def test_a_script_sees_its_run_and_says_what_came_out(
    client: Client, fruit: Version, tmp_path: Path
) -> None:
    body = """
names = [asset.filename for asset in run.target.assets()]
print(run.target.name, run.parameters, run.inputs, sorted(names))
run.progress(1, 4, unit="steps")
run.summary("one of four")
"""
    found = client.processings.add(script(tmp_path / "p", body))
    job = found.launch(fruit, parameters={"a": 1}).wait()
    assert job.status == "SUCCEEDED", job.failure
    assert job.summary == "one of four"
    lines = [line.text for line in job.logs(follow=True) if line.stream == "stdout"]
    assert lines == ["first {'a': 1} {} ['a.png', 'b.png']"]
    assert job.run.progress is not None
    assert (job.run.progress["done"], job.run.progress["unit"]) == (1, "steps")


def test_a_script_launched_on_a_selection_sees_nothing_else(
    client: Client, fruit: Version, tmp_path: Path
) -> None:
    body = "print(run.target.count, [asset.filename for asset in run.target.assets()])"
    found = client.processings.add(script(tmp_path / "p", body, "selection"))
    chosen = next(asset for asset in fruit.assets() if asset.filename == "b.png")
    job = found.launch(fruit, asset_ids=[chosen.id]).wait()
    assert [line.text for line in job.logs(follow=True) if line.stream == "stdout"] == [
        "1 ['b.png']"
    ]


def test_a_processing_with_a_package_makes_a_new_version(client: Client, fruit: Version) -> None:
    found = client.processings.add(EXAMPLES / "crops")
    job = found.launch(fruit, inputs={"target_version_name": "pieces"}).wait()
    assert job.status == "SUCCEEDED", job.failure
    pieces = sorted(fruit.dataset.version("pieces").assets(), key=lambda asset: asset.filename)
    assert [(asset.filename, asset.shapes) for asset in pieces] == [
        ("a_1.png", [Classification("apple")]),
        ("a_2.png", [Classification("pear")]),
    ]


def test_a_training_is_launched_by_its_experiment_which_keeps_what_it_logs(client: Client) -> None:
    training = client.trainings.add(EXAMPLES / "line")
    project = client.projects.create("tries")
    experiment = project.create_experiment("first", training=training, parameters={"epochs": 4})
    job = experiment.launch()
    assert job.wait(timeout_s=120).status == "SUCCEEDED"
    assert [each.id for each in experiment.jobs()] == [job.id]
    assert len(experiment.refresh().values("loss")) == 4
    experiment.launch({"epochs": 2}).wait(timeout_s=120)
    assert len(experiment.values("loss")) == 2


def test_a_job_that_runs_cannot_be_run_again_but_stopped(
    client: Client, fruit: Version, tmp_path: Path
) -> None:
    found = client.processings.add(
        script(tmp_path / "p", "import time\ntime.sleep(600)", "sleeper")
    )
    job = found.launch(fruit)
    with pytest.raises(LiveRun):
        job.rerun()
    job.stop(grace_s=0)
    assert job.wait().status == "KILLED"


def test_a_script_outlives_the_death_of_the_server_it_talks_to(
    client: Client, live: LiveServer, fruit: Version, tmp_path: Path
) -> None:
    body = """
import time
for step in range(40):
    run.target.refresh()
    run.progress(step, 40, unit="steps")
    print("step", step)
    time.sleep(0.05)
"""
    found = client.processings.add(script(tmp_path / "p", body, "enduring"))
    job = found.launch(fruit)
    next(line for line in job.logs(follow=True) if line.text == "step 3")
    live.kill()
    live.start(live.port)
    assert job.wait().status == "SUCCEEDED"
    steps = [line.text for line in job.logs(follow=True) if line.stream == "stdout"]
    assert steps == [f"step {step}" for step in range(40)]
