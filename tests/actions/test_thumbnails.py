"""Thumbnails: right whatever the picture is, made once, and in advance of an upload."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from safelight.actions import thumbnails
from safelight.actions.context import Context, open_context
from safelight.actions.data import Arrival
from safelight.config import Settings
from safelight.domain.permissions import Actor
from safelight.errors import Invalid, NotFound
from safelight.store import data
from safelight.store.data import Data, NewData
from safelight.store.db import Database
from tests.factories import House, add_house

_ORIENTATION = 0x0112
RED, BLUE = (220, 20, 20), (20, 20, 220)


@pytest.fixture
def context(db: Database, tmp_path: Path) -> Iterator[Context]:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    context = open_context(Settings(data=folder), db)
    yield context
    context.hub.close()


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)


def uploaded(context: Context, house: House, content: bytes, name: str = "a.jpg") -> Data:
    by = Actor(house.member, "orchard-member", house.organization_id, "member")
    arrival = Arrival(context, by, name)
    arrival.write(content)
    arrival.close()
    return arrival.enter(house.datalake_id)


def content_of(image: Image.Image, format: str, **more: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **more)
    return file.getvalue()


def looked_at(path: Path) -> Image.Image:
    return Image.open(io.BytesIO(path.read_bytes()))


def is_near(pixel: Any, wanted: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 40 for one, other in zip(pixel[:3], wanted, strict=True))


def marked(width: int = 40, height: int = 20) -> Image.Image:
    """Red on its left half, blue on its right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


# For each orientation, where the red half of what is stored is looked at.
RED_IS = {
    1: "left",
    2: "right",
    3: "right",
    4: "left",
    5: "top",
    6: "top",
    7: "bottom",
    8: "bottom",
}


@pytest.mark.parametrize("turned", range(1, 9))
def test_size_and_thumbnail_are_of_the_upright_picture(
    context: Context, house: House, turned: int
) -> None:
    exif = Image.Exif()
    exif[_ORIENTATION] = turned
    found = uploaded(context, house, content_of(marked(), "JPEG", exif=exif, quality=95))
    small = looked_at(thumbnails.ensure(context, found, 128)).convert("RGB")
    assert small.size == (found.width, found.height) == ((20, 40) if turned >= 5 else (40, 20))
    places = {
        "left": (3, small.height // 2),
        "right": (small.width - 4, small.height // 2),
        "top": (small.width // 2, 3),
        "bottom": (small.width // 2, small.height - 4),
    }
    assert is_near(small.getpixel(places[RED_IS[turned]]), RED)


def two_frames() -> bytes:
    first, second = Image.new("RGB", (300, 200), RED), Image.new("RGB", (300, 200), BLUE)
    return content_of(first, "GIF", save_all=True, append_images=[second])


KINDS = {
    "cmyk": lambda: content_of(marked(400, 200).convert("CMYK"), "JPEG", quality=95),
    "grey of 16 bits": lambda: content_of(Image.new("I;16", (400, 200), 30_000), "PNG"),
    "palette": lambda: content_of(marked(400, 200).quantize(8), "PNG"),
    "alpha": lambda: content_of(Image.new("RGBA", (400, 200), (*RED, 128)), "PNG"),
    "grey": lambda: content_of(Image.new("L", (400, 200), 90), "PNG"),
    "tiff": lambda: content_of(marked(400, 200), "TIFF"),
    "bmp": lambda: content_of(marked(400, 200), "BMP"),
    "avif": lambda: content_of(marked(400, 200), "AVIF"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_picture_is_drawn(context: Context, house: House, kind: str) -> None:
    found = uploaded(context, house, KINDS[kind]())
    small = looked_at(thumbnails.ensure(context, found, 128))
    assert small.size == (128, 64)
    pixel: Any = small.convert("RGBA").getpixel((20, 30))
    if kind == "alpha":
        assert abs(pixel[3] - 128) < 10
    elif kind == "grey of 16 bits":
        assert 80 < pixel[0] < 150
    elif kind != "grey":
        assert pixel[0] > 150
        assert pixel[2] < 100


def test_a_picture_of_a_hundred_megapixels_is_drawn(context: Context, house: House) -> None:
    found = uploaded(context, house, content_of(Image.new("1", (10_000, 10_000), 1), "PNG"))
    assert (found.width, found.height) == (10_000, 10_000)
    small = looked_at(thumbnails.ensure(context, found))
    assert small.size == (256, 256)
    assert is_near(small.getpixel((9, 9)), (255, 255, 255))


def test_of_an_animation_the_first_picture_is_shown(context: Context, house: House) -> None:
    found = uploaded(context, house, two_frames(), "a.gif")
    small = looked_at(thumbnails.ensure(context, found, 128))
    assert small.size == (128, 85)
    assert is_near(small.convert("RGB").getpixel((60, 40)), RED)


def test_a_picture_is_made_once_however_many_ask(
    context: Context, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = uploaded(context, house, content_of(marked(400, 200), "JPEG"))
    made: list[str] = []
    make, begun = thumbnails._make, threading.Event()

    def slowly(context: Context, found: Data, size: int, path: Path) -> None:
        made.append(found.filename)
        begun.wait(0.3)
        make(context, found, size, path)

    monkeypatch.setattr(thumbnails, "_make", slowly)
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda _: thumbnails.ensure(context, found), range(8)))
    assert len(made) == 1
    assert len(set(paths)) == 1
    assert thumbnails._under_way == {}


def test_equal_contents_share_one(context: Context, house: House) -> None:
    content = content_of(marked(), "JPEG")
    first, second = (uploaded(context, house, content, name) for name in ("a.jpg", "b.jpg"))
    assert first.data_id != second.data_id
    assert thumbnails.ensure(context, first) == thumbnails.ensure(context, second)


def test_an_upload_has_its_thumbnail_made_in_advance(context: Context, house: House) -> None:
    found = uploaded(context, house, content_of(marked(), "JPEG"))
    thumbnails.make_ahead(context, found)
    thumbnails.make_ahead(context, found)
    thumbnails._waiting.join()
    kept = [path.name for path in (context.settings.data / "thumbnails").rglob("*.webp")]
    assert kept == [f"{found.sha256.hex() if found.sha256 else ''}-256.webp"]


def test_what_cannot_be_drawn_says_so_and_stops_nothing(context: Context, house: House) -> None:
    whole = content_of(marked(400, 200), "PNG")
    found = uploaded(context, house, whole, "a.png")
    torn = context.blobs.path(found.object_name or "")
    assert torn is not None
    torn.write_bytes(b"no picture at all")
    with pytest.raises(Invalid, match="cannot be drawn"):
        thumbnails.ensure(context, found)
    assert not list((context.settings.data / "thumbnails").rglob("*.*"))
    thumbnails.make_ahead(context, found)
    thumbnails._waiting.join()
    other = uploaded(context, house, content_of(marked(), "JPEG"))
    thumbnails.make_ahead(context, other)
    thumbnails._waiting.join()
    assert len(list((context.settings.data / "thumbnails").rglob("*.webp"))) == 1


def test_a_placeholder_has_none(context: Context, house: House) -> None:
    by = Actor(house.member, "orchard-member", house.organization_id, "member")
    with context.db.transaction() as tx:
        found = data.add(tx, house.datalake_id, NewData("a.jpg", 4, 4), None)
    with pytest.raises(NotFound):
        thumbnails.thumbnail(context, by, found.data_id, 128)
