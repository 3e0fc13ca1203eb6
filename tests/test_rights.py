"""Every route of both APIs, also those written tomorrow: nothing of another organization, no write by
a viewer, nothing without a token.

The routes come from the app itself. A new path parameter needs a line in `_furnish`; a route whose
body is checked before its path needs a line in `BODIES`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from safelight.actions import access
from safelight.store import data, models, projections, schema
from safelight.store.db import Database
from tests.factories import House, add_house
from tests.jobs import launched
from tests.packages import processing_archive, training_archive
from tests.pictures import picture
from tests.web import Site, app_on, serving


@dataclass(frozen=True)
class Route:
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def reads(self) -> bool:
        return self.method in ("GET", "XGET")


def routes_of(site: Site) -> list[Route]:
    """All routes of both APIs."""
    found = [
        Route(method, route.path)
        for included in app_on(site.context).routes
        if hasattr(included, "effective_route_contexts")
        for route in included.effective_route_contexts()
        for method in route.methods
    ]
    assert len(found) > 100, "the app tells its routes in another way now"
    return found


ID = "00000000-0000-7000-8000-000000000000"

# Routes that ask nobody who they are.
PUBLIC = {
    "GET /api/v1/health",
    "GET /api/v1/openapi.json",
    "GET /api/v1/docs",
    "GET /api/v1/sdk.whl",
    "POST /api/v1/session",
    "DELETE /api/v1/session",
}

# Routes whose key is a signature in the address: 403 without one, whoever asks.
SIGNED = {
    "GET /api/v1/objects/{object_name:path}",
    "PUT /api/v1/objects/{object_name:path}",
    "POST /api/v1/objects",
    "GET /api/v2/job/{job_id}/payload",
}

# Writes that concern oneself alone, or only read although they are called POST.
OWN_AFFAIRS = {
    "POST /api/v1/session",
    "DELETE /api/v1/session",
    "PUT /api/v1/session/password",
    "POST /api/v1/tokens",
    "DELETE /api/v1/tokens/{token_id}",
    "POST /api/v1/views",
    "POST /api/v1/datalakes/{datalake_id}/known",
    "POST /api/object-storage/{connector_id}/retrieve_presigned_url",
    "POST /api/dataset/version/{version_id}/annotations/export",
}

# Routes for the script of a run alone: they refuse everybody else before they look at the id.
SCRIPTS_ONLY = {
    "POST /api/v1/runs/{run_id}/progress",
    "POST /api/v1/runs/{run_id}/result",
}

STREAMS = {"GET /api/v1/events"}

# Bodies that pass the checks which come before the question whose object it is.
SHAPE = {"kind": "rectangle", "label": "apple", "geometry": [1, 1, 2, 2]}
BODIES: dict[str, Any] = {
    "PUT /api/v1/views/{view_id}": {"name": "x"},
    "POST /api/v1/jobs/bulk": {"action": "rerun", "filter": {}},
    "PUT /api/v1/assets/{asset_id}/shapes": {"shapes": [SHAPE]},
    "POST /api/v1/versions/{version_id}/assets": {"data_ids": [ID]},
    "DELETE /api/v1/versions/{version_id}/assets": {"asset_ids": [ID]},
    "POST /api/v1/datalakes/{datalake_id}/known": {"files": []},
    "POST /api/v1/datalakes/{datalake_id}/tag": {"data_ids": [ID], "add": ["x"]},
    "POST /api/v1/datalakes/{datalake_id}/delete": {"data_ids": [ID]},
    "POST /api/v1/datalakes/{datalake_id}/add-to-version": {"data_ids": [ID], "version_id": ID},
    "POST /api/v1/datasets/{dataset_id}/versions": {"name": "x"},
    "POST /api/v1/versions/{version_id}/fork": {"name": "x"},
    "POST /api/v1/versions/{version_id}/export": {"format": "coco"},
    "POST /api/v1/versions/{version_id}/copy": {"source": ID},
    "POST /api/v1/versions/{version_id}/merge": {"versions": [ID]},
    "POST /api/v1/versions/{version_id}/split": {"parts": {"a": 0.5, "b": 0.5}},
    "POST /api/v1/versions/{version_id}/import-shapes": {"source": ID},
    "POST /api/v1/versions/{version_id}/convert": {"to": "rectangle"},
    "POST /api/v1/versions/{version_id}/tag": {"add": ["x"]},
    "POST /api/v1/versions/{version_id}/delete-pictures": {"everything": True},
    "POST /api/v1/versions/{version_id}/delete-shapes": {"everything": True},
    "POST /api/v1/versions/{version_id}/rename-labels": {"names": {"a": "b"}},
    "POST /api/v1/versions/{version_id}/merge-labels": {"labels": ["a"], "into": "b"},
    "POST /api/v1/versions/{version_id}/delete-labels": {"labels": ["a"]},
    "POST /api/v1/projects/{project_id}/experiments": {"name": "x"},
    "POST /api/v1/processings/{processing_id}/launch": {"target_id": ID},
    "POST /api/v1/experiments/{experiment_id}/metrics": {"name": "x", "data": 1},
    "POST /api/v1/jobs/track": {"name": "x"},
    "POST /api/v1/runs/{run_id}/progress": {"done": 1},
    "POST /api/v1/runs/{run_id}/result": {"summary": "x"},
    "POST /api/dataset/version/{version_id}/bulk-annotations": {
        "import_type": "REPLACE",
        "annotations": [],
    },
    "DELETE /api/dataset/version/{version_id}/annotations": {"asset_ids": ["__all__"]},
    "XGET /api/dataset/version/{version_id}/annotations": [ID],
    "XGET /api/dataset/version/{version_id}/assets": {"ids": [ID]},
    "XGET /api/datalake/{datalake_id}/datas": {"ids": [ID]},
    "XGET /api/dataset/version/{version_id}/bulk-labels": {"names": ["x"]},
    "POST /api/dataset/version/{version_id}/annotations/export": {"type": "COCO"},
    "POST /api/dataset/version/{version_id}/labels": {"name": "x"},
    "POST /api/dataset/version/{version_id}/labelgroups": {"name": "x"},
    "POST /api/dataset/version/{version_id}/tags": {"name": "x"},
    "POST /api/datalake/{datalake_id}/tags": {"name": "x"},
    "POST /api/dataset/version/{version_id}/assets": {"data_ids": [], "asset_tag_ids": []},
    "POST /api/dataset/version/{target_id}/processing/launch": {"processing_id": ID},
    "POST /api/model/version/{target_id}/processing/launch": {"processing_id": ID},
    "POST /api/datalake/{target_id}/processing/launch": {"processing_id": ID},
    "DELETE /api/dataset/version/{version_id}/assets": {"ids": [ID]},
    "POST /api/dataset/version/{version_id}/assets/copy": {"destination_id": ID, "asset_ids": [ID]},
    "POST /api/dataset/version/{version_id}/tags/convert": {"tag_ids": [], "tag_type": "ASSET"},
    "DELETE /api/datalake/{datalake_id}/datas": {"ids": []},
    "POST /api/access/dataset/{dataset_id}/users": {"user_id": ID},
    "PATCH /api/datalake/{datalake_id}/data/bulk": {"objects": {}},
    "POST /api/datalake/{datalake_id}/custom-metadata/keys/{key:path}": {
        "input_type": "STRING",
        "required": False,
    },
    "POST /api/datalake/{datalake_id}/objects": {"prefixes": ["x"]},
    "POST /api/datalake/{datalake_id}/objects/projections": {"projections": {"x": []}},
    "POST /api/data/{data_id}/projections": {"name": "x", "object_name": "x", "filename": "x"},
    "PATCH /api/tag/{tag_id}": {"name": "x"},
    "PATCH /api/data/source/{source_id}": {"name": "x"},
    "POST /api/label/{label_id}/skeleton": {"vertices": ["a"], "edges": []},
    "POST /api/organization/{organization_id}/tags": {"name": "x", "target_type": "DATASET"},
    "POST /api/model/version/{version_id}/modelfiles": {
        "name": "x",
        "filename": "x",
        "object_name": "x",
        "large": False,
    },
    "POST /api/dataset/{dataset_id}/versions": {"version": "x"},
    "POST /api/dataset/{dataset_id}/fork": {"parent_id": ID, "version": "x"},
    "POST /api/tag/{tag_id}/attach": [ID],
    "POST /api/tag/{tag_id}/detach": [ID],
    "POST /api/datalake/{datalake_id}/datas": {
        "type": "IMAGE",
        "filename": "x.jpg",
        "object_name": "x",
        "content_type": "image/jpeg",
    },
    "POST /api/processing/{processing_id}/inputs": {
        "name": "x",
        "input_type": "TEXT",
        "required": True,
    },
    "PATCH /api/label/{label_id}": {"name": "x"},
    "PATCH /api/annotation/{annotation_id}": {"duration": 1},
    "POST /api/annotation/{annotation_id}/bulk-rectangles": {"rectangles": []},
    "POST /api/annotation/{annotation_id}/bulk-polygons": {"polygons": []},
    "POST /api/annotation/{annotation_id}/bulk-classifications": {"classifications": []},
    "PATCH /api/rectangle/{shape_id}": {"x": 1},
    "PATCH /api/polygon/{shape_id}": {"polygon": [[0, 0], [1, 0], [1, 1]]},
    "PATCH /api/classification/{shape_id}": {"label_id": ID},
    "POST /api/v2/job/{job_id}/logging": {"line_nb": 0, "log": "x", "part": "x"},
    "POST /api/v2/job/{job_id}/logging/save": {"logging_object_name": "x"},
    "POST /api/organization/{organization_id}/connector/{connector_id}/generate_object_name": {
        "filename": "x",
        "type": "DATA",
    },
}
FORMS: dict[str, dict[str, Any]] = {
    "POST /api/v1/versions/{version_id}/pictures": {"file": ("a.jpg", b"x", "image/jpeg")},
    "POST /api/v1/versions/{version_id}/import": {"file": ("a.json", b"{}", "application/json")},
    "POST /api/v1/datalakes/{datalake_id}/data": {"files": ("a.jpg", b"x", "image/jpeg")},
    "POST /api/v1/objects": {
        "key": (None, b"x"),
        "expires": (None, b"9999999999"),
        "max_size": (None, b"1"),
        "signature": (None, b"x"),
        "file": ("a", b"x", "text/plain"),
    },
    "POST /api/v1/experiments/{experiment_id}/artifacts": {
        "name": (None, b"x"),
        "file": ("a", b"x", "text/plain"),
    },
}
FORGED = {"expires": "9999999999", "signature": "0" * 64}
PART = {"upload_id": "0" * 32, "part": "1", "max_size": "1"}
QUERIES: dict[str, dict[str, str]] = {
    "GET /api/v1/datalakes/{datalake_id}/within": {"stretch": "1023-0"},
    "GET /api/v1/versions/{version_id}/within": {"stretch": "1023-0"},
    "GET /api/v1/objects/{object_name:path}": FORGED,
    "PUT /api/v1/objects/{object_name:path}": {**FORGED, **PART},
    "GET /api/v2/job/{job_id}/payload": {**FORGED, "run": ID},
    "GET /api/datalake/{datalake_id}/datas/find": {"filename": "x"},
    "GET /api/datalake/{datalake_id}/tags/find": {"name": "x"},
    "GET /api/dataset/version/{version_id}/assets/find": {"filename": "x"},
    "GET /api/dataset/version/{version_id}/tags/find": {"name": "x"},
    "GET /api/dataset/version/{version_id}/analytics/tags": {"tag_type": "ASSET"},
    "GET /api/v1/runs/{run_id}/log/search": {"q": "x"},
    "GET /api/v1/jobs/values": {"of": "object"},
    "GET /api/v1/resolve": {"path": f"/dataset/{ID}"},
    "GET /api/organization/{organization_id}/processings/find": {"name": "x"},
    "GET /api/dataset/version/{version_id}/labels/find": {"name": "x"},
    "GET /api/model/version/{version_id}/modelfiles/find": {"name": "x"},
}


@dataclass(frozen=True)
class Furnished:
    """A house with one object of every noun. `ids`: a value for each path parameter."""

    house: House
    ids: dict[str, str]

    def fill(self, route: Route) -> str:
        """The path of a route with this house's objects in it."""
        path = route.path
        for name, value in self.ids.items():
            noun = path.split("/")[2]
            chosen = self.ids.get(f"{noun}.{name}", value)
            path = path.replace(f"{{{name}}}", chosen).replace(f"{{{name}:path}}", chosen)
        assert "{" not in path, f"add the parameter of {route} to _furnish"
        return path


