"""How assets and files look in /api/v1: built as JSON bytes, because galleries ask for many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import Query, Response
from pydantic import BaseModel

from safelight.actions import objects
from safelight.actions.context import Context
from safelight.api.views import Named, time_text
from safelight.domain.annotations import Document, Shape, ShapeKind
from safelight.domain.datasets import DataStatus, LabelList
from safelight.domain.geometry import rings
from safelight.store import labels, packed, tags
from safelight.store.assets import Asset
from safelight.store.data import Data
from safelight.store.db import Read
from safelight.store.packed import Packed
from safelight.store.versions import Version

THUMBNAIL = 256

# The search box of a version; `domain/assetquery.py` reads it.
PictureQuery = Annotated[
    str,
    Query(
        max_length=4000,
        description=(
            "The text of the search box: words of the file's name, and `label:` (one of those given), `-label:`, "
            "`tag:`, `shapes:N..M`, `is:annotated`, `-is:annotated`, `name:`, `width:`, `height:`."
        ),
    ),
]


class ShapeView(BaseModel):
    """One shape. Geometry: rectangle [x, y, w, h]; polygon rings [[[x, y], ...], ...]; line
    [[x, y], ...]; point [x, y]; keypoints [[x, y, visibility], ...]; mask run lengths.
    """

    id: UUID
    kind: str
    label: Named
    geometry: Any = None


class AssetView(BaseModel):
    """A picture in a version. A placeholder is PENDING and has neither thumbnail nor url."""

    id: UUID
    data_id: UUID
    filename: str
    width: int | None
    height: int | None
    status: str
    thumbnail: str | None
    url: str | None
    tags: list[str]
    shapes: list[ShapeView]


class FileView(BaseModel):
    """A picture in a datalake."""

    id: UUID
    filename: str
    width: int | None
    height: int | None
    size: int | None
    status: str
    thumbnail: str | None
    url: str | None
    tags: list[str]
    created_at: str


def json_response(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def asset_views(
    context: Context, read: Read, version: Version, found: Sequence[Asset]
) -> list[dict[str, Any]]:
    """Assets of one version, read with their contents."""
    packer, known = packed.packed(read), labels.get(read, version)
    names = label_views(packer, version, known)
    tagged = tags.on(read, tags.ASSET, [asset.asset_key for asset in found])
    urls = picture_urls(context, (asset.data for asset in found))
    return [
        {
            "id": packer.asset(asset.asset_key),
            "data_id": asset.data.data_id,
            **picture_view(asset.data, url),
            "tags": [tag.name for tag in tagged.get(asset.asset_key, ())],
            "shapes": shape_views(packer, names, asset.asset_key, asset.document),
        }
        for asset, url in zip(found, urls, strict=True)
    ]


def file_views(context: Context, read: Read, found: Sequence[Data]) -> list[dict[str, Any]]:
    """Data of a datalake."""
    tagged = tags.on(read, tags.DATA, [one.data_key for one in found])
    return [
        {
            "id": one.data_id,
            **picture_view(one, url),
            "size": one.size,
            "tags": [tag.name for tag in tagged.get(one.data_key, ())],
            "created_at": time_text(one.created_at),
        }
        for one, url in zip(found, picture_urls(context, found), strict=True)
    ]


def shape_views(
    packer: Packed, names: dict[int, dict[str, Any]], asset_key: int, document: Document
) -> list[dict[str, Any]]:
    """The shapes of a document whose label is among `names`, by key."""
    return [
        {
            "id": packer.shape(asset_key, annotation.number, shape.number),
            "kind": shape.kind.word,
            "label": names[shape.label_key],
            "geometry": _geometry(shape),
        }
        for annotation in document.annotations
        for shape in annotation.shapes
        if shape.label_key in names  # else its label is being removed just now
    ]


def picture_view(one: Data, url: str | None) -> dict[str, Any]:
    done = one.status is DataStatus.DONE
    thumbnail = f"/api/v1/data/{one.data_id}/thumbnail?size={THUMBNAIL}"
    return {
        "filename": one.filename,
        "width": one.width,
        "height": one.height,
        "status": "DONE" if done else "PENDING",
        "thumbnail": thumbnail if url else None,
        "url": url,
    }


def picture_urls(context: Context, found: Iterable[Data]) -> list[str | None]:
    listed = list(found)
    names = [one.object_name for one in listed if one.object_name is not None]
    paths = iter(objects.read_paths(context, names))
    return [None if one.object_name is None else next(paths) for one in listed]


def label_views(packer: Packed, version: Version, known: LabelList) -> dict[int, dict[str, Any]]:
    return {
        label.key: {"id": packer.label(version.version_key, label.key), "name": label.name}
        for label in known.labels
    }


def _geometry(shape: Shape) -> Any:
    """The geometry as its text came; polygons as rings of points, whatever form they came in."""
    if shape.kind is ShapeKind.POLYGON:
        return rings(shape.coordinates)
    return shape.geometry
