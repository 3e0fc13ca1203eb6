"""A house with pictures in a version, behind the wire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from safelight.actions import datasets
from safelight.domain.permissions import Actor, Role
from safelight.store import data
from safelight.store.data import NewData
from safelight.store.db import Database
from safelight.store.versions import Version
from tests.factories import House, add_house
from tests.web import Site, serving


@dataclass(frozen=True)
class Wire:
    """The house's member as a client of the wire; `version` has three placeholders as assets."""

    site: Site
    house: House
    member: httpx.Client
    version: Version

    @property
    def actor(self) -> Actor:
        return Actor(self.house.member, "member", self.house.organization_id, Role.MEMBER)

    def get(self, path: str, **query: Any) -> Any:
        return self.member.get(f"/api{path}", params=query).raise_for_status().json()

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.member.post(f"/api{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def xget(self, path: str, body: Any) -> Any:
        answer = self.member.request("XGET", f"/api{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    @property
    def assets(self) -> list[dict[str, Any]]:
        found = self.get(f"/dataset/version/{self.version.version_id}/assets")
        items: list[dict[str, Any]] = found["items"]
        return items

    def label(self, name: str) -> str:
        [found] = self.xget(
            f"/dataset/version/{self.version.version_id}/bulk-labels", {"names": [name]}
        )
        assert found["name"] == name
        return str(found["id"])

    def annotation(self, asset: int = 0) -> str:
        made = self.post(f"/asset/{self.assets[asset]['id']}/annotations", {"duration": 1.5})
        return str(made["id"])


@pytest.fixture
def site(db: Database, tmp_path: Path) -> Iterator[Site]:
    with serving(db, tmp_path) as served:
        yield served


@pytest.fixture
def wire(site: Site) -> Wire:
    return furnish(site, add_house(site.context.db))


def furnish(site: Site, house: House) -> Wire:
    db = site.context.db
    actor = Actor(house.member, "member", house.organization_id, Role.MEMBER)
    named = [NewData(f"{number}.jpg", width=40, height=30) for number in range(3)]
    with db.transaction() as tx:
        keys = data.add_many(tx, house.datalake_id, named, house.member)
        ids: list[UUID] = [one.data_id for one in data.by_keys(tx, keys)]
    dataset = datasets.create(db, actor, "fruit")
    version = datasets.create_version(db, actor, dataset.dataset_id, "first")
    datasets.add_data(db, actor, version.version_id, ids)
    return Wire(site, house, site.as_(house), version)
