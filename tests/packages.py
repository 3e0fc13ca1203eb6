"""Packages that many tests start from."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from safelight.actions.access import Actor
from safelight.actions.context import Context, open_context
from safelight.blobs import Blobs
from safelight.config import Settings
from safelight.domain.datasets import InferenceType
from safelight.store import datasets, versions
from safelight.store.changes import Author
from safelight.store.db import Database
from safelight.store.versions import Version
from tests.factories import House

PROCESSING = """
name = "rotate"
target = "DATASET_VERSION"
entry = "main.py"
description = "Turns every picture by an angle"
[resources]
cpu = 2
[parameters.angle]
type = "integer"
default = 45
min = 0
max = 360
[parameters.key]
type = "secret"
[inputs.target_version_name]
type = "TEXT"
required = true
"""

TRAINING = """
name = "digits"
entry = "main.py"
[parameters.epochs]
type = "integer"
default = 3
min = 1
"""

OFFICIAL = """
[metadata]
name = "hello"
type = "{kind}"
[execution]
pipeline_script = "pipeline.py"
"""


def zipped(**files: str) -> bytes:
    """A zip of files named with `_toml` and `_py` for `.toml` and `.py`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_toml", ".toml").replace("_py", ".py"), content)
    return packed.getvalue()


def processing_archive(manifest: str = PROCESSING, script: str = "print('turned')") -> bytes:
    return zipped(processing_toml=manifest, main_py=script)


def training_archive(manifest: str = TRAINING, script: str = "print('trained')") -> bytes:
    return zipped(training_toml=manifest, main_py=script)


def official_archive(kind: str = "DATA_AUGMENTATION") -> bytes:
    return zipped(config_toml=OFFICIAL.format(kind=kind), pipeline_py="print('hello')")


def context_with_blobs(db: Database, folder: Path) -> Context:
    data = folder / "data"
    data.mkdir(exist_ok=True)
    settings = Settings(data=data)
    return open_context(settings, db, Blobs(settings.storage))


def actor(house: House, role: str = "admin") -> Actor:
    """The house's user of this role, acting."""
    return Actor(getattr(house, role), role, house.organization_id, role)


def add_version(
    db: Database,
    house: House,
    dataset: str = "apples",
    name: str = "v1",
    type: InferenceType = InferenceType.NOT_CONFIGURED,
) -> Version:
    """An empty dataset version; its dataset is made if missing."""
    with db.transaction() as tx:
        by = Author(house.member)
        found = datasets.find(tx, house.organization_id, dataset) or datasets.add(
            tx, house.organization_id, dataset, by=by
        )
        return versions.add(tx, house.organization_id, found.dataset_id, name, by=by, type=type)
