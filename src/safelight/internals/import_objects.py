"""Makes data, or projections of data, of files that were uploaded and are nothing yet.

Files become data one by one, each whole, as when they are uploaded; projections come all at once. Doing it again
does nothing a second time.
"""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from safelight.actions import projections
from safelight.actions.data import Uploaded, add_uploaded, look_at
from safelight.actions.ensuring import ensured
from safelight.actions.import_objects import Files, Views, names_of
from safelight.actions.metadata import Description
from safelight.actions.objects import DEFAULT_TYPE
from safelight.domain.datasets import DataType
from safelight.domain.permissions import Actor
from safelight.errors import Conflict, Invalid, NotFound
from safelight.internals.operation import Operation, number
from safelight.store import data, datalakes, objects, tags
from safelight.store.db import Transaction
from safelight.store.projections import NewProjection

_VIDEO = "video/"


def run(operation: Operation) -> None:
    asked = operation.read(Files)
    with operation.db.read() as read:
        by = operation.actor(read)
        names = names_of(read, operation.organization_id, asked)
    counts: Counter[str] = Counter()
    with operation.section("Import"):
        for done, name in enumerate(names, 1):
            counts[_enter(operation, by, name, asked)] += 1
            operation.progress(done, len(names), "files")
    new, known, rejected = (counts[outcome] for outcome in ("new", "known", "rejected"))
    with operation.last_step(), operation.db.transaction() as tx:
        operation.hold(tx)
        operation.result(
            tx,
            summary=f"{number(new, 'file')} imported"
            + (f", {number(rejected, 'file')} not" if rejected else ""),
            counts={"new_data": new, "there_already": known, "rejected": rejected},
            outputs=[],
        )
    operation.say(f"{number(new, 'file')} imported, {known:,} there already, {rejected:,} not")


def _enter(operation: Operation, by: Actor, object_name: str, asked: Files) -> str:
    """Make one file data; what became of it. Why a file cannot be any is said in the log."""
    said = asked.objects.get(object_name, Description())
    try:
        with operation.db.read() as read:
            if data.by_object(read, object_name) is not None:
                return "known"
            stored = objects.get(read, by.organization_id, object_name)
        tag_ids, source_id = _ensure(operation, by, said)
        is_video = (stored.content_type or "").startswith(_VIDEO)
        file = Uploaded(
            object_name,
            filename=object_name.rsplit("/", 1)[-1],
            type=DataType.VIDEO if is_video else DataType.IMAGE,
            tag_ids=(*asked.tag_ids, *tag_ids),
            data_source_id=source_id or asked.data_source_id,
            metadata=said.metadata,
            custom_metadata=said.custom_metadata,
        )
        add_uploaded(operation.context, by, operation.target_id, file)
    except (Invalid, NotFound, Conflict) as refusal:
        operation.say(f"{object_name}: {refusal.message}")
        return "rejected"
    return "new"


def _ensure(operation: Operation, by: Actor, said: Description) -> tuple[list[UUID], UUID | None]:
    """The tags and the source that are said of a file, made if missing."""

    def make(tx: Transaction) -> tuple[list[UUID], UUID | None]:
        lake, organization_id = operation.target_id, by.organization_id
        made = [
            tags.ensure(tx, organization_id, lake, tags.DATA, name.strip()) for name in said.tags
        ]
        source = said.source and datalakes.ensure_source(tx, organization_id, said.source.strip())
        return [tag.tag_id for tag in made], source.data_source_id if source else None

    return ensured(operation.db, make)


def run_projections(operation: Operation) -> None:
    asked = operation.read(Views)
    with operation.section("Look at the files"):
        files = {
            view.object_name: _projection(operation, view.name.strip(), view.object_name)
            for views in asked.projections.values()
            for view in views
        }
    with operation.section("Import"), operation.last_step(), operation.db.transaction() as tx:
        operation.hold(tx)
        by = operation.actor(tx)
        for object_name, views in asked.projections.items():
            of = data.find(tx, operation.target_id, object_name=object_name)
            if of is None:
                raise NotFound(f"The data {object_name!r} was deleted meanwhile.")
            for view in views:
                projections.enter(tx, by, of.data_id, files[view.object_name])
        operation.result(
            tx,
            summary=f"{number(len(files), 'projection')} imported",
            counts={"projections": len(files)},
            outputs=[],
        )
    operation.say(f"{number(len(files), 'projection')} imported")


def _projection(operation: Operation, name: str, object_name: str) -> NewProjection:
    """The file, measured if it is a picture: others can be projections too."""
    with operation.db.read() as read:
        stored = objects.get(read, operation.organization_id, object_name)
    width = height = None
    try:
        picture = look_at(operation.context, object_name)
        width, height = picture.width, picture.height
    except Invalid as no_picture:
        operation.say(f"{object_name}: {no_picture.message}")
    return NewProjection(
        object_name,
        name,
        object_name.rsplit("/", 1)[-1],
        stored.content_type or DEFAULT_TYPE,
        stored.size or 0,
        width,
        height,
    )
