"""Every command against a real server, as a person or a script would type it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from safelight import Client, Rectangle
from tests.cli.conftest import EXAMPLES, Shell, png
from tests.live import LiveServer


@pytest.fixture(scope="session")
def hello(shell: Shell, fruit: str) -> str:
    """The id of a hello job that has succeeded."""
    shell("processing", "add", str(EXAMPLES / "hello"))
    given = ["--target", fruit, "--set", "name=Ada", "--set", "steps=1"]
    return str(shell.json("processing", "launch", "hello", *given, "--wait")["id"])


def test_a_launched_job_is_listed_shown_and_its_log_printed(
    shell: Shell, fruit: str, hello: str
) -> None:
    rows = shell.json("jobs", "--type", "processing", "--status", "success", "--search", "hello")
    assert hello in [row["id"] for row in rows]  # other tests launch it, too
    assert {row["name"] for row in rows} == {"hello"}
    listed = shell("jobs")
    assert hello[-8:] in listed
    assert "Success" in listed
    assert hello in [row["id"] for row in shell.json("jobs", "--target", fruit)]
    assert hello in [row["id"] for row in shell.json("jobs", "--object", "fruit")]  # any version
    shell("jobs", "--object", "no/such", code=4)
    shown = shell("job", hello)
    assert "name=Ada" in shown
    log = shell("logs", hello)
    assert "Hello Ada, for the 1. time" in log.splitlines()


def test_a_job_is_found_by_the_last_and_the_first_digits_of_its_id(
    shell: Shell, hello: str
) -> None:
    assert shell.json("job", hello[-8:])["id"] == hello
    assert shell.json("job", hello[:18])["id"] == hello
    shell("job", "deadbeef", code=4)


def test_a_log_can_be_searched_and_dated(shell: Shell, hello: str) -> None:
    found = shell("logs", hello, "--grep", "for the \\d+", "--timestamps")
    assert found.rstrip().endswith("Hello Ada, for the 1. time")
    assert found.startswith("20")
    lines = [json.loads(line) for line in shell("logs", hello, "--json").splitlines()]
    assert [line["n"] for line in lines] == list(range(1, len(lines) + 1))
    shell("logs", hello, "--grep", "(", code=4)


def test_waiting_exits_with_the_end_of_the_job(shell: Shell, hello: str) -> None:
    assert shell.json("wait", hello)["status"] == "SUCCEEDED"
    rerun = shell("rerun", hello, "--set", "steps=600").strip()
    assert rerun == hello
    shell("wait", hello, "--timeout", "0.2", code=3)
    shell("rerun", hello, code=4)  # it runs
    shell("stop", hello, "--grace", "0")
    shell("wait", hello, code=2)
    assert "Stopped" in shell("job", hello)


def test_a_failed_job_exits_one_and_says_why(shell: Shell, fruit: str, tmp_path: Path) -> None:
    (tmp_path / "processing.toml").write_text(
        'name = "broken"\ntarget = "DATASET_VERSION"\nentry = "main.py"\n'
    )
    (tmp_path / "main.py").write_text("import sys; sys.exit('the lamp is out')")
    shell("processing", "add", str(tmp_path))
    said = shell("processing", "launch", "broken", "--target", fruit, "--wait", code=1)
    assert "the lamp is out" in said


FAINTS = """\
import sys
print("epoch 1", flush=True)
raise RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 7.79 GiB total; 14.31 MiB free)")
"""


def test_a_failed_job_says_what_to_try_and_who_else_failed_so(
    shell: Shell, client: Client, fruit: str, tmp_path: Path
) -> None:
    (tmp_path / "processing.toml").write_text(
        'name = "faints"\ntarget = "DATASET_VERSION"\nentry = "main.py"\n'
        '[parameters.batch_size]\ntype = "integer"\ndefault = 16\n'
    )
    (tmp_path / "main.py").write_text(FAINTS)
    shell("processing", "add", str(tmp_path))
    launch = ("processing", "launch", "faints", "--target", fruit, "--wait")
    first = shell.json(*launch, code=1)
    said = shell("job", first["id"])
    assert "The GPU ran out of memory: 20.00 MiB more were needed, 14.31 MiB were free." in said
    assert f"safelight rerun {first['id'][-8:]} --set batch_size=8" in said
    assert "other job" not in said
    failure = client.jobs.get(first["id"]).run.failure
    assert failure is not None
    line = failure["line"]
    assert client.jobs.get(first["id"]).run.log.tail(100)[line - 1].text == failure["evidence"]
    second = shell.json(*launch, code=1)
    again = shell("job", second["id"])
    assert "1 other job, the first " in again
    assert f"; the newest: {first['id'][-8:]}" in again
    same = [str(job.id) for job in client.jobs.list(failure=failure["key"])]
    assert same == [second["id"], first["id"]]


def test_a_followed_log_ends_with_its_run(shell: Shell, fruit: str, hello: str) -> None:
    job = shell("processing", "launch", "hello", "--target", fruit, "--set", "steps=2").strip()
    log = shell("logs", job, "-f")
    assert [line for line in log.splitlines() if line.startswith("Hello")] == [
        "Hello world, for the 1. time",
        "Hello world, for the 2. time",
    ]


def test_a_coco_file_is_imported_exported_and_its_version_forked(
    shell: Shell, client: Client, tmp_path: Path
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / "one.png").write_bytes(png(64, 48))
    content = {
        "images": [{"id": 1, "file_name": "one.png", "width": 64, "height": 48}],
        "categories": [{"id": 1, "name": "bird"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2.5, 3, 4], "area": 12,
             "iscrowd": 0, "segmentation": []},
        ],
    }  # fmt: skip
    file = tmp_path / "birds.json"
    file.write_text(json.dumps(content))
    into = ["--dataset", "birds", "--version", "first", "--images", str(pictures)]
    shell("import", "coco", str(file), *into, "--wait")
    (asset,) = client.versions.get("birds/first").assets()
    assert asset.shapes == [Rectangle("bird", 1, 2.5, 3, 4)]
    assert asset.read() == (pictures / "one.png").read_bytes()

    shell("export", "coco", "birds/first", "-o", str(tmp_path / "out.json"))
    exported = json.loads((tmp_path / "out.json").read_text())
    assert [each["bbox"] for each in exported["annotations"]] == [[1, 2.5, 3, 4]]

    archive = tmp_path / "out.zip"
    done = shell(
        "export", "voc", "birds/first", "-o", str(archive), "--with-pictures", "--named", "one"
    )
    assert "1 picture · 1 shape" in done
    with zipfile.ZipFile(archive) as inside:
        assert set(inside.namelist()) == {"JPEGImages/one.png", "Annotations/one.xml"}

    sent: list[bytes] = []
    client.versions.get("birds/first").stream_export(sent.append, label=["bird"])
    assert json.loads(b"".join(sent))["annotations"] == exported["annotations"]

    forked = shell.json("fork", "birds/first", "bare", "--no-annotations", "--wait")["id"]
    (bare,) = client.versions.get("birds/bare").assets()
    assert (bare.filename, bare.shapes) == ("one.png", [])
    shell("rerun", forked, code=4)  # its name is taken by now
    shell("rerun", forked, "--set", "name=bare-2", "--wait")
    assert client.versions.get("birds/bare-2").asset_count == 1


def test_versions_are_split_tagged_copied_and_merged(shell: Shell, client: Client) -> None:
    made = client.datasets.create("plants").create_version("all")
    for shade, label in enumerate(["oak", "oak", "elm", "elm"], start=40):
        made.add_picture(f"{shade}.png", png(shade=shade), [Rectangle(label, 1, 2, 10, 12)])
    parts = ["--part", "train=0.5", "--part", "val=0.5", "--stratify", "label"]
    shell("dataset", "split", "plants/all", *parts, "--wait")
    train = client.versions.get("plants/train")
    assert sorted(asset.shapes[0].label for asset in train.assets()) == ["elm", "oak"]

    which = ["--query", "label:oak", "--max-shapes", "1"]
    shell("dataset", "tag", "plants/all", "--add", "hard", "--add", "old", *which, "--wait")
    tagged = {asset.filename: sorted(asset.tags) for asset in made.assets() if asset.tags}
    assert tagged == {"40.png": ["hard", "old"], "41.png": ["hard", "old"]}

    copying = ["--source", "plants/all", "--having-tag", "hard", "--label", "oak=tree"]
    shell("dataset", "copy", "plants/val", *copying, "--mode", "replace", "--wait")
    copied = client.versions.get("plants/val")
    shapes = {asset.filename: asset.shapes[0].label for asset in copied.assets()}
    assert [shapes[name] for name in ("40.png", "41.png")] == ["tree", "tree"]

    shell("dataset", "merge", "plants/train", "--version", "plants/val", "--name", "m", "--wait")
    assert client.versions.get("plants/m").asset_count == len(
        {*shapes, "40.png", "41.png"} | {asset.filename for asset in train.assets()}
    )
    shell("dataset", "rename-labels", "plants/m", "--name", "tree=oak 2", "--wait")
    assert "oak 2" in client.versions.get("plants/m").labels
    shell("dataset", "convert", "plants/m", "--to", "polygon", "--no-set-type", "--wait")
    shell("dataset", "delete-pictures", "plants/m", "--everything", "--wait")
    assert client.versions.get("plants/m").asset_count == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["split", "fruit/first", "--part", "a=0.5", "--part", "b=0.4"],
        ["split", "fruit/first", "--part", "a=much"],
        ["split", "fruit/first", "--part", "a"],
        ["tag", "fruit/first", "--add", "x", "--having-label", "fig"],
        ["merge-labels", "fruit/first", "--label", "apple", "--into", "apple"],
        ["delete-pictures", "fruit/first"],
        ["copy", "fruit/first", "--source", "fruit/first"],
        ["convert", "fruit/first", "--to", "mask"],
        ["convert", "fruit/first"],
    ],
    ids=" ".join,
)
def test_an_operation_that_makes_no_sense_is_said_in_a_line(
    shell: Shell, fruit: str, arguments: list[str]
) -> None:
    assert shell("dataset", *arguments, code=4) == ""


def test_a_folder_is_checked_imported_and_what_was_bad_imported_again(
    shell: Shell, client: Client, tmp_path: Path
) -> None:
    folder = tmp_path / "nests"
    (folder / "labels").mkdir(parents=True)
    (folder / "data.yaml").write_text("names: [egg]\n")
    (folder / "images").mkdir()
    (folder / "images" / "one.png").write_bytes(png(64, 48))
    labels = folder / "labels" / "one.txt"
    labels.write_text("0 0.5 0.5 0.25 0.25\n0 0.5 0.5 0.25\n")
    into = ["import", "auto", str(folder), "--dataset", "nests", "--version", "first"]
    said = shell.json(*into, "--check")
    assert (said["format"], said["shapes"]["total"], said["bad"]["total"]) == ("yolo", 1, 1)
    assert "labels/one.txt:2" in shell(*into, "--check")
    assert list(client.versions.get("nests/first").assets()) == []

    first = shell.json(*into, "--skip-bad", "--wait")["id"]
    [line] = shell("rejects", first).splitlines()
    assert json.loads(line)["where"] == "labels/one.txt:2"
    labels.write_text("0 0.5 0.5 0.25 0.25\n0 0.5 0.5 0.125 0.25\n")
    shell(*into, "--only-rejected-of", first, "--wait")
    (asset,) = client.versions.get("nests/first").assets()
    assert asset.shapes == [Rectangle("egg", 24, 18, 16, 12), Rectangle("egg", 28, 18, 8, 12)]
    shell("rejects", first, "-o", str(tmp_path / "rejects.jsonl"))
    assert (tmp_path / "rejects.jsonl").read_text().strip() == line


def test_a_training_is_added_and_launched_with_live_metrics(shell: Shell, client: Client) -> None:
    shell("training", "add", str(EXAMPLES / "line"))
    assert "line" in [row["name"] for row in shell.json("training", "list")]
    given = ["--project", "tries", "--experiment", "first", "--set", "epochs=5"]
    shell("training", "launch", "line", *given, "--wait")
    experiment = client.projects.get("tries").experiment("first")
    losses = experiment.values("loss")
    assert len(losses) == 5
    assert losses == sorted(losses, reverse=True)
    (artifact,) = experiment.artifacts
    assert artifact["name"] == "line"


def test_shipped_processings_and_trainings_are_listed(shell: Shell, live: LiveServer) -> None:
    assert "augmentation" in shell("processing", "list")
    assert "digits" in shell("training", "list")


def test_a_user_is_let_in_again_and_a_login_taken_from_the_data_folder(
    shell: Shell, live: LiveServer
) -> None:
    link = shell("user", "reset", "owner", "--data", str(live.data)).strip()
    # By name, as the page is opened: a session belongs to that name.
    assert link.startswith(f"http://localhost:{live.port}/login?link=")
    said = shell("login", "--data", str(live.data))
    assert "as owner" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["job", "01930000-0000-7000-8000-000000000001"], ""),
        (["fork", "no-such/version", "x"], ""),
        (["processing", "launch", "nothing", "--target", "a/b"], ""),
        (["processing", "add", "."], ""),
    ],
)
def test_what_does_not_exist_is_said_in_a_line(
    shell: Shell, arguments: list[str], message: str
) -> None:
    assert shell(*arguments, code=4) == message


@pytest.mark.parametrize("kind", ["processing", "training"])
def test_what_a_package_lacks_is_said_when_it_is_added(
    shell: Shell, tmp_path: Path, kind: str
) -> None:
    target = 'target = "DATASET_VERSION"\n' if kind == "processing" else ""
    manifest = f'name = "lacking-{kind}"\n{target}entry = "gone.py"\n'
    (tmp_path / f"{kind}.toml").write_text(manifest)
    added = shell.json(kind, "add", str(tmp_path))
    assert added["warnings"] == ["gone.py is not in the package, so it will fail when it runs."]


def test_a_job_runs_again_under_other_limits_and_like_an_earlier_run(
    shell: Shell, fruit: str, hello: str
) -> None:
    launched = ["hello", "--target", fruit, "--set", "name=Bo", "--set", "steps=1"]
    job = shell.json("processing", "launch", *launched, "--wait")["id"]
    again = shell.json("rerun", job, "--set", "name=Cy", "--limit", "memory=1GiB", "--wait")
    assert again["job_runs"][0]["resources"]["memory"] == 1 << 30
    like = shell.json("rerun", job, "--run", "1", "--limit", "timeout=2h", "--wait")["job_runs"][0]
    assert (like["number"], like["parameters"]["name"]) == (3, "Bo")
    assert (like["resources"]["memory"], like["resources"]["timeout_s"]) == (None, 7200)
    shell("rerun", job, "--limit", "memory=much", code=4)
    shell("rerun", job, "--set", "steps=many", code=4)
    shell("rerun", job, "--run", "9", code=4)
    assert len(shell.json("job", job)["job_runs"]) == 3


def test_two_runs_are_held_side_by_side(shell: Shell, fruit: str, hello: str) -> None:
    launched = ["hello", "--target", fruit, "--set", "name=Di", "--set", "steps=1"]
    job = shell.json("processing", "launch", *launched, "--wait")["id"]
    shell("rerun", job, "--set", "name=Ed", "--wait")
    said = shell("diff", job)
    assert "parameters.name" in said
    assert "- run 1 line " in said
    assert "Hello Di, for the 1. time" in said
    assert "Hello Ed, for the 1. time" in said
    found = shell.json("diff", job, "--runs", "2,1")
    assert found["parameters"] == [{"name": "name", "before": "Ed", "after": "Di"}]
    shell("diff", job, "--runs", "1", code=4)
    shell("diff", job, "--runs", "1,7", code=4)
