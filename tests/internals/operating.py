"""Operations on versions, launched and done in the test's own process; versions to do them on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import pytest

from safelight.actions.operations import launch_operation
from safelight.domain.annotations import (
    EMPTY,
    Annotation,
    Document,
    ShapeKind,
    add_annotation,
    draft,
)
from safelight.domain.operations import Operation
from safelight.internals import plans
from safelight.store import assets, assettags, changes, data, datasets, labels, tags, versions
from safelight.store.changes import Author
from safelight.store.data import NewData
from safelight.store.packed import packed
from safelight.store.runs import Run
from tests.internals.importing import Workshop

BOX = [1, 2, 3, 4]
Said = dict[str, list[tuple[str, str, Any]]]


def launch(shop: Workshop, asked: Operation, version_id: UUID | None = None) -> Run:
    """The pending run of an operation on a version, else on fruits/v1."""
    return launch_operation(shop.context, shop.actor, version_id or shop.version_id, asked)[1]


def do(shop: Workshop, asked: Operation, version_id: UUID | None = None) -> dict[str, Any]:
    """The result of an operation that went well."""
    result = shop.run(launch(shop, asked, version_id)).result
    assert result is not None
    return result


def refused(shop: Workshop, asked: Operation, version_id: UUID | None = None) -> str:
    """Why the run of an operation failed."""
    code, failure = shop.operate(launch(shop, asked, version_id))
    assert code == 1
    assert failure is not None
    return str(failure["message"])


def made(result: dict[str, Any], name: str) -> UUID:
    """The version of that name that a result names."""
    [found] = [one["id"] for one in result["outputs"] if one["name"].endswith(f"/{name}")]
    return UUID(found)


def version(shop: Workshop, name: str, said: Said, dataset: str = "fruits") -> UUID:
    """A version that says this: (label, kind word, geometry) by file name. Pictures are shared by name."""
    house = shop.house
    with shop.db.transaction() as tx:
        author = Author(house.member)
        found = datasets.find(tx, house.organization_id, dataset)
        in_dataset = found or datasets.add(tx, house.organization_id, dataset, by=author)
        version = versions.find(tx, house.organization_id, in_dataset.dataset_id, name)
        if version is None:
            version = versions.add(
                tx, house.organization_id, in_dataset.dataset_id, name, by=author
            )
        known = data.keys_by_filename(tx, house.datalake_id, list(said))
        missing = [NewData(name, 640, 480) for name in said if name not in known]
        data.add_many(tx, house.datalake_id, missing, house.member)
        known = data.keys_by_filename(tx, house.datalake_id, list(said))
        change_set = changes.open_set(
            tx, house.organization_id, version.version_key, author, changes.ASSETS
        )
        assets.add(tx, change_set, version, [known[name][0] for name in said])
    say(shop, said, version.version_id)
    return version.version_id


def say(shop: Workshop, said: Said, version_id: UUID | None = None) -> None:
    """Let pictures of a version say this and nothing else."""
    house = shop.house
    with shop.db.transaction() as tx:
        author = Author(house.member)
        version = versions.open_to_write(
            tx, house.organization_id, version_id or shop.version_id, alone=True
        )
        names = [label for shapes in said.values() for label, _, _ in shapes]
        keys = labels.ensure(tx, version, names, author)
        by_name = assets.keys_by_filename(tx, version.version_key)
        held = assets.hold(tx, version, [by_name[name] for name in said])
        edits = []
        for name, shapes in said.items():
            asset = held[by_name[name]]
            if not shapes and asset.document_key is None:
                continue
            edits.append(assets.Edit(asset, *_document(asset, shapes, keys, tx.now)))
        change_set = changes.open_set(
            tx, house.organization_id, version.version_key, author, changes.ANNOTATIONS
        )
        assets.write(tx, change_set, version, edits)


def _document(asset: Any, shapes: Any, keys: dict[str, int], at: int) -> tuple[Document, Any]:
    if not shapes:
        return EMPTY, asset.numbers
    drafts = tuple(
        draft(next(kind for kind in ShapeKind if kind.word == word), keys[label], geometry)
        for label, word, geometry in shapes
    )
    return add_annotation(EMPTY, Annotation(0, at, shapes=drafts), asset.numbers)


def put_tags(
    shop: Workshop, tagged: dict[str, Iterable[str]], version_id: UUID | None = None
) -> None:
    """Tag pictures, by file name."""
    house = shop.house
    with shop.db.transaction() as tx:
        version = versions.open_to_write(
            tx, house.organization_id, version_id or shop.version_id, alone=True
        )
        change_set = changes.open_set(
            tx, house.organization_id, version.version_key, Author(house.member), changes.TAGS
        )
        by_name = assets.keys_by_filename(tx, version.version_key)
        for filename, names in tagged.items():
            given = [
                tags.ensure(tx, house.organization_id, version.version_id, tags.ASSET, name)
                for name in names
            ]
            assettags.attach(tx, change_set, version, given, [by_name[filename]])


def tags_of(shop: Workshop, version_id: UUID | None = None) -> dict[str, list[str]]:
    """The tags of each picture that has any, by file name."""
    with shop.db.read() as read:
        version = versions.get(read, shop.house.organization_id, version_id or shop.version_id)
        by_name = assets.keys_by_filename(read, version.version_key)
        found = tags.on(read, tags.ASSET, list(by_name.values()))
    return {
        name: sorted(tag.name for tag in found[key])
        for name, key in by_name.items()
        if key in found
    }


def asset_ids(shop: Workshop, *names: str, version_id: UUID | None = None) -> list[UUID]:
    with shop.db.read() as read:
        version = versions.get(read, shop.house.organization_id, version_id or shop.version_id)
        by_name = assets.keys_by_filename(read, version.version_key)
        return [packed(read).asset(by_name[name]) for name in names]


def lock(shop: Workshop, version_id: UUID | None = None) -> None:
    with shop.db.transaction() as tx:
        house = shop.house
        versions.lock(tx, house.organization_id, version_id or shop.version_id, house.owner)


def interfere(monkeypatch: pytest.MonkeyPatch, action: Callable[[], object]) -> None:
    """Let others do something once, after all was read and written and before anything is switched."""
    real = plans.switch

    def interrupted(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(plans, "switch", real)
        action()
        return real(*given, **named)

    monkeypatch.setattr(plans, "switch", interrupted)
