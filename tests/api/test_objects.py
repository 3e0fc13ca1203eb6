"""Object bytes by signed address: once, whole, bounded, and only for who was given leave."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from safelight.actions import objects
from safelight.actions.context import Context
from safelight.config import Settings
from safelight.errors import Conflict, Invalid, NotFound, TooLarge
from safelight.store import objects as object_rows
from safelight.store.db import Database
from tests.conftest import FakeClock
from tests.factories import House, add_house
from tests.web import Site, serving

LIMIT = 3 * 1024 * 1024


@pytest.fixture
def site(db: Database, tmp_path: Path) -> Iterator[Site]:
    with serving(db, tmp_path, Settings(upload_limit=LIMIT)) as site:
        yield site


def issue(context: Context, house: House, filename: str = "a.jpg") -> str:
    with context.db.transaction() as tx:
        return objects.issue_name(tx, house.organization_id, "DATA", filename)


def post(
    site: Site,
    house: House,
    name: str,
    content: bytes,
    content_type: str = "image/jpeg",
    **other: str,
) -> httpx.Response:
    form = objects.upload_form(site.context, house.organization_id, name, content_type)
    return httpx.post(
        site.url + form.path, data={**form.fields, **other}, files={"file": (name, content)}
    )


def test_what_is_uploaded_by_form_is_read_back(site: Site, house: House) -> None:
    name, content = issue(site.context, house), os.urandom(300_000)
    assert post(site, house, name, content).status_code == 204
    answer = httpx.get(
        site.url + objects.read_path(site.context, name), headers={"Accept-Encoding": "gzip"}
    )
    assert answer.content == content
    assert answer.headers["content-length"] == "300000"
    assert answer.headers["content-type"] == "image/jpeg"
    assert "content-encoding" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["content-disposition"].startswith("inline")


def test_what_could_carry_script_is_a_download(site: Site, house: House) -> None:
    name = issue(site.context, house, "a.svg")
    post(site, house, name, b"<svg/>", "image/svg+xml")
    answer = httpx.get(site.url + objects.read_path(site.context, name))
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("asked", "status", "expected"),
    [
        ("bytes=0-3", 206, b"0123"),
        ("bytes=4-", 206, b"456789"),
        ("bytes=-2", 206, b"89"),
        ("bytes=8-100", 206, b"89"),
        ("bytes=0-9", 200, b"0123456789"),
        ("lines=1", 200, b"0123456789"),
        ("bytes=10-", 416, b""),
    ],
)
def test_ranges_are_understood(
    site: Site, house: House, asked: str, status: int, expected: bytes
) -> None:
    name = objects.store(site.context, house.organization_id, "DATA", "a.bin", b"0123456789")
    path = objects.read_path(site.context, name)
    answer = httpx.get(site.url + path, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (status, expected)


def test_an_empty_object_can_be_read(site: Site, house: House) -> None:
    name = issue(site.context, house)
    assert post(site, house, name, b"").status_code == 204
    answer = httpx.get(site.url + objects.read_path(site.context, name))
    assert (answer.status_code, answer.headers["content-length"]) == (200, "0")


def test_an_expired_address_is_refused(site: Site, house: House, clock: FakeClock) -> None:
    name = objects.store(site.context, house.organization_id, "DATA", "a.bin", b"x")
    path = objects.read_path(site.context, name)
    form = objects.upload_form(site.context, house.organization_id, issue(site.context, house))
    assert httpx.get(site.url + path).status_code == 200
    clock.advance(objects.READ_S + 2 * 3600)
    assert httpx.get(site.url + path).status_code == 403
    late = httpx.post(site.url + form.path, data=form.fields, files={"file": b"x"})
    assert late.status_code == 403


def test_a_signature_is_for_one_name_and_one_verb(site: Site, house: House) -> None:
    name = objects.store(site.context, house.organization_id, "DATA", "a.bin", b"x")
    other = objects.store(site.context, house.organization_id, "DATA", "b.bin", b"y")
    path = objects.read_path(site.context, name)
    assert httpx.get(site.url + path.replace(name, other)).status_code == 403
    assert httpx.get(site.url + path[:-1] + ("0" if path[-1] != "0" else "1")).status_code == 403
    assert httpx.get(site.url + path.partition("?")[0]).status_code == 400
    assert httpx.put(site.url + path, content=b"z").status_code == 400


@pytest.mark.parametrize("field", ["Content-Type", "max_size", "expires"])
def test_a_form_that_was_altered_is_refused(site: Site, house: House, field: str) -> None:
    name = issue(site.context, house)
    changed = {"Content-Type": "text/html", "max_size": "99999999", "expires": "9999999999"}[field]
    assert post(site, house, name, b"x", **{field: changed}).status_code == 403


def test_a_name_is_written_once(site: Site, house: House) -> None:
    name = issue(site.context, house)
    form = objects.upload_form(site.context, house.organization_id, name)
    assert post(site, house, name, b"first").status_code == 204
    again = httpx.post(site.url + form.path, data=form.fields, files={"file": b"second"})
    assert again.status_code == 409
    with pytest.raises(Conflict):
        objects.upload_form(site.context, house.organization_id, name)
    assert httpx.get(site.url + objects.read_path(site.context, name)).content == b"first"


def test_of_two_uploads_at_once_the_first_to_end_wins(site: Site, house: House) -> None:
    context, name = site.context, issue(site.context, house)
    form = objects.upload_form(context, house.organization_id, name)
    first, second = (objects.Upload(context, *objects.form_grant(form.fields)) for _ in range(2))
    first.write(b"first")
    second.write(b"second")
    first.finish()
    with pytest.raises(Conflict):
        second.finish()
    second.discard()
    assert context.blobs.read(name) == b"first"


def test_a_name_of_another_organization_is_not_found(site: Site, house: House) -> None:
    other = add_house(site.context.db, "vineyard").organization_id
    name = issue(site.context, house)
    with pytest.raises(NotFound):
        objects.upload_form(site.context, other, name)
    with pytest.raises(NotFound):
        objects.begin_parts(site.context, other, name)
    with pytest.raises(NotFound):
        objects.part_path(site.context, other, name, "x", 1)
    with site.context.db.transaction() as tx, pytest.raises(NotFound):
        objects.check_issued(tx, other, name)


def test_more_than_the_limit_is_refused_and_leaves_nothing(site: Site, house: House) -> None:
    context = replace(site.context, settings=replace(site.context.settings, upload_limit=1000))
    name = issue(context, house)
    form = objects.upload_form(context, house.organization_id, name)
    answer = httpx.post(site.url + form.path, data=form.fields, files={"file": b"x" * 1001})
    assert answer.status_code == 413
    folder = context.settings.data / "objects"
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    with context.db.read() as read:
        assert object_rows.get(read, house.organization_id, name).state == object_rows.ISSUED


def test_a_broken_form_is_refused(site: Site, house: House) -> None:
    url = site.url + "/api/v1/objects"
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    name = issue(site.context, house)
    form = objects.upload_form(site.context, house.organization_id, name)
    assert httpx.post(url, json={}).status_code == 400
    assert httpx.post(url, headers=headers, content=b"nonsense").status_code == 400
    assert httpx.post(url, data=form.fields, files={"other": b"x"}).status_code == 400
    assert httpx.post(url, files={"file": b"x"}).status_code == 403
    cut = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (key.encode(), value.encode())
        for key, value in form.fields.items()
    )
    cut += b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nhalf'
    assert httpx.post(url, headers=headers, content=cut).status_code == 400
    assert post(site, house, name, b"whole").status_code == 204


def test_an_object_in_parts_is_put_together_in_their_order(site: Site, house: House) -> None:
    context, name = site.context, issue(site.context, house)
    parts = [os.urandom(1_000_000), os.urandom(500_000), b""]
    upload = objects.begin_parts(context, house.organization_id, name, "image/png")
    etags = []
    for number, part in enumerate(parts, start=1):
        path = objects.part_path(context, house.organization_id, name, upload, number)
        httpx.put(site.url + path, content=b"torn")  # sent again: the last bytes named count
        answer = httpx.put(site.url + path, content=part)
        assert answer.headers["etag"] == f'"{hashlib.md5(part).hexdigest()}"'
        etags.append((number, answer.headers["etag"]))
    organization = house.organization_id
    with pytest.raises(Invalid):
        objects.complete_parts(context, organization, name, upload, [(1, "0" * 32)])
    size = objects.complete_parts(context, organization, name, upload, etags[::-1])
    assert size == objects.complete_parts(context, organization, name, upload, etags) == 1_500_000
    answer = httpx.get(site.url + objects.read_path(context, name))
    assert answer.content == b"".join(parts)
    assert not list((context.settings.data / "objects" / ".parts").rglob("*.*"))


def test_parts_together_keep_to_the_limit(site: Site, house: House) -> None:
    context, name = site.context, issue(site.context, house)
    upload = objects.begin_parts(context, house.organization_id, name)
    etags = []
    for number in (1, 2):
        path = objects.part_path(context, house.organization_id, name, upload, number)
        answer = httpx.put(site.url + path, content=b"x" * (LIMIT // 2 + 1))
        etags.append((number, answer.headers["etag"]))
    with pytest.raises(TooLarge):
        objects.complete_parts(context, house.organization_id, name, upload, etags)


def test_a_part_address_is_for_one_part(site: Site, house: House) -> None:
    context, name = site.context, issue(site.context, house)
    upload = objects.begin_parts(context, house.organization_id, name)
    path = objects.part_path(context, house.organization_id, name, upload, 1)
    assert httpx.put(site.url + path.replace("part=1", "part=2"), content=b"").status_code == 403


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a b.jpg", "a_b.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\été.png", "e_te_.png"),
        ('"; rm -rf', "rm_-rf"),
        ("", "file"),
        ("...", "file"),
        ("x" * 300 + ".tiff", "x" * 95 + ".tiff"),
    ],
)
def test_file_names_become_safe(given: str, kept: str) -> None:
    assert objects.safe_name(given) == kept


def test_names_are_unguessable_and_begin_with_the_organization(site: Site, house: House) -> None:
    first, second = issue(site.context, house), issue(site.context, house)
    assert first != second
    assert first.startswith(f"{house.organization_id}/data/")
