"""Datalakes over /api/v1: pictures come in by the batch, and are shown small."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from safelight.config import Settings
from safelight.store import data
from safelight.store.data import NewData
from safelight.store.db import Database
from tests.factories import House, add_house
from tests.pictures import picture
from tests.web import Site, serving


@pytest.fixture
def site(db: Database, tmp_path: Path) -> Iterator[Site]:
    with serving(db, tmp_path, Settings(upload_limit=200_000)) as site:
        yield site


@pytest.fixture
def client(site: Site, house: House) -> Iterator[httpx.Client]:
    with site.as_(house, "member") as client:
        yield client


def upload(client: httpx.Client, house: House, *files: tuple[str, bytes]) -> httpx.Response:
    path = f"/api/v1/datalakes/{house.datalake_id}/data"
    return client.post(path, files=[("files", file) for file in files])


def bomb() -> bytes:
    """A PNG that says it has 10 billion pixels."""
    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b""))


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checked


def test_of_a_batch_what_is_no_picture_is_refused_and_the_rest_is_taken(
    client: httpx.Client, house: House
) -> None:
    answer = upload(
        client,
        house,
        ("a.jpg", picture()),
        ("notes.txt", b"hello"),
        ("bomb.png", bomb()),
        ("cut.png", picture(format="PNG")[:20]),
        ("folder/b.png", picture(format="PNG", shade=3)),
        (" ", picture()),
    )
    items = answer.json()["items"]
    assert answer.status_code == 200
    assert [(item["filename"], item["id"] is not None) for item in items] == [
        ("a.jpg", True),
        ("notes.txt", False),
        ("bomb.png", False),
        ("cut.png", False),
        ("folder/b.png", True),
        (" ", False),
    ]
    assert items[1]["error"] == "This is not a picture."
    assert "100000 x 100000" in items[2]["error"]
    listed = client.get(f"/api/v1/datalakes/{house.datalake_id}/data").json()["items"]
    assert [(one["filename"], one["width"], one["height"]) for one in listed] == [
        ("b.png", 32, 24),
        ("a.jpg", 32, 24),
    ]


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(
    client: httpx.Client, house: House, site: Site
) -> None:
    assert upload(client, house, ("a.jpg", b"x" * 300_000)).status_code == 413
    stored = site.context.settings.data / "objects"
    assert [path for path in stored.rglob("*") if path.is_file()] == []


def test_a_picture_lies_as_exif_says(client: httpx.Client, house: House) -> None:
    [item] = upload(client, house, ("a.jpg", picture(40, 20, turned=6))).json()["items"]
    [listed] = client.get(f"/api/v1/datalakes/{house.datalake_id}/data").json()["items"]
    assert (listed["width"], listed["height"]) == (20, 40)
    small = client.get(listed["thumbnail"])
    assert Image.open(io.BytesIO(small.content)).size == (20, 40)
    assert item["id"] == listed["id"]


def test_a_thumbnail_fits_its_square_and_is_kept(
    client: httpx.Client, house: House, site: Site
) -> None:
    upload(client, house, ("a.png", picture(400, 100, format="PNG")))
    [listed] = client.get(f"/api/v1/datalakes/{house.datalake_id}/data").json()["items"]
    answer = client.get(f"/api/v1/data/{listed['id']}/thumbnail", params={"size": 128})
    assert Image.open(io.BytesIO(answer.content)).size == (128, 32)
    assert answer.headers["content-type"] == "image/webp"
    assert "immutable" in answer.headers["cache-control"]
    kept = list((site.context.settings.data / "thumbnails").rglob("*-128.webp"))
    assert len(kept) == 1
    assert client.get(f"/api/v1/data/{listed['id']}/thumbnail?size=77").status_code == 400


def test_an_upload_fills_the_placeholder_of_its_name_and_size(
    client: httpx.Client, house: House, site: Site
) -> None:
    with site.context.db.transaction() as tx:
        data.add_many(
            tx,
            house.datalake_id,
            [NewData("a.jpg", 32, 24), NewData("a.jpg", 99, 24), NewData("b.jpg", 32, 24)],
            None,
        )
    upload(client, house, ("a.jpg", picture()))
    listed = client.get(f"/api/v1/datalakes/{house.datalake_id}/data").json()["items"]
    assert [(one["filename"], one["width"], one["status"]) for one in listed] == [
        ("b.jpg", 32, "PENDING"),
        ("a.jpg", 99, "PENDING"),
        ("a.jpg", 32, "DONE"),
    ]
    upload(client, house, ("a.jpg", picture()))  # the placeholder is filled: this is a new file
    assert client.get("/api/v1/datalakes").json()["items"][0]["data_count"] == 4


def test_files_are_paged_and_searched(client: httpx.Client, house: House) -> None:
    upload(client, house, *((f"{number}.jpg", picture(shade=number)) for number in range(5)))
    path = f"/api/v1/datalakes/{house.datalake_id}/data"
    page = client.get(path, params={"limit": 3}).json()
    rest = client.get(path, params={"limit": 3, "after": page["next"]}).json()
    names = [one["filename"] for one in page["items"] + rest["items"]]
    assert names == ["4.jpg", "3.jpg", "2.jpg", "1.jpg", "0.jpg"]
    assert rest["next"] is None
    found = client.get(path, params={"search": "2.J"}).json()["items"]
    assert [one["filename"] for one in found] == ["2.jpg"]


def test_a_datalake_of_another_organization_is_not_found(
    client: httpx.Client, house: House, db: Database, site: Site
) -> None:
    [item] = upload(client, house, ("a.jpg", picture())).json()["items"]
    with site.as_(add_house(db, "vineyard"), "owner") as other:
        assert upload(other, house, ("b.jpg", picture())).status_code == 404
        assert other.get(f"/api/v1/datalakes/{house.datalake_id}/data").status_code == 404
        assert other.get(f"/api/v1/data/{item['id']}/thumbnail").status_code == 404
        assert other.get("/api/v1/datalakes").json()["items"][0]["data_count"] == 0
    with site.as_(house, "viewer") as viewer:
        assert upload(viewer, house, ("b.jpg", picture())).status_code == 403
