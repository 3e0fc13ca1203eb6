"""Launching the import of an annotation file into a dataset version."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from safelight.actions import objects
from safelight.actions.context import Context
from safelight.actions.launch import Order, Target, launch
from safelight.actions.selection import KIND
from safelight.domain.annotations import MergeMode
from safelight.domain.jobs import JobType, TargetType
from safelight.domain.permissions import Actor, require
from safelight.errors import Invalid, TooLarge
from safelight.store import objects as stored
from safelight.store import versions
from safelight.store.db import Transaction
from safelight.store.jobs import Job
from safelight.store.runs import Run
from safelight.store.versions import Version


def target_of(version: Version) -> Target:
    """A dataset version as what a job is about."""
    name = f"{version.dataset_name}/{version.name}"
    return Target(TargetType.DATASET_VERSION, version.version_id, name, version.path)


class KeptFile:
    """An uploaded file that becomes a job's input, written piece by piece."""

    def __init__(self, context: Context, actor: Actor, filename: str) -> None:
        """Raises Denied."""
        require(actor, "write_data")
        self._context, self._actor, self._filename = context, actor, filename
        self._incoming = context.blobs.incoming()
        self.object_name = ""  # known after `close`

    def write(self, chunk: bytes) -> None:
        """Raises TooLarge as soon as there is more than the server takes."""
        limit = self._context.settings.upload_limit
        if self._incoming.size + len(chunk) > limit:
            raise TooLarge(f"A file has at most {limit} bytes.", limit=limit)
        self._incoming.write(chunk)

    def close(self) -> None:
        """All bytes are there: give the file its name."""
        self._incoming.close()
        with self._context.db.transaction() as tx:
            name = objects.issue_name(tx, self._actor.organization_id, KIND, self._filename)
            stored.finish(tx, name, size=self._incoming.size, content_type="application/json")
            self._incoming.commit(name)
        self.object_name = name

    def discard(self) -> None:
        """Throw away what has no name yet."""
        self._incoming.discard()


def keep_file(context: Context, actor: Actor, filename: str, chunks: Iterable[bytes]) -> str:
    """Keep a file as a job's input; its object name. Raises Denied, TooLarge, and keeps nothing."""
    kept = KeptFile(context, actor, filename)
    try:
        for chunk in chunks:
            kept.write(chunk)
        kept.close()
    finally:
        kept.discard()
    return kept.object_name


def launch_import(
    context: Context,
    actor: Actor,
    version_id: UUID,
    object_name: str,
    filename: str,
    *,
    mode: MergeMode | str = MergeMode.REPLACE,
    skip_bad: bool = False,
    create_labels: bool = True,
    placeholders: bool = True,
    idempotency_key: str | None = None,
) -> tuple[Job, Run]:
    """Launch the import of a COCO file that was kept before.

    Raises Denied, NotFound, Locked, Invalid for an unknown mode or an object without bytes.
    """
    require(actor, "write_data")
    with context.db.transaction() as tx:
        version = _open(tx, actor, version_id)
        objects.check_issued(tx, actor.organization_id, object_name)
        order = Order(
            organization_id=actor.organization_id,
            type=JobType.INTERNAL,
            operation="import_coco",
            name=f"Import annotations, {filename}",
            target=target_of(version),
            source={"internal": "import_coco"},
            triggered_by=actor.user_id,
            parameters={
                "mode": _mode(mode),
                "skip_bad": skip_bad,
                "create_labels": create_labels,
                "placeholders": placeholders,
            },
            inputs={"file": {"object_name": object_name, "name": filename}},
            idempotency_key=idempotency_key,
        )
        return launch(tx, order)


def _open(tx: Transaction, actor: Actor, version_id: UUID) -> Version:
    version = versions.get(tx, actor.organization_id, version_id)
    versions.check_unlocked(version)
    return version


def _mode(mode: str) -> MergeMode:
    try:
        return MergeMode(mode.upper())
    except ValueError:
        known = ", ".join(MergeMode)
        raise Invalid(f"The mode is one of {known}, not {mode!r}.", field="mode") from None
