"""The unmodified official SDK 6.37.0 against a real server: all that Safelight says it can do with it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from safelight.actions.first_start import first_owner
from safelight.actions.launch import Order, launch
from safelight.domain.jobs import JobType
from safelight.store import organizations
from safelight.store.db import Database
from tests.acceptance.conftest import Home
from tests.acceptance.pictures import BIG, PICTURES, write_impostors

pytestmark = pytest.mark.acceptance


@pytest.fixture(scope="session")
def names(pictures: Path) -> list[str]:
    """The 60 pictures in the order of drawing."""
    return [*sorted(one.name for one in pictures.glob("picture-*")), BIG]


def test_the_client_logs_in_and_a_wrong_token_is_refused(home: Home) -> None:
    found = home.official.run("who", organization="safelight")
    assert found["same"] == [found["organization"]] * 2
    assert found["name"] == "safelight"
    assert "Cannot connect" in found["wrong"] or "token" in found["wrong"]
    assert found["datalake"] == "default"
    assert found["by_name"]
    assert found["datalakes"] == ["default"]
    answer = httpx.get(f"{home.server.url}/api/home/ping", headers={"Authorization": "Bearer no"})
    assert answer.status_code == 401
    assert set(answer.json()) == {"code", "message", "detail"}


@pytest.fixture(scope="session")
def uploaded(
    home: Home,
    names: list[str],
    pictures: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, object]:
    """What the script `upload` found; the datalake holds the pictures from here on."""
    apart = tmp_path_factory.mktemp("impostors")
    (apart / "picture-00.png").write_bytes((pictures / "picture-00.png").read_bytes())
    impostors = [str(path) for path in write_impostors(apart).values()]
    downloads = tmp_path_factory.mktemp("downloads")
    found = home.official.run("upload", names=names, impostors=impostors, downloads=str(downloads))
    return {**found, "downloads": downloads}


def test_sixty_pictures_arrive_whole(
    uploaded: dict[str, object], names: list[str], pictures: Path
) -> None:
    assert uploaded["uploaded"] == PICTURES
    downloads = uploaded["downloads"]
    assert isinstance(downloads, Path)
    for name in (names[3], BIG):
        assert (downloads / name).read_bytes() == (pictures / name).read_bytes()


def test_files_that_are_no_pictures_are_refused_and_the_batch_goes_on(
    uploaded: dict[str, object],
) -> None:
    assert uploaded["mixed"] == "picture-00.png"
    assert uploaded["errors"] == ["cut.png", "empty.jpg", "text.png"]
    assert uploaded["nothing_done"]
    assert uploaded["all"] == PICTURES + 1


def test_data_are_listed_found_and_filtered(uploaded: dict[str, object], names: list[str]) -> None:
    assert uploaded["pages"] == [7, PICTURES + 1]
    assert uploaded["named"] == [names[0], names[0], names[1]]
    assert uploaded["by_id"] == uploaded["by_object"] == [names[3]]
    assert uploaded["tagged"] == PICTURES
    assert uploaded["odd"] == names[1:20:2]
    assert (uploaded["either"], uploaded["both"]) == (PICTURES, 10)
    assert uploaded["tags"] == ["demo", "first batch", "odd"]
    assert uploaded["tags_of_one"] == ["demo", "first batch", "odd"]
    assert uploaded["same_tag"]
    assert uploaded["source"] == "a camera"
    assert uploaded["metadata"] == {"taken_by": "person 3"}
    assert uploaded["size"] == [67, 51]
    assert uploaded["status"] == "DONE"
    assert uploaded["same"]


@pytest.fixture(scope="session")
def filled(home: Home, uploaded: dict[str, object], names: list[str]) -> dict[str, object]:
    """What the script `fill` found; the dataset `orchard` has a version `first` from here on."""
    return home.official.run("fill", names=names, dataset="orchard")


def test_a_version_is_made_filled_and_filtered(filled: dict[str, object], names: list[str]) -> None:
    assert filled["found"] == filled["by_id"] == filled["version"]
    assert filled["versions"] == ["first"]
    assert filled["job"] == "SUCCESS"
    assert filled["size"] == filled["assets"] == filled["unique"] == PICTURES + 1
    whole = filled["whole"]
    assert isinstance(whole, list)
    assert whole[0] == filled["newest_first"]
    assert whole[-1] == filled["oldest_first"]
    assert whole[2:5] == filled["page"]
    assert (filled["by_ids"], filled["by_data"], filled["by_objects"]) == (2, 1, 1)
    assert filled["by_names"] == [names[0], names[0], names[1]]
    assert filled["by_start"] == 11
    assert filled["tagged"] == 50
    assert filled["of_data"] == 10
    assert filled["tags"] == ["crossed", "kept"]
    assert filled["one"] == [69, 53, "IMAGE"]
    assert filled["labels"] == ["apple", "pear"]
    assert filled["renamed"] == ["apple", "quince"]
    assert filled["label"]


def test_shapes_come_back_as_they_were_sent_and_change_one_by_one(
    home: Home, filled: dict[str, object], names: list[str]
) -> None:
    found = home.official.run("shapes", names=names, dataset="orchard")
    assert found["boxes"] == found["sent"]
    assert found["made"]
    assert found["polygons"] == [
        [[[1, 1], [40, 3], [39, 30], [1, 31], [1, 1]], "apple"],
        [[[0, 0], [5, 0], [5, 5]], "pear"],
        [[[9, 9], [8, 8], [7, 9]], "apple"],
    ]
    assert found["words"] == ["pear", "apple", "pear"]
    changed = [[7, 2, 30, 20, "pear"], *found["sent"][1:4], *found["sent"][5:]]
    assert found["changed"] == changed
    leaf = [[2.125, 2.0], [4, 2], [4, 4.0625]]
    assert found["changed_polygon"] == [leaf, "pear", "a leaf"]
    assert found["singles"] == [[7, 2, 30, 20, "pear"], leaf, "apple"]
    assert found["annotation"] == [2.25, "ACCEPTED", True]
    assert found["over"] == [[5, 6, 7, 8, "pear"], [1, 2, 3, 4, "apple"]]
    assert found["over_others"] == [[[1, 1], [2, 2], [3, 1]], "pear"]
    assert found["loaded"] == {found["asset"]: [20], found["other"]: [2]}
    assert found["loaded_labels"] == ["apple", "pear"]
    assert found["some"] == [found["other"]]
    assert found["accepted"] == 1
    repartition, objects, annotations = found["stats"]
    assert sum(repartition.values()) == objects == 26 + 4
    assert annotations == 2
    assert found["split"] == [1, 1, ["apple", "pear"]]
    assert found["third_left"] == 0


def test_sixteen_threads_lose_no_shape(
    home: Home, filled: dict[str, object], names: list[str]
) -> None:
    found = home.official.run("crowd", names=names[1:], dataset="orchard")
    assert found == {"kept": 800, "different": 800, "in_order": True}


def test_a_coco_file_is_imported_and_exported_as_it_was(
    home: Home, filled: dict[str, object], names: list[str], tmp_path: Path
) -> None:
    found = home.official.run("coco", names=names, dataset="orchard", folder=str(tmp_path))
    assert found["created"] == [1, 2]
    assert [one[:3] for one in found["shapes"]] == found["sent"]
    assert found["images"] == sorted(names[1:5])
    assert found["categories"] == ["apple", "pear"]
    assert found["kept"] == 0
    assert found["counts"] == [3, 4, 2]
    assert found["groups"] == ["fruit"]
    whole = [[int(x), int(y)] for x, y in found["ring"]]  # the client sends whole numbers
    assert found["read"][0] == whole
    assert found["fruit"][0][3] == [[value for point in whole for value in point]]
    assert found["classes"] == [[]]
    assert found["round_trip"]
    assert found["by_asset"]
    assert found["of_one"] == [names[1]]
    assert found["built"] == 2
    assert found["emptied"] == 0


def test_a_version_is_forked_and_locked(
    home: Home, filled: dict[str, object], names: list[str]
) -> None:
    found = home.official.run("forks", names=names, dataset="orchard")
    assert found["job"] == "SUCCESS"
    assert found["same"]
    assert found["labels"] == ["apple", "pear", "plum"]
    assert found["type"] == "OBJECT_DETECTION"
    assert found["tags"] == ["kept"]
    assert found["bare"] == [8, 0, 0]
    assert found["few"] == found["chosen"]
    assert found["few_shapes"] == 3
    assert found["untouched"]
    assert all("locked by owner" in sentence for sentence in found["locked"])
    assert found["still"] == 2


PACKAGE = {
    "processing.toml": """
