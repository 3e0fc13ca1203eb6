"""Our own long operations: one file each, run in a process forked from a warm one."""

from __future__ import annotations

import errno
import gc
import os
from collections.abc import Callable
from contextlib import closing, suppress
from functools import cache, partial
from pathlib import Path
from typing import Any
from uuid import UUID

from safelight.actions import operations
from safelight.actions.context import Context, open_context
from safelight.config import Settings
from safelight.domain import operations as declared
from safelight.domain.jobs import Failure, FailureKind
from safelight.errors import AlreadyEnded, Invalid, NotFound, SafelightError, Unavailable
from safelight.ids import uuid7
from safelight.internals import (
    add_data,
    check_import,
    classes,
    copying,
    delete_pictures,
    export,
    fork,
    import_annotations,
    import_objects,
    rewrites,
    splitting,
    tagging,
    undo,
)
from safelight.internals.operation import Failed, Operation, write_failure
from safelight.internals.stopping import stop_by_exception
from safelight.store import runs
from safelight.store.db import Database

OPERATIONS: dict[str, Callable[[Operation], None]] = {
    "import_annotations": import_annotations.run,
    "import_coco": import_annotations.run,  # as it was called when it took COCO alone
    "check_import": check_import.run,
    "export_coco": export.run_coco,  # as it was called when it wrote COCO alone
    "add_data": add_data.run,
    "import_objects": import_objects.run,
    "import_projections": import_objects.run_projections,
    "undo": undo.run,
}

# Operations on versions: each is given what was asked for, as `domain/operations` declares it.
DECLARED: dict[type[declared.Operation], Callable[[Operation, Any], None]] = {
    declared.Export: export.run,
    declared.Fork: fork.run,
    declared.Copy: copying.copy,
    declared.Merge: copying.merge,
    declared.Split: splitting.run,
    declared.ImportShapes: copying.import_shapes,
    declared.Convert: rewrites.convert,
    declared.TagsToClasses: classes.tags_to_classes,
    declared.ClassesToTags: classes.classes_to_tags,
    declared.Tag: tagging.run,
    declared.DeletePictures: delete_pictures.run,
    declared.DeleteShapes: rewrites.delete_shapes,
    declared.RenameLabels: rewrites.rename_labels,
    declared.MergeLabels: rewrites.merge_labels,
    declared.DeleteLabels: rewrites.delete_labels,
}

CHECKPOINT_PAGES = 16_384  # 64 MiB


def warm(data: Path) -> None:
    """Do in the process that children are forked from what each of them would do anew: SQLAlchemy
    prepares a statement at its first use. The database must have been brought up to date.
    """
    db = _context(data).db
    with closing(db), suppress(NotFound), db.read() as read:  # none may be open across a fork
        runs.get(read, uuid7())


@cache
def _context(data: Path) -> Context:
    settings = Settings.read(os.environ, data=data)
    db = Database(settings.database, pool_size=2, checkpoint_pages=CHECKPOINT_PAGES)
    return open_context(settings, db)


def run_child(data: Path, run_id: UUID) -> int:
    """Do the operation of a run to its end, in this process; the exit code.

    Called in a freshly forked process whose output is the run's log. Opens connections of its own.
    """
    stop_by_exception()
    gc.disable()  # we make millions of small objects and no circles: looking for them costs a tenth
    context = _context(data)
    try:
        return operate(context, run_id)
    finally:
        context.db.close()


def operate(context: Context, run_id: UUID) -> int:
    """The same on an open context. What a person can do something about becomes the run's failure;
    anything else passes through, for a traceback in the log.
    """
    operation = Operation(context, run_id)
    if operation.is_done:
        return 0
    try:
        operation.go_on()
        _operation(operation)(operation)
    except SystemExit:
        with suppress(Unavailable):  # who cannot tell says nothing, and ends all the same
            if not operation.was_done():
                operation.say("Stopped. Nothing was changed.")
        raise
    except AlreadyEnded as ended:
        operation.say(f"{ended.message} Nothing was changed.")
        return 1
    except Exception as error:
        failure = _failure(error)
        if failure is None:
            raise
        write_failure(operation.folder, failure)
        return 1
    return 0


def _operation(operation: Operation) -> Callable[[Operation], None]:
    name = operation.run.source.get("internal")
    kind = declared.OPERATIONS.get(name or "")
    if kind is not None:
        return partial(_run_declared, kind)
    if name not in OPERATIONS:
        raise Invalid(f"There is no internal operation {name!r}.")
    return OPERATIONS[name]


def _run_declared(kind: type[declared.Operation], operation: Operation) -> None:
    """Run it, if what was asked for at its launch still fits."""
    asked = operations.read_asked(kind, operation.run.parameters, operation.run.inputs)
    with operation.db.read() as read:
        operation.check_rights(read)
        operations.check_again(read, operation.job, operation.run.parameters, operation.run.inputs)
    DECLARED[kind](operation, asked)


def _failure(error: Exception) -> Failure | None:
    if isinstance(error, Failed):
        return error.failure
    full = Failure(FailureKind.DISK_FULL, "There is no space left on the disk.")
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return full
    if isinstance(error, Unavailable):
        reason = str(error.facts.get("reason", ""))
        if "is full" in reason or "No space left" in reason:
            return full
        return Failure(FailureKind.ENGINE_ERROR, f"{error.message} {reason}".strip())
    if isinstance(error, SafelightError):
        return Failure(FailureKind.INVALID_INPUT, error.message)
    return None