def ask(client: httpx.Client, route: Route, path: str) -> httpx.Response:
    query = QUERIES.get(str(route), {})
    if str(route) in FORMS:
        return client.request(route.method, path, files=FORMS[str(route)], params=query)
    body = BODIES.get(str(route), {})
    if route.method == "GET":
        return client.get(path, params=query)
    return client.request(route.method, path, json=body, params=query)


def _furnish(site: Site, house: House) -> Furnished:
    """Made through the API, as its member and admin would."""
    with site.as_(house, "admin") as admin, site.as_(house, "member") as member:
        ids = {**_data(member, house), **_scripts(admin, member)}
    with site.context.db.read() as read:
        ids["connector_id"] = str(
            read.scalar(
                select(schema.organization.c.connector_id).where(
                    schema.organization.c.organization_id == house.organization_id
                )
            )
        )
        ids["token_id"] = str(
            read.scalar(
                select(schema.token.c.token_id).where(schema.token.c.user_id == house.member)
            )
        )
        ids["object_name"] = str(
            read.scalar(
                select(schema.stored_object.c.object_name).where(
                    schema.stored_object.c.organization_id == house.organization_id
                )
            )
        )
    with site.context.db.transaction() as tx:
        version = models.get_version(tx, house.organization_id, UUID(ids["model_version_id"]))
        name = ids["object_name"]
        file = models.add_file(
            tx, version, "weights", filename="w.bin", object_name=name, large=False
        )
        ids["file_id"] = str(file.model_file_id)
        pictured = data.get(tx, house.organization_id, UUID(ids["data_id"]))
        view = projections.NewProjection(name, "a view", "v.jpg", "image/jpeg", 1)
        ids["projection_id"] = str(projections.add(tx, pictured, view, None).projection_id)
    return Furnished(house, {**ids, "organization_id": str(house.organization_id)})