name = "echo"
target = "DATASET_VERSION"
entry = "main.py"

[parameters.word]
type = "string"
default = "nothing"
""",
    "main.py": """
import os, sys, urllib.request, json

host, token = os.environ["host"], os.environ["api_token"]
request = urllib.request.Request(
    f"{host}/api/v2/job/{os.environ['job_id']}", headers={"Authorization": f"Bearer {token}"}
)
job = json.load(urllib.request.urlopen(request))
word = job["processing_job"]["parameters"]["word"]
print("the word is", word)
sys.exit(3 if word == "fail" else 0)
""",
}


def test_a_package_is_found_launched_and_awaited_and_an_image_says_why_not(
    home: Home, filled: dict[str, object], tmp_path: Path
) -> None:
    for name, content in PACKAGE.items():
        (tmp_path / name).write_text(content)
    home.safelight("processing", "add", tmp_path)
    found = home.official.run("processing", dataset="orchard", package="echo")
    assert found["docker"].startswith("safelight-package:")
    assert found["first_status"] in {"PENDING", "QUEUED", "RUNNING"}
    assert found["ended"] == found["same"] == "SUCCEEDED"
    assert "the word is acceptance" in home.log(found["job"]).lines
    assert found["payload"] == {"asset_ids": found["chosen"]}
    assert found["inputs"]["input_dataset_version_id"] == found["version"]
    assert found["failed"] == "FAILED"
    assert home.log(found["failing"]).job["failure"]["kind"] == "script_error"
    assert found["image"] == ["registry.example.org/detector:1.1", ["model_version_id"]]
    assert found["stuck"] == "FAILED"
    assert found["took"] < 20
    failure = home.log(found["stuck_job"]).job["failure"]
    assert failure["kind"] == "engine_error"
    assert "registry.example.org/detector:1.1" in failure["message"]
    assert "no container engine is configured" in failure["message"]


def test_lines_posted_over_the_wire_are_the_log_of_a_run_elsewhere(
    home: Home, filled: dict[str, object], tmp_path: Path
) -> None:
    job_id = _track(home)
    found = home.official.run("logging_lines", job=job_id, folder=str(tmp_path))
    assert (found["before"], found["running"]) == ("PENDING", "RUNNING")
    assert found["after"] == "SUCCEEDED"
    log = home.log(job_id)
    assert log.lines == [
        "reading pictures",
        "epoch 1/2: 100%",
        "first of a table",
        "second of a table",
        "\x1b[32mdone\x1b[0m",
    ]
    assert log.sections == ["Start job", "Train"]
    assert log.complete
    assert log.job["status"] == "SUCCEEDED"


def _track(home: Home) -> str:
    """A job whose run executes elsewhere, written as the server would."""
    db = Database(home.database)
    try:
        with db.transaction() as tx:
            organization = organizations.first(tx)
            assert organization is not None
            order = Order(
                organization_id=organization.organization_id,
                type=JobType.TRAINING,
                operation="training",
                name="On the cluster",
                target=None,
                source={"image": "elsewhere"},
                triggered_by=first_owner(tx),
                engine="external",
            )
            job, _ = launch(tx, order)
            return str(job.job_id)
    finally:
        db.close()
