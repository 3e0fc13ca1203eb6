"""Objects as the wire shows them: the fields that clients read, under their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from safelight.actions import objects
from safelight.actions.context import Context
from safelight.actions.shapes import Scene
from safelight.domain.datasets import DataStatus, Label, LabelGroup
from safelight.store import tags as tags_store
from safelight.store.assets import Asset
from safelight.store.data import Data
from safelight.store.datalakes import Datalake, Source, sources
from safelight.store.datasets import Dataset
from safelight.store.db import Read
from safelight.store.organizations import Organization
from safelight.store.packed import Packed
from safelight.store.tags import Tag
from safelight.store.versions import Version

Json = dict[str, Any]

# A placeholder has no object; clients want a name all the same, one that nothing answers to.
_NO_OBJECT = "placeholder/"
# Clients refuse an asset without a size; of a picture that could not be measured it is this.
_UNMEASURED = 1


def listed(items: Sequence[Json], count: int | None = None, cursor: str | None = None) -> Json:
    """A list; `count` is the number of all that match, not of those on this page."""
    return {
        "items": items,
        "count": len(items) if count is None else count,
        "next_cursor": cursor,
    }


def organization(found: Organization) -> Json:
    return {
        "id": found.organization_id,
        "name": found.name,
        "default_connector_id": found.connector_id,
    }


def datalake(found: Datalake, owner: Organization) -> Json:
    return {"id": found.datalake_id, "name": found.name, "connector_id": owner.connector_id}


def tag(found: Tag) -> Json:
    return {"id": found.tag_id, "name": found.name, "target_type": found.target_type}


def source(found: Source) -> Json:
    return {"id": found.data_source_id, "name": found.name}


def datasets(read: Read, found: Sequence[Dataset]) -> list[Json]:
    tagged = tags_store.on(read, "DATASET", [one.dataset_id for one in found])
    return [
        {
            "id": one.dataset_id,
            "name": one.name,
            "description": one.description,
            "tags": [tag(each) for each in tagged.get(one.dataset_id, ())],
        }
        for one in found
    ]


def versions(read: Read, found: Sequence[Version]) -> list[Json]:
    tagged = tags_store.on(read, "DATASET_VERSION", [one.version_id for one in found])
    return [
        {
            "id": one.version_id,
            "origin_id": one.dataset_id,
            "origin_name": one.dataset_name,
            "version": one.name,
            "description": one.description,
            "type": one.type,
            "size": one.asset_count,
            "locked": one.lock is not None,
            "annotation_campaign_id": None,
            "tags": [tag(each) for each in tagged.get(one.version_id, ())],
        }
        for one in found
    ]


def dataset(read: Read, found: Dataset) -> Json:
    return datasets(read, [found])[0]


def version(read: Read, found: Version) -> Json:
    return versions(read, [found])[0]


def label(scene: Scene, found: Label) -> Json:
    key = scene.version.version_key
    return {
        "id": scene.packed.label(key, found.key),
        "name": found.name,
        "group_id": None if found.group is None else scene.packed.label_group(key, found.group),
    }


def label_group(scene: Scene, found: LabelGroup) -> Json:
    key = scene.version.version_key
    parent = None if found.parent is None else scene.packed.label_group(key, found.parent)
    return {
        "id": scene.packed.label_group(key, found.key),
        "name": found.name,
        "parent_id": parent,
    }


# --- data and assets ------------------------------------------------------------------------------


def _data(found: Data, url: str | None, tags: Sequence[Tag], origin: Source | None) -> Json:
    shown: Json = {
        "id": found.data_id,
        "datalake_id": found.datalake_id,
        "object_name": found.object_name or f"{_NO_OBJECT}{found.data_id}",
        "filename": found.filename,
        "type": found.type,
        "content_type": found.content_type,
        "upload_status": found.status,
        "presigned_url": url,
        "metadata": found.metadata,
        "custom_metadata": found.custom_metadata,
        "tags": [tag(one) for one in tags],
        "data_source": origin and source(origin),
    }
    if found.width is not None and found.height is not None:
        shown["meta"] = {"width": found.width, "height": found.height}
    return shown


def datas(
    read: Read,
    context: Context,
    base: str,
    organization_id: UUID,
    found: Sequence[Data],
) -> list[Json]:
    """Data with their tags, source and an address to read them from."""
    tagged = tags_store.on(read, tags_store.DATA, [one.data_key for one in found])
    named = (
        {one.data_source_id: one for one in sources(read, organization_id)}
        if any(one.data_source_id for one in found)
        else {}
    )
    urls = _urls(context, base, found)
    return [
        _data(
            one,
            urls.get(one.data_key),
            tagged.get(one.data_key, ()),
            named.get(one.data_source_id) if one.data_source_id else None,
        )
        for one in found
    ]


def _urls(context: Context, base: str, found: Sequence[Data]) -> dict[int, str]:
    stored = [(one.data_key, one.object_name) for one in found if one.object_name is not None]
    paths = objects.read_paths(context, [name for _, name in stored])
    return {key: base + path for (key, _), path in zip(stored, paths, strict=True)}


def assets(
    read: Read, context: Context, base: str, packer: Packed, found: Sequence[Asset]
) -> list[Json]:
    """Assets with their tags and the data behind them."""
    tagged = tags_store.on(read, tags_store.ASSET, [one.asset_key for one in found])
    urls = _urls(context, base, [one.data for one in found])
    return [
        {
            "id": packer.asset(one.asset_key),
            "data": _ready(_data(one.data, urls.get(one.data.data_key), (), None)),
            "tags": [tag(each) for each in tagged.get(one.asset_key, ())],
        }
        for one in found
    ]


def _ready(shown: Json) -> Json:
    # In an asset a client reads every data as done and measured, also a picture still to come.
    shown["upload_status"] = DataStatus.DONE
    shown.setdefault("meta", {"width": _UNMEASURED, "height": _UNMEASURED})
    return shown