def _made(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


def _data(member: httpx.Client, house: House) -> dict[str, str]:
    dataset = _made(member.post("/api/v1/datasets", json={"name": "apples"}))["id"]
    path = f"/api/v1/datasets/{dataset}/versions"
    version = _made(member.post(path, json={"name": "v1", "type": "MULTI"}))["id"]
    shapes = [
        SHAPE,
        {"kind": "polygon", "label": "apple", "geometry": [[[0, 0], [4, 0], [4, 4]]]},
        {"kind": "classification", "label": "ripe"},
        {"kind": "line", "label": "apple", "geometry": [[0, 0], [4, 4]]},
        {"kind": "point", "label": "apple", "geometry": [1, 1]},
        {"kind": "mask", "label": "apple", "geometry": {"counts": [1, 2, 6], "size": [3, 3]}},
    ]
    asset = _made(
        member.post(
            f"/api/v1/versions/{version}/pictures",
            files={"file": ("a.jpg", picture(), "image/jpeg")},
            data={"shapes": json.dumps(shapes)},
        )
    )
    annotation = _made(member.get(f"/api/asset/{asset['id']}/annotations"))["items"][0]["id"]
    kinds = {
        f"{kind}.shape_id": _made(member.get(f"/api/annotation/{annotation}/{kind}s"))["items"][0]
        for kind in ("rectangle", "polygon", "classification", "line", "point", "mask")
    }
    labels = _made(member.get(f"/api/dataset/version/{version}/labels"))
    path = f"/api/dataset/version/{version}/labelgroups"
    group = _made(member.post(path, json={"name": "fruit"}))
    path = f"/api/organization/{house.organization_id}/datasources"
    source = _made(member.post(path, json={"name": "a camera"}))
    lake = str(house.datalake_id)
    tag = _made(member.post(f"/api/datalake/{lake}/tags", json={"name": "ripe"}))
    job = _made(member.post(f"/api/v1/versions/{version}/export", json={"format": "coco"}))
    view = _made(member.post("/api/v1/views", json={"name": "mine", "shared": True}))
    history = _made(member.get(f"/api/v1/versions/{version}/changes"))
    return {
        "dataset_id": dataset,
        "version_id": version,
        "asset_id": asset["id"],
        "change_id": history["items"][0]["id"],
        "data_id": asset["data_id"],
        "datalake_id": lake,
        "key": "side",
        "annotation_id": annotation,
        "shape_id": ID,
        **{name: each["id"] for name, each in kinds.items()},
        "label_id": labels["items"][0]["id"],
        "group_id": group["id"],
        "source_id": source["id"],
        "target_id": ID,
        "dataset.target_id": version,
        "datalake.target_id": lake,
        "tag_id": tag["id"],
        "job": job["id"],
        "job_id": job["id"],
        "run_id": job["run_id"],
        "view_id": view["id"],
    }


def _scripts(admin: httpx.Client, member: httpx.Client) -> dict[str, str]:
    archive = {"archive": ("a.zip", processing_archive(), "application/zip")}
    processing = _made(admin.post("/api/v1/processings", files=archive))
    archive = {"archive": ("a.zip", training_archive(), "application/zip")}
    training = _made(admin.post("/api/v1/trainings", files=archive))
    project = _made(member.post("/api/v1/projects", json={"name": "reading"}))["id"]
    body = {"name": "first", "model_version_id": training["model_version"]["id"]}
    path = f"/api/v1/projects/{project}/experiments"
    experiment = _made(member.post(path, json=body))["id"]
    loss = {"name": "loss", "data": 0.5}
    _made(member.post(f"/api/v1/experiments/{experiment}/metrics", json=loss))
    return {
        "processing_id": processing["id"],
        "package_hash": processing["source"]["package"],
        "model_id": training["model"]["id"],
        "model_version_id": training["model_version"]["id"],
        "model.version_id": training["model_version"]["id"],
        "model.target_id": training["model_version"]["id"],
        "project_id": project,
        "experiment_id": experiment,
        "name": "loss",
    }


@pytest.fixture
def site(db: Database, tmp_path: Path) -> Iterator[Site]:
    add_house(db, "stranger")
    with serving(db, tmp_path) as site:
        yield site


@pytest.fixture
def orchard(db: Database, site: Site) -> Furnished:
    return _furnish(site, add_house(db, "orchard"))


@pytest.fixture
def stranger(db: Database, site: Site) -> Iterator[httpx.Client]:
    """The owner of another organization: nobody has more rights, only elsewhere."""
    with site.as_(add_house(db, "elsewhere"), "owner") as client:
        yield client


def rows(db: Database) -> dict[str, int]:
    """How many rows each table has."""
    with db.read() as read:
        return {
            table.name: read.scalar(select(func.count()).select_from(table))
            for table in schema.metadata.sorted_tables
        }


def names_of(orchard: Furnished) -> set[str]:
    """Texts that only the orchard's objects have."""
    return {value for value in orchard.ids.values() if len(value) > 30 and value != ID}


def test_nothing_of_another_organization_can_be_reached_by_its_id(
    db: Database, site: Site, orchard: Furnished, stranger: httpx.Client
) -> None:
    before, wrong = rows(db), []
    for route in routes_of(site):
        if "{" not in route.path or str(route) in SIGNED:
            continue
        answer = ask(stranger, route, orchard.fill(route))
        expected = 401 if "/runner/" in route.path else 403 if str(route) in SCRIPTS_ONLY else 404
        if answer.status_code != expected:
            wrong.append(f"{route}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)
    assert rows(db) == before


def test_lists_and_searches_show_nothing_of_another_organization(
    site: Site, orchard: Furnished, stranger: httpx.Client
) -> None:
    for route in routes_of(site):
        if "{" in route.path or not route.reads or str(route) in STREAMS | PUBLIC:
            continue
        answer = ask(stranger, route, route.path)
        shown = [text for text in names_of(orchard) if text in answer.text]
        assert shown == [], f"{route} shows {shown}"


def test_a_viewer_writes_nothing(db: Database, site: Site, orchard: Furnished) -> None:
    with site.as_(orchard.house, "viewer") as viewer:
        before, wrong = rows(db), []
        for route in routes_of(site):
            writes = not route.reads or route.path.endswith("/bulk-labels")
            if not writes or str(route) in OWN_AFFAIRS:
                continue
            answer = ask(viewer, route, orchard.fill(route))
            expected = 401 if "/runner/" in route.path else 403
            if answer.status_code != expected:
                wrong.append(f"{route}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)
    assert rows(db) == before


def test_a_viewer_reads_everything_of_its_own(site: Site, orchard: Furnished) -> None:
    """Or the two tests above would pass with routes that refuse everybody."""
    wrong = []
    with site.as_(orchard.house, "viewer") as viewer:
        for route in routes_of(site):
            told = str(route)
            if not route.reads or told in STREAMS | SIGNED or "/runner/" in route.path:
                continue
            if route.path.endswith(("/follow", "/bulk-labels")):
                continue
            answer = ask(viewer, route, orchard.fill(route))
            if answer.status_code in (401, 403):
                wrong.append(f"{route}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("token", ["", "wrong"])
def test_nothing_answers_without_a_valid_token(site: Site, orchard: Furnished, token: str) -> None:
    wrong = []
    with site.client(token) as client:
        for route in routes_of(site):
            if str(route) in PUBLIC:
                continue
            answer = ask(client, route, orchard.fill(route))
            expected = 403 if str(route) in SIGNED else 401
            body = answer.json()
            if answer.status_code != expected or set(body) != {"code", "message", "detail"}:
                wrong.append(f"{route}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)


def test_a_script_touches_neither_jobs_of_others_nor_people(
    db: Database, site: Site, orchard: Furnished
) -> None:
    _, run = launched(db, orchard.house)
    with db.transaction() as tx:
        script = access.issue_script_token(
            tx, run.run_id, orchard.house.owner, orchard.house.organization_id
        )
    other = UUID(orchard.ids["run_id"])
    assert other != run.run_id
    with site.client(script) as client:
        for method, path in (
            ("GET", "/api/v1/tokens"),
            ("POST", "/api/v1/tokens"),
            ("PUT", "/api/v1/session/password"),
            ("GET", "/api/v1/jobs"),
            ("GET", f"/api/v1/runs/{other}"),
            ("GET", f"/api/v1/runs/{other}/log"),
            ("POST", f"/api/v1/runs/{other}/stop"),
            ("POST", f"/api/v1/runs/{other}/progress"),
            ("POST", f"/api/v1/jobs/{orchard.ids['job_id']}/rerun"),
            ("POST", "/api/v1/processings"),
            ("POST", f"/api/v2/job/{orchard.ids['job_id']}/succeed"),
            ("POST", f"/api/v2/job/{orchard.ids['job_id']}/logging"),
        ):
            body = {"name": "x", "password": "long enough", "done": 1, "line_nb": 0, "log": "x"}
            answer = client.request(method, path, json=body if method != "GET" else None)
            assert answer.status_code in (403, 404), f"{method} {path}: {answer.text}"
        assert client.get("/api/v1/datasets").status_code == 200


def test_the_event_stream_tells_of_ones_own_organization_only(
    db: Database, site: Site, orchard: Furnished, stranger: httpx.Client
) -> None:
    made = stranger.post("/api/v1/datasets", json={"name": "pears"}).json()["id"]
    stranger.post(f"/api/v1/datasets/{made}/versions", json={"name": "v1"}).raise_for_status()
    heard: list[str] = []
    with stranger.stream("GET", "/api/v1/events", params={"after": 0}, timeout=10) as stream:
        for line in stream.iter_lines():
            heard.append(line)
            if made in line:
                break
    assert not [text for text in names_of(orchard) if text in "\n".join(heard)]


def test_a_signature_opens_one_object_only(site: Site, orchard: Furnished) -> None:
    with site.as_(orchard.house) as member:
        path = f"/api/v1/versions/{orchard.ids['version_id']}/assets"
        [asset] = member.get(path).json()["items"]
    with site.client() as anybody:
        signed = httpx.URL(asset["url"])
        assert anybody.get(asset["url"]).status_code == 200
        name = f"/api/v1/objects/{orchard.house.organization_id}/data/other.jpg"
        assert anybody.get(signed.copy_with(path=name)).status_code == 403
        late = signed.copy_merge_params({"expires": "9999999999"})
        assert anybody.get(late).status_code == 403
