"""The unmodified official SDK 6.37.0 against a real server, on both databases."""

from __future__ import annotations

import httpx
import pytest
from fastapi.routing import APIRoute

from safelight import picsellia
from safelight.domain import rle
from safelight.server import _routers
from tests.acceptance.home import Home, committed_paths
from tests.acceptance.pictures import BIG, PICTURES
from tests.acceptance.recorder import PREFIX, UNANSWERED, template
from tests.acceptance.stories import MASK, Stories

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(240)]


def test_the_client_logs_in_and_a_wrong_token_is_refused(stories: Stories) -> None:
    found = stories.who
    assert found["same"] == [found["organization"]] * 2
    assert found["name"] == "safelight"
    assert "Cannot connect" in found["wrong"] or "token" in found["wrong"]
    assert found["datalake"] == "default"
    assert found["by_name"]
    assert found["datalakes"] == ["default"]
    answer = httpx.get(
        f"{stories.home.server.url}/api/home/ping", headers={"Authorization": "Bearer no"}
    )
    assert answer.status_code == 401
    assert set(answer.json()) == {"code", "message", "detail"}


def test_sixty_pictures_arrive_whole(stories: Stories) -> None:
    found = stories.uploaded
    assert found["uploaded"] == PICTURES
    for name in (stories.names[3], BIG):
        assert (found["downloads"] / name).read_bytes() == (stories.pictures / name).read_bytes()
    assert found["fresh"]


def test_files_that_are_no_pictures_are_refused_and_the_batch_goes_on(stories: Stories) -> None:
    found = stories.uploaded
    assert found["mixed"] == "picture-00.png"
    assert found["errors"] == ["cut.png", "empty.jpg", "text.png"]
    assert found["nothing_done"]
    assert found["all"] == PICTURES + 1


def test_data_are_listed_found_and_filtered(stories: Stories) -> None:
    found, names = stories.uploaded, stories.names
    assert found["pages"] == [7, PICTURES + 1]
    assert found["named"] == [names[0], names[0], names[1]]
    assert found["by_id"] == found["by_object"] == [names[3]]
    assert found["tagged"] == PICTURES
    assert found["odd"] == names[1:20:2]
    assert (found["either"], found["both"]) == (PICTURES, 10)
    assert found["odd_left"] == 9
    assert found["tags"] == ["demo", "first batch", "odd"]
    assert found["tags_of_one"] == ["demo", "first batch", "odd"]
    assert found["same_tag"]
    assert found["source"] == "a camera"
    assert found["metadata"] == {"taken_by": "person 3"}
    assert found["size"] == [67, 51]
    assert found["status"] == "DONE"
    assert found["same"]


def test_a_version_is_made_filled_and_filtered(stories: Stories) -> None:
    found, names = stories.filled, stories.names
    assert found["found"] == found["by_id"] == found["version"]
    assert found["versions"] == ["first"]
    assert found["datasets"] == ["orchard"]
    assert found["job"] == "SUCCESS"
    assert found["size"] == found["assets"] == found["unique"] == PICTURES + 1
    assert found["whole"][0] == found["newest_first"]
    assert found["whole"][-1] == found["oldest_first"]
    assert found["whole"][2:5] == found["page"]
    assert (found["by_ids"], found["by_data"], found["by_objects"]) == (2, 1, 1)
    assert found["by_names"] == [names[0], names[0], names[1]]
    assert found["by_start"] == 11
    assert found["tagged"] == 50
    assert found["of_data"] == 10
    assert found["tags"] == ["crossed", "kept"]
    assert found["one"] == [69, 53, "IMAGE"]
    assert found["labels"] == ["apple", "pear"]
    assert found["renamed"] == ["apple", "quince"]
    assert found["label"]


def test_shapes_come_back_as_they_were_sent_and_change_one_by_one(stories: Stories) -> None:
    found = stories.shapes
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
    assert found["as_before"] == [True, True]
    assert found["over"] == [[5, 6, 7, 8, "pear"], [1, 2, 3, 4, "apple"]]
    assert found["over_others"] == [[[1, 1], [2, 2], [3, 1]], "pear"]


def test_annotations_are_loaded_counted_and_split_in_bulk(stories: Stories) -> None:
    found = stories.shapes
    assert found["loaded"] == {found["asset"]: [20], found["other"]: [2]}
    assert found["loaded_labels"] == ["apple", "pear"]
    assert found["some"] == [found["other"]]
    assert found["accepted"] == 1
    repartition, objects, annotations = found["stats"]
    assert sum(repartition.values()) == objects == 26 + 4
    assert annotations == 2
    assert found["split"] == [1, 1, ["apple", "pear"]]
    assert found["third_left"] == 0


