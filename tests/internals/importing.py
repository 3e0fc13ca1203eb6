"""A house with a dataset version, and internal operations done on it in the test's own process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from safelight.actions.context import Context
from safelight.actions.import_annotations import Options, keep_file, launch_import
from safelight.domain.annotations import Document
from safelight.domain.permissions import Actor
from safelight.internals import operate
from safelight.store import (
    assets,
    changes,
    data,
    datalakes,
    datasets,
    labels,
    runs,
    schema,
    versions,
)
from safelight.store.changes import Author, ChangeSet
from safelight.store.data import NewData
from safelight.store.db import Database, Transaction
from safelight.store.runs import Run
from safelight.store.versions import Version
from tests.factories import House, add_house
from tests.jobs import context_on


@dataclass(frozen=True)
class Workshop:
    context: Context
    house: House
    version_id: UUID

    @property
    def db(self) -> Database:
        return self.context.db

    @property
    def actor(self) -> Actor:
        return Actor(self.house.member, "member", self.house.organization_id, "member")

    @property
    def version(self) -> Version:
        return self.version_of(self.version_id)

    def version_of(self, version_id: UUID) -> Version:
        with self.db.read() as read:
            return versions.get(read, self.house.organization_id, version_id)

    def launch(self, content: Any, **options: Any) -> Run:
        """The pending run of an import of this file."""
        text = content if isinstance(content, bytes) else json.dumps(content).encode()
        filename = options.pop("filename", "f.json")
        name = keep_file(self.context, self.actor, filename, [text])
        version_id = options.pop("version_id", self.version_id)
        rejected_of = options.pop("rejected_of", None)
        chosen = Options.read({"format": "coco", **options})
        return launch_import(
            self.context, self.actor, version_id, name, filename, chosen, rejected_of=rejected_of
        )[1]

    def run(self, run: Run) -> Run:
        """The same run after its operation was done here; it must have gone well."""
        assert self.operate(run) == (0, None)
        with self.db.read() as read:
            return runs.get(read, run.run_id)

    def operate(self, run: Run) -> tuple[int, dict[str, Any] | None]:
        """The exit code of the operation, and what it wrote of its failure."""
        with self.db.transaction() as tx:
            runs.start(tx, run.run_id, alive_until=tx.now + 900_000_000)
        code = operate(self.context, run.run_id)
        failure = self.context.settings.data / "runs" / str(run.run_id) / "failure.json"
        return code, json.loads(failure.read_bytes()) if failure.exists() else None

    def add_pictures(self, *names: str, to_version: bool = True) -> list[int]:
        """Data of the default datalake, in the version or not; their keys."""
        return self._add([NewData(name, 640, 480) for name in names], to_version=to_version)

    def _add(self, new: list[NewData], *, to_version: bool) -> list[int]:
        with self.db.transaction() as tx:
            keys = data.add_many(
                tx,
                self.house.datalake_id,
                new,
                self.house.member,
            )
            if to_version:
                version = versions.open_to_write(
                    tx, self.house.organization_id, self.version_id, alone=True
                )
                change_set = changes_of(tx, version, self.house.member)
                assets.add(tx, change_set, version, keys)
        return keys

    def add_sized(
        self, name: str, width: int, height: int, *, to_version: bool = True
    ) -> list[int]:
        """A picture of that size."""
        return self._add([NewData(name, width, height)], to_version=to_version)

    def documents(self, version_id: UUID | None = None) -> dict[str, Document]:
        """What is said of each picture of the version, in the order of the assets."""
        with self.db.read() as read:
            version = versions.get(read, self.house.organization_id, version_id or self.version_id)
            return {
                asset.data.filename: asset.document
                for asset in assets.every(read, version.version_key, contents=True)
            }

    def said(self, version_id: UUID | None = None) -> dict[str, list[tuple[str, str, Any]]]:
        """(label, kind, coordinates) of each shape of the last annotation of each picture."""
        names = {key: name for name, key in self.labels(version_id).items()}
        return {
            filename: [
                (names[shape.label_key], shape.kind.value, shape.coordinates)
                for shape in (document.last.shapes if document.last else ())
            ]
            for filename, document in self.documents(version_id).items()
        }

    def labels(self, version_id: UUID | None = None) -> dict[str, int]:
        with self.db.read() as read:
            version = versions.get(read, self.house.organization_id, version_id or self.version_id)
            return labels.get(read, version).keys

    def count(self, table: Any) -> int:
        with self.db.read() as read:
            return int(read.scalar(select(func.count()).select_from(table)))

    def snapshot(self) -> tuple[Any, ...]:
        """Everything an import could leave behind."""
        tables = (schema.document, schema.data, schema.asset, schema.asset_change)
        return (
            self.version,
            self.said(),
            self.labels(),
            *(self.count(table) for table in tables),
        )


def changes_of(tx: Transaction, version: Version, user_id: UUID) -> ChangeSet:
    return changes.open_set(
        tx, version.organization_id, version.version_key, Author(user_id), changes.ASSETS
    )


def open_workshop(db: Database, folder: Path) -> Workshop:
    house = add_house(db)
    with db.transaction() as tx:
        author = Author(house.member)
        dataset = datasets.add(tx, house.organization_id, "fruits", by=author)
        version = versions.add(tx, house.organization_id, dataset.dataset_id, "v1", by=author)
        datalakes.default(tx, house.organization_id)
    return Workshop(context_on(db, folder), house, version.version_id)


def coco(*annotations: dict[str, Any], images: int = 2, **more: Any) -> dict[str, Any]:
    """Pictures 1.jpg, 2.jpg ... with these annotations, of image 1 and category apple if not said."""
    return {
        "images": [
            {"id": id, "file_name": f"{id}.jpg", "width": 640, "height": 480}
            for id in range(1, images + 1)
        ],
        "annotations": [
            {"id": id, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], **annotation}
            for id, annotation in enumerate(annotations, start=1)
        ],
        "categories": [{"id": 1, "name": "apple"}, {"id": 2, "name": "pear"}],
        **more,
    }
