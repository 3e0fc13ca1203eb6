"""The gallery of a version and one picture of it: shapes in their places, selections, addresses, keys, the lock."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import sign_in, violations
from tests.browser.house import ok
from tests.live import LiveServer, until

pytestmark = pytest.mark.browser

SLOW_MS = 60_000
MANY = 200
WIDTH, HEIGHT = 80, 40
SHAPES = [
    {"kind": "rectangle", "label": "box", "geometry": [10, 5, 20, 10]},
    {"kind": "polygon", "label": "box", "geometry": [[[40, 5], [50, 10], [40, 15], [30, 10]]]},
    {"kind": "mask", "label": "mask", "geometry": {"size": [40, 80], "counts": [2402, 4, 794]}},
    {"kind": "point", "label": "spot", "geometry": [70, 30]},
    {"kind": "line", "label": "spot", "geometry": [[5, 30], [25, 35]]},
    {"kind": "keypoints", "label": "pose", "geometry": [[30, 22, 2], [40, 26, 2], [0, 0, 0]]},
    {"kind": "classification", "label": "sharp"},
]


def picture(shade: int, *, turned: int = 0, size: tuple[int, int] = (WIDTH, HEIGHT)) -> bytes:
    """A picture with a red upper left quarter as it is stored; `turned`: its EXIF orientation."""
    image = Image.new("RGB", size, (30, shade % 256, shade // 256))
    image.paste((220, 20, 20), (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    if turned:
        exif[0x0112] = turned
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif, quality=95)
    return file.getvalue()


def add(client: httpx.Client, version: str, name: str, content: bytes, shapes: Any) -> Any:
    return ok(
        client.post(
            f"/api/v1/versions/{version}/pictures",
            files={"file": (name, content)},
            data={"shapes": json.dumps(shapes)},
        )
    )


@pytest.fixture(scope="module")
def gallery(live: LiveServer, house: dict[str, Any]) -> dict[str, Any]:
    """Some hundred pictures with a box or nothing; the newest says something of every kind."""
    with live.client() as client:
        dataset = ok(client.post("/api/v1/datasets", json={"name": "gallery"}))
        path = f"/api/v1/datasets/{dataset['id']}/versions"
        version = ok(client.post(path, json={"name": "all kinds", "type": "MULTI"}))["id"]
        ok(client.post(path, json={"name": "empty"}))
        box = [{"kind": "rectangle", "label": "box", "geometry": [1, 1, 8, 8]}]
        for number in range(MANY):
            shapes = box if number % 2 else []
            add(client, version, f"tile_{number:03}.jpg", picture(number + 1), shapes)
        first = add(client, version, "kinds.jpg", picture(999), SHAPES)
        return {
            "dataset": dataset["id"],
            "version": version,
            "kinds": first["id"],
            "path": f"/dataset/{dataset['id']}/version/{version}",
        }


def go(page: Page, path: str) -> None:
    page.goto(f"/{page.url.split('/')[3]}{path}")
    expect(page.get_by_role("heading", level=1)).not_to_be_empty()


def tile(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=re.compile(f"^{re.escape(name)}, "))


@pytest.fixture
def screen(page: Page, gallery: dict[str, Any]) -> Page:
    go(page, f"{gallery['path']}/assets")
    expect(tile(page, "kinds.jpg")).to_be_visible()
    return page


def test_a_long_gallery_draws_only_what_is_seen_and_its_end_is_reached_at_once(
    screen: Page,
) -> None:
    pictures = screen.get_by_role("list", name="Pictures")
    assert pictures.get_by_role("listitem").count() < MANY / 2
    pictures.evaluate("list => list.parentElement.parentElement.scrollTop = 1e9")
    expect(tile(screen, "tile_000.jpg")).to_be_visible()
    expect(tile(screen, "kinds.jpg")).to_have_count(0)
    assert pictures.get_by_role("listitem").count() < MANY / 2
    expect(screen).to_have_url(re.compile(r"at=\d+"))
    screen.reload()
    expect(tile(screen, "tile_000.jpg")).to_be_visible()


# Where a shape stands, as parts of the picture's width and height.
_PLACE = """(shape) => {
  const box = shape.getBoundingClientRect();
  const whole = shape.closest('svg').getBoundingClientRect();
  return [
    (box.left - whole.left) / whole.width, (box.top - whole.top) / whole.height,
    box.width / whole.width, box.height / whole.height,
  ];
}"""
BOXES = {
    "rectangle": (10, 5, 20, 10),
    "polygon": (30, 5, 20, 10),
    "mask": (60, 2, 1, 4),
    "point": (70, 30, 0, 0),
    "line": (5, 30, 20, 5),
    "keypoints": (30, 22, 10, 4),
}


def test_shapes_of_every_kind_are_drawn_at_their_places(screen: Page) -> None:
    for kind, (x, y, width, height) in BOXES.items():
        place = tile(screen, "kinds.jpg").locator(f"[data-kind={kind}]").evaluate(_PLACE)
        expected = (x / WIDTH, y / HEIGHT, width / WIDTH, height / HEIGHT)
        assert place == pytest.approx(expected, abs=0.02), kind
    shown = screen.get_by_role("listitem").filter(has=tile(screen, "kinds.jpg"))
    expect(shown).to_contain_text("sharp")


POSE = {
    "images": [{"id": 1, "file_name": "posed.jpg", "width": WIDTH, "height": HEIGHT}],
    "categories": [
        {
            "id": 1,
            "name": "person",
            "keypoints": ["head", "hip", "knee", "foot"],
            "skeleton": [[1, 2], [2, 3], [3, 4]],
        }
    ],
    "annotations": [
        {
            "id": 1,
            "image_id": 1,
            "category_id": 1,
            "keypoints": [10, 5, 2, 30, 5, 2, 30, 25, 2, 0, 0, 0],
            "num_keypoints": 3,
            "bbox": [10, 5, 20, 20],
            "area": 400,
            "iscrowd": 0,
        }
    ],
}
# The links and the dots of a pose; dots are lines of no length.
_LENGTHS = "paths => paths.map((path) => path.getTotalLength())"


def test_the_points_of_a_pose_are_linked_as_the_skeleton_of_its_label_says(
    page: Page, live: LiveServer
) -> None:
    with live.client() as client:
        dataset = ok(client.post("/api/v1/datasets", json={"name": "poses"}))["id"]
        path = f"/api/v1/datasets/{dataset}/versions"
        version = ok(client.post(path, json={"name": "one", "type": "KEYPOINT"}))["id"]
        asset = add(client, version, "posed.jpg", picture(4321), [])
        imported = ok(
            client.post(
                f"/api/v1/versions/{version}/import",
                data={"format": "coco"},
                files={"file": ("pose.json", json.dumps(POSE), "application/json")},
            )
        )
        until(client, imported["id"], "SUCCEEDED")
    place = f"/dataset/{dataset}/version/{version}"
    go(page, f"{place}/assets")
    drawn = tile(page, "posed.jpg").locator("[data-kind=keypoints] path")
    expect(drawn).to_have_count(2)
    # Head to hip and hip to knee, 20 pixels each; the foot is not there, so nothing leads to it.
    assert drawn.evaluate_all(_LENGTHS) == pytest.approx([40, 0])
    go(page, f"{place}/pictures/{asset['id']}")
    large = page.get_by_role("group", name="Picture", exact=True)
    drawn = large.locator("[data-kind=keypoints] path")
    expect(drawn).to_have_count(2)
    assert drawn.evaluate_all(_LENGTHS) == pytest.approx([40, 0])


def test_a_version_that_is_still_counted_says_so_until_it_is_done(
    page: Page, gallery: dict[str, Any]
) -> None:
    answers = iter([{"state": "counting", "counted_pictures": 60, "shape_count": 30}])

    def early(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), **next(answers, {})})

    page.route(f"**/api/v1/versions/{gallery['version']}", early)
    go(page, f"{gallery['path']}/assets")
    expect(page.get_by_text("30 shapes in the first 60 pictures, counting …")).to_be_visible()
    expect(page.get_by_text("107 shapes")).to_be_visible()
    expect(page.get_by_text("100 pictures without annotation")).to_be_visible()


def test_labels_filter_and_hide_and_the_address_keeps_it(screen: Page) -> None:
    labels = screen.get_by_role("group", name="Labels")
    labels.get_by_role("button", name=re.compile("^box ")).click()
    expect(screen.get_by_text("101 pictures found")).to_be_visible()
    screen.get_by_label("At least so many shapes").fill("2")
    expect(screen.get_by_text("1 picture found")).to_be_visible()
    labels.get_by_role("button", name="Hide shapes of box").click()
    expect(tile(screen, "kinds.jpg").locator("[data-kind=rectangle]")).to_have_count(0)
    screen.get_by_label("Size").fill("320")
    screen.get_by_role("button", name="Drawing").click()
    screen.get_by_label("Thickness of lines").fill("4")
    screen.get_by_label("Opacity of the fill").fill("50")
    for said in ("label=box", "min=2", "hide=box", "size=320", "line=4", "fill=50"):
        expect(screen).to_have_url(re.compile(said))
    screen.reload()
    expect(screen.get_by_text("1 picture found")).to_be_visible()
    expect(tile(screen, "kinds.jpg").locator("[data-kind=rectangle]")).to_have_count(0)
    line = tile(screen, "kinds.jpg").locator("[data-kind=line] path").first
    assert line.evaluate("path => getComputedStyle(path).strokeWidth") in ("4", "4px")
    labels.get_by_role("button", name="Hide shapes of box").click()
    expect(tile(screen, "kinds.jpg").locator("[data-kind=rectangle]")).to_have_count(1)


def test_a_picture_that_cannot_be_read_says_so_in_its_place(
    page: Page, gallery: dict[str, Any]
) -> None:
    page.route(re.compile(r"thumbnail.*size="), lambda route: route.fulfill(status=422))
    go(page, f"{gallery['path']}/assets")
    expect(tile(page, "kinds.jpg").get_by_text("cannot be read")).to_be_visible()


def test_a_text_finds_pictures_and_says_what_it_does_not_understand(screen: Page) -> None:
    box = screen.get_by_role("combobox", name="Search pictures")
    box.fill("tile_01 -la")
    screen.get_by_role("option", name="label:").click()
    screen.get_by_role("option", name="label:box").click()
    expect(box).to_have_value("tile_01 -label:box")
    expect(screen.get_by_text("5 pictures found")).to_be_visible()
    expect(tile(screen, "tile_018.jpg")).to_be_visible()
    expect(screen).to_have_url(re.compile("q=tile_01\\+-label%3Abox"))
    screen.reload()
    expect(screen.get_by_text("5 pictures found")).to_be_visible()
    for text, said in (
        ("shapes:many", "shapes: takes a number of shapes: 0, >=10 or 1..3; not 'many'."),
        ("colour:red", "There is no filter 'colour'"),
        ("label:plum", "The version has no label 'plum'."),
    ):
        box.fill(text)
        box.press("Enter")
        expect(screen.get_by_role("alert")).to_contain_text(said)
        expect(screen.get_by_role("list", name="Pictures")).to_have_count(0)
        expect(screen.get_by_text("found", exact=False)).to_have_count(0)
    assert violations(screen) == []
    box.fill("shapes:2..9")
    expect(screen.get_by_text("1 picture found")).to_be_visible()
    expect(screen.get_by_role("alert")).to_have_count(0)


def test_what_is_found_and_chosen_is_exported(
    screen: Page, live: LiveServer, tmp_path: Path
) -> None:
    screen.get_by_label("Search pictures").fill("tile_01 -label:box")
    expect(screen.get_by_text("5 pictures found")).to_be_visible()
    tile(screen, "tile_018.jpg").click(modifiers=["Control"])
    bar = screen.get_by_role("group", name="Selected pictures")
    bar.get_by_role("button", name="Select all 5").click()
    bar.get_by_role("button", name="Export").click()
    dialog = screen.get_by_role("dialog", name="Export all kinds")
    expect(dialog).to_contain_text("The selected 5 pictures of gallery/all kinds")
    expect(dialog.get_by_label("With one of these labels")).to_have_count(0)
    assert violations(screen) == []
    dialog.get_by_role("button", name="Export", exact=True).click()
    link = screen.get_by_role("link", name="Download", exact=True)
    expect(link).to_be_visible(timeout=SLOW_MS)
    with screen.expect_download() as arriving:
        link.click()
    arriving.value.save_as(tmp_path / "found.json")
    images = json.loads((tmp_path / "found.json").read_bytes())["images"]
    names = sorted(image["file_name"] for image in images)
    assert names == [f"tile_0{number}.jpg" for number in (10, 12, 14, 16, 18)]


def test_a_selection_becomes_a_job_and_its_tag_is_offered(
    screen: Page, gallery: dict[str, Any]
) -> None:
    tile(screen, "tile_199.jpg").click(modifiers=["Control"])
    tile(screen, "tile_196.jpg").click(modifiers=["Shift"])
    bar = screen.get_by_role("group", name="Selected pictures")
    expect(bar).to_contain_text("4 selected")
    bar.get_by_role("button", name="Tag").click()
    dialog = screen.get_by_role("dialog", name="Tag pictures")
    expect(dialog).to_contain_text("The selected 4 pictures of gallery/all kinds")
    dialog.get_by_label("Add").fill("chosen")
    screen.keyboard.press("Enter")
    dialog.get_by_role("button", name="Launch").click()
    screen.wait_for_url("**/jobs/*")
    expect(screen.get_by_text("chosen: put on 4 pictures").first).to_be_visible(timeout=SLOW_MS)
    go(screen, f"{gallery['path']}/assets")
    screen.get_by_role("combobox", name="Search pictures").fill("tag:")
    screen.get_by_role("option", name="tag:chosen").click()
    expect(screen.get_by_text("4 pictures found")).to_be_visible()


def test_on_a_phone_what_can_be_done_with_a_selection_is_in_sight_and_whole(screen: Page) -> None:
    screen.set_viewport_size({"width": 390, "height": 844})
    tile(screen, "kinds.jpg").click(modifiers=["Control"])
    for button in screen.get_by_role("group", name="Selected pictures").get_by_role("button").all():
        expect(button).to_be_in_viewport(ratio=1)
        assert button.evaluate("one => one.scrollWidth <= one.clientWidth"), button.inner_text()


def test_all_that_a_filter_finds_is_copied_into_a_version_that_is_picked(
    screen: Page, live: LiveServer, gallery: dict[str, Any]
) -> None:
    screen.get_by_label("Search pictures").fill("tile_01")
    expect(screen.get_by_text("10 pictures found")).to_be_visible()
    tile(screen, "tile_019.jpg").click(modifiers=["Control"])
    bar = screen.get_by_role("group", name="Selected pictures")
    bar.get_by_role("button", name="Select all 10").click()
    bar.get_by_role("button", name="Copy to").click()
    dialog = screen.get_by_role("dialog", name="Copy pictures from another version")
    dialog.get_by_role("combobox", name="Into version").fill("gallery/em")
    screen.get_by_role("option", name="gallery/empty").click()
    dialog.get_by_role("button", name="Launch").click()
    screen.wait_for_url("**/jobs/*")
    with live.client() as client:
        until(client, screen.url.split("/jobs/")[1][:36], "SUCCEEDED")
        versions = ok(client.get(f"/api/v1/datasets/{gallery['dataset']}"))["versions"]
    assert {one["name"]: one["asset_count"] for one in versions}["empty"] == 10


def test_a_picture_has_an_address_keys_and_a_list_that_marks_its_shapes(
    page: Page, gallery: dict[str, Any]
) -> None:
    go(page, f"{gallery['path']}/pictures/{gallery['kinds']}?label=box&size=240")
    expect(page.get_by_role("heading", level=1)).to_have_text("kinds.jpg")
    stage = page.get_by_role("group", name="Picture", exact=True)
    image = stage.locator("img")
    expect(image).to_be_visible()
    whole = image.bounding_box()
    assert whole is not None
    box = stage.locator("[data-kind=rectangle]").bounding_box()
    assert box is not None
    scale = whole["width"] / WIDTH
    place = [(box["x"] - whole["x"]) / scale, (box["y"] - whole["y"]) / scale]
    assert [*place, box["width"] / scale, box["height"] / scale] == pytest.approx(
        [10, 5, 20, 10], abs=0.6
    )

    row = page.get_by_role("list", name="Shapes").get_by_role(
        "button", name=re.compile("mask mask")
    )
    row.hover()
    expect(stage.locator("[data-kind=mask]")).to_have_attribute("data-marked", "true")
    stage.locator("[data-kind=polygon] path").hover()
    marked = page.get_by_role("list", name="Shapes").locator("li[data-marked]")
    expect(marked).to_contain_text("polygon")
    expect(marked).to_contain_text("20 × 10")

    before = float(stage.get_attribute("data-scale") or 0)
    page.keyboard.press("+")
    expect(stage).not_to_have_attribute("data-scale", f"{before:.4f}")
    assert float(stage.get_attribute("data-scale") or 0) == pytest.approx(before * 1.25, rel=0.01)
    page.keyboard.press("0")
    expect(stage).to_have_attribute("data-scale", f"{before:.4f}")

    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", level=1)).to_have_text("tile_199.jpg")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", level=1)).to_have_text("tile_197.jpg")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", level=1)).to_have_text("tile_199.jpg")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/assets\?label=box&size=240"))


def test_the_wheel_zooms_to_the_pointer_and_dragging_pans(
    page: Page, gallery: dict[str, Any]
) -> None:
    go(page, f"{gallery['path']}/pictures/{gallery['kinds']}")
    stage = page.get_by_role("group", name="Picture", exact=True)
    image = stage.locator("img")
    expect(image).to_be_visible()
    before = image.bounding_box()
    assert before is not None
    x, y = before["x"] + before["width"] / 4, before["y"] + before["height"] / 4
    page.mouse.move(x, y)
    page.mouse.wheel(0, -400)
    expect(image).not_to_have_attribute("style", re.compile(rf"translate\({0}px"))
    zoomed = image.bounding_box()
    assert zoomed is not None
    assert zoomed["width"] > before["width"] * 1.5
    assert (x - zoomed["x"]) / zoomed["width"] == pytest.approx(0.25, abs=0.01)
    page.mouse.down()
    page.mouse.move(x + 40, y + 30)
    page.mouse.up()
    panned = image.bounding_box()
    assert panned is not None
    assert panned["x"] - zoomed["x"] == pytest.approx(40, abs=1)
    assert panned["y"] - zoomed["y"] == pytest.approx(30, abs=1)


# Where the stored upper left corner is seen, for each EXIF orientation: right, down.
CORNERS = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}


def test_shapes_lie_right_on_pictures_that_exif_turns(
    page: Page, live: LiveServer, gallery: dict[str, Any]
) -> None:
    with live.client() as client:
        path = f"/api/v1/datasets/{gallery['dataset']}/versions"
        version = ok(client.post(path, json={"name": "turned"}))["id"]
        for turned, (right, down) in CORNERS.items():
            width, height = (HEIGHT, WIDTH) if turned > 4 else (WIDTH, HEIGHT)
            geometry = [right * width / 2, down * height / 2, width / 2, height / 2]
            box = [{"kind": "rectangle", "label": "red", "geometry": geometry}]
            asset = add(client, version, f"t{turned}.jpg", picture(80, turned=turned), box)
            assert (asset["width"], asset["height"]) == (width, height)
    go(page, f"/dataset/{gallery['dataset']}/version/{version}/assets?fill=0")
    for turned in CORNERS:
        image = tile(page, f"t{turned}.jpg").locator("img")
        expect(image).to_be_visible()
        red = tile(page, f"t{turned}.jpg").locator("[data-kind=rectangle]").evaluate(_COLOUR)
        assert red[0] > 150 > red[1], f"{turned}: {red}"


# The colour of the picture in the middle of a shape.
_COLOUR = """async (shape) => {
  const box = shape.getBoundingClientRect();
  const image = shape.closest('svg').parentElement.querySelector('img');
  await image.decode();
  const whole = image.getBoundingClientRect();
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext('2d');
  canvas.drawImage(image, 0, 0);
  const x = (box.left + box.width / 2 - whole.left) / whole.width * image.naturalWidth;
  const y = (box.top + box.height / 2 - whole.top) / whole.height * image.naturalHeight;
  return [...canvas.getImageData(x, y, 1, 1).data];
}"""


def test_a_version_is_renamed_and_gets_a_type_unless_the_name_is_taken_or_it_is_locked(
    page: Page, live: LiveServer, gallery: dict[str, Any]
) -> None:
    with live.client() as client:
        path = f"/api/v1/datasets/{gallery['dataset']}/versions"
        ok(client.post(path, json={"name": "name taken"}))
        version = ok(client.post(path, json={"name": "misnamed"}))["id"]
        go(page, f"/dataset/{gallery['dataset']}/version/{version}/assets")
        page.get_by_role("button", name="More actions").click()
        page.get_by_role("menuitem", name="Rename or set type …").click()
        dialog = page.get_by_role("dialog", name="Rename misnamed or set its type")
        dialog.get_by_label("Name").fill("name taken")
        dialog.get_by_label("Type").select_option("SEGMENTATION")
        dialog.get_by_label("Description").fill("From the drone.")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
        dialog.get_by_label("Name").fill("well named")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)
        expect(page.get_by_role("heading", level=1)).to_contain_text("well named")
        now = ok(client.get(f"/api/v1/versions/{version}"))
        said = (now["name"], now["type"], now["description"])
        assert said == ("well named", "SEGMENTATION", "From the drone.")

        ok(client.post(f"/api/v1/versions/{version}/lock"))
        page.reload()
        page.get_by_role("button", name="More actions").click()
        expect(page.get_by_role("menuitem", name="Rename or set type …")).to_be_disabled()


def test_a_lock_says_who_and_when_and_stands_in_the_way_until_it_is_taken_off(
    page: Page, live: LiveServer, gallery: dict[str, Any]
) -> None:
    with live.client() as client:
        path = f"/api/v1/datasets/{gallery['dataset']}/versions"
        version = ok(client.post(path, json={"name": "lockable"}))["id"]
        add(client, version, "lockable.jpg", picture(5000), [])
    go(page, f"/dataset/{gallery['dataset']}/version/{version}/assets")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Lock …").click()
    page.get_by_role("dialog").get_by_role("button", name="Lock", exact=True).click()
    notice = page.get_by_role("region", name="Lock")
    expect(notice).to_contain_text(re.compile(r"Locked by\s*.*you.*nothing in it can be changed"))
    expect(page.get_by_role("button", name="Import")).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="More actions").click()
    expect(page.get_by_role("menuitem", name="Tag pictures …")).to_be_disabled()
    expect(page.get_by_role("menuitem", name="Split …")).to_be_enabled()
    page.keyboard.press("Escape")
    notice.get_by_role("button", name="Unlock").click()
    page.get_by_role("dialog").get_by_role("button", name="Unlock").click()
    expect(notice).to_have_count(0)
    expect(page.get_by_role("button", name="Import")).not_to_have_attribute("aria-disabled", "true")


@pytest.fixture(params=[("dark", 1440), ("light", 1440), ("dark", 390), ("light", 390)])
def themed(request: pytest.FixtureRequest, browser: Browser, live: LiveServer) -> Iterator[Page]:
    theme, width = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 860}, base_url=live.url, bypass_csp=True
    )
    page = context.new_page()
    page.add_init_script(f"localStorage.setItem('mantine-color-scheme-value', '{theme}')")
    sign_in(page, live)
    yield page
    context.close()


def test_gallery_and_picture_are_accessible_and_fit(themed: Page, gallery: dict[str, Any]) -> None:
    width = themed.evaluate("innerWidth")
    go(themed, f"{gallery['path']}/assets")
    tile(themed, "kinds.jpg").click(modifiers=["Control"])
    expect(themed.get_by_role("group", name="Selected pictures")).to_be_visible()
    assert violations(themed) == []
    assert themed.evaluate("document.documentElement.scrollWidth") <= width
    themed.get_by_role("button", name="Drawing").click()
    expect(themed.get_by_label("Thickness of lines")).to_be_visible()
    assert violations(themed) == []
    go(themed, f"{gallery['path']}/pictures/{gallery['kinds']}")
    expect(themed.get_by_role("list", name="Changes of this picture")).to_be_visible()
    assert violations(themed) == []
    assert themed.evaluate("document.documentElement.scrollWidth") <= width