def test_sixteen_threads_lose_no_shape(stories: Stories) -> None:
    assert stories.crowd == {"kept": 800, "different": 800, "in_order": True}


def test_a_coco_file_is_imported_and_exported_as_it_was(stories: Stories) -> None:
    found, names = stories.coco, stories.names
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


def test_a_version_is_forked_and_locked(stories: Stories) -> None:
    found = stories.forks
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


def test_a_package_is_found_launched_and_awaited(stories: Stories) -> None:
    found, home = stories.processing, stories.home
    assert found["docker"].startswith("safelight-package:")
    assert found["first_status"] in {"PENDING", "QUEUED", "RUNNING"}
    assert found["ended"] == found["same"] == "SUCCEEDED"
    assert "the word is acceptance" in home.log(found["job"]).lines
    assert found["payload"] == found["chosen"]
    assert found["inputs"]["input_dataset_version_id"] == found["version"]
    assert found["failed"] == "FAILED"
    assert home.log(found["failing"]).job["failure"]["kind"] == "script_error"


def test_everything_is_changed_and_taken_away(stories: Stories) -> None:
    found = stories.edits
    assert found["lines"] == [
        [[[1, 2], [9, 9]], "pear"],
        [[[5, 5], [6, 6], [7, 5]], "pear"],
        [[[0, 0], [1, 1]], "pear"],
    ]
    assert found["points"] == [[[3, 3], "a dot"]]
    assert found["masks"] == [[rle.compress(MASK), 3, [0, 5, 1, 3]]]
    assert found["loaded"] == 1
    assert found["kinds_left"] == [2, 0, 0]
    assert found["annotations"] == [2.0, 1.0]
    assert found["second_page"] == [2.0]
    assert found["groups"] == ["fruits", "food"]
    assert found["skeletons"] == [found["skeleton"]]
    assert found["skeleton"] == {"vertices": ["top", "bottom"], "edges": [[1, 2]]}
    assert found["attributes"] == {"ripe": {"required": True, "input_type": "BOOLEAN"}}
    assert found["ungrouped"] is None
    assert (found["labels_left"], found["lines_left"]) == (["apple"], [])
    assert (found["tag"], found["tagged"]) == ("rounder", 3)
    assert found["copied"] == [3, ["rounder"]]
    assert found["classes"] == [["rounder"]] * 3
    assert found["tags_left"] == []
    assert found["object_tags"] == [["ours"], ["best"], ["ours"], True]
    assert found["tags_off"] == []


def test_sources_data_versions_and_datasets_are_edited_and_deleted(stories: Stories) -> None:
    found = stories.edits
    assert found["source"] == "a kite"
    assert "a kite" in found["sources"]
    assert "a kite" not in found["sources_left"]
    assert found["metadata"] == [{"iso": 100}, {"weather": "rain"}]
    assert "to edit/v1" in found["in_use"]
    assert not found["fresh_left"]
    assert found["size"] == 3
    assert found["renamed"] == "edited"
    assert found["versions_left"] == ["v1"]


def test_many_data_are_described_at_once_and_found_by_it(stories: Stories) -> None:
    found, (first, second) = stories.metadata, stories.names[20:22]
    assert found["metadata"] == [{"reference": "XYZ1"}, {"reference": "XYZ2"}]
    assert found["custom_metadata"] == [
        {"rows": 10, "side": "north", "wet": True},
        {"rows": 20, "side": "north"},
    ]
    before = ["demo", "first batch"]
    assert found["tags"][0] == [*before, "in bulk", "second in bulk", "there before"]
    assert found["tags"][1:] == [[*before, "in bulk"], before]
    assert found["source"] == ["a crane", "a camera"]
    assert "There is no data" in found["unknown"]
    assert found["no_tag"]
    assert found["by_text"] == found["assets"] == [first, second]
    assert found["by_number"] == [second]
    assert found["by_both"] == found["named"] == found["named_assets"] == [first]
    assert sorted(found["ordered"]) == [first, second]
    assert "'side'" in found["nested"]


def test_custom_metadata_are_declared_and_held_against_it(stories: Stories) -> None:
    found = stories.metadata
    plain, schema, left = found["schemas"]
    assert (
        plain
        == left
        == {
            "custom_metadata_schema": None,
            "allow_extra_custom_metadata": True,
            "keys": {},
        }
    )
    assert set(schema["custom_metadata_schema"]) == {"side", "seen/at"}
    assert schema["custom_metadata_schema"]["side"]["required"] is False
    made, again, gone = found["reports"]
    assert sorted(made["created"]) == ["seen/at", "side"]
    assert (again["updated"], again["unchanged"]) == (["side"], ["seen/at"])
    assert gone["deleted"] == ["side"]
    extra, east = found["misfits"]
    assert extra.startswith(f"{stories.names[22]}: rows: there is no such key")
    assert "'east' is none of the choices" in east


def test_other_views_stand_beside_a_picture(stories: Stories) -> None:
    found = stories.projections
    assert found["none"] == 0
    assert found["names"] == ["infrared", "second"]
    assert found["infos"] == "wide"
    assert found["filename"] == stories.names[41]
    assert found["downloaded"]
    assert found["left"] == ["infrared"]


def test_uploaded_files_become_data_and_views_and_other_buckets_are_refused(
    stories: Stories,
) -> None:
    found = stories.projections
    assert found["job"] == "SUCCEEDED"
    assert found["found"] == ["lone.png", True, {"row": 1}, "a bucket"]
    assert found["tags"] == [["found"], ["found", "late"]]
    assert found["beside"] == ["beside"]
    assert all("reads no other bucket" in sentence for sentence in found["elsewhere"])


def test_tags_are_counted_and_become_classes_and_attributes_are_declared(stories: Stories) -> None:
    found = stories.words
    assert found["asset_tags"] == {"kept": 4, "best": 1}
    usual = {name: number for name, number in found["data_tags"].items() if name == "demo"}
    assert usual == {"demo": 4}
    assert (found["data_tags"]["sunny"], found["data_tags"]["cloudy"]) == (3, 1)
    assert "foggy" not in found["data_tags"]
    assert found["job"] == "SUCCESS"
    assert found["classes"] == [["sunny"]] * 3 + [["cloudy"]]
    assert found["labels"] == ["sunny", "cloudy"]
    assert found["still_tagged"] == 3
    people, everybody, nobody_else, no_role = found["people"]
    assert (people, everybody, nobody_else) == (["owner"], 1, 0)
    assert "role is one in the organization" in no_role
    assert found["parts"] == [["in words"], ["foggy", "sunny"]]
    assert found["refreshed"] == stories.names[30:34]
    nothing, nobody, wrong, locked = found["refused"]
    assert "Say which tags" in nothing
    assert "No picture" in nobody
    assert wrong.startswith("a: this is no declaration")
    assert "locked by owner" in locked
    declared = found["declared"]
    assert found["attributes"] == [None, declared, None, declared]


def test_a_model_version_keeps_files_and_is_worked_on(stories: Stories) -> None:
    found = stories.models
    assert (found["name"], found["framework"]) == ("v0", "NOT_CONFIGURED")
    assert "weights" in found["taken"]
    assert (found["content"], found["files"]) == ("second", ["weights"])
    assert found["statuses"] == ["SUCCEEDED", "SUCCEEDED"]
    assert found["data_ids"] == found["some"]
    assert found["inputs"] == [["first", True]]
    assert "second" in found["no_input"]
    assert found["listed"] == [True, False]


def test_an_image_says_within_twenty_seconds_why_it_cannot_run_here(stories: Stories) -> None:
    found = stories.processing
    assert found["image"] == ["registry.example.org/detector:1.1", ["model_version_id"]]
    assert found["stuck"] == "FAILED"
    assert found["took"] < 20
    failure = stories.home.log(found["stuck_job"]).job["failure"]
    assert failure["kind"] == "engine_error"
    assert "registry.example.org/detector:1.1" in failure["message"]
    assert "no container engine is configured" in failure["message"]


def test_lines_posted_over_the_wire_are_the_log_of_a_run_elsewhere(stories: Stories) -> None:
    found = stories.posted_log
    assert (found["before"], found["running"]) == ("PENDING", "RUNNING")
    assert found["after"] == "SUCCEEDED"
    log = stories.home.log(found["job"])
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
    assert found["other"] == "FAILED"
    assert stories.home.log(found["other_job"]).lines == ["something is wrong"]


def test_the_wire_answers_what_is_asked_and_nothing_else(stories: Stories) -> None:
    """The committed list, the calls of all stories and the routes that are served are the same."""
    stories.tell_all()
    committed, template_only = committed_paths()
    assert stories.home.calls == committed - template_only
    assert served() == committed


def served() -> set[str]:
    """The routes of the wire, as the recorder writes them."""
    routes = [route for router in _routers(picsellia) for route in router.routes]
    return {
        f"{method} {template(PREFIX + route.path)}"
        for route in routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/deployments"), ("POST", "/api/home/ping"), ("XGET", "/api/home/pong")],
)
def test_any_other_path_answers_a_404_that_names_itself(home: Home, method: str, path: str) -> None:
    # Nothing is recorded of it: the recorder of this test's server marks it as unanswered.
    before = home.calls
    answer = httpx.request(method, f"{home.server.url}{path}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
    assert f"{method} {path}" in answer.json()["message"]
    assert all(UNANSWERED in line for line in home.calls - before)
