"""Imports an annotation file into a dataset version: all of it or nothing.

Documents are written first, where nobody sees them; one short transaction then moves every pointer.
"""

from __future__ import annotations

from safelight.domain.jobs import Failure, FailureKind
from safelight.formats.found import Found
from safelight.formats.tree import Tree
from safelight.internals import import_labels, import_match, import_switch
from safelight.internals.checkpoints import BEGUN, DOCUMENTS, LABELS, PICTURES, Checkpoints
from safelight.internals.import_documents import Writer
from safelight.internals.import_labels import Labels, Moved
from safelight.internals.import_matched import Pictures
from safelight.internals.import_pictures import PictureStore
from safelight.internals.import_reading import Parameters, Source
from safelight.internals.import_rejects import RejectsFile, Upload
from safelight.internals.import_scratch import Scratch
from safelight.internals.import_switch import Import
from safelight.internals.operation import Failed, Operation, number
from safelight.store import versions
from safelight.store.versions import Version

NAMED_AT_MOST = 20


def run(operation: Operation) -> None:
    parameters = operation.read(Parameters)
    with operation.db.read() as reading:
        version = versions.get(reading, operation.organization_id, operation.target_id)
        versions.check_unlocked(version)
    with Checkpoints(operation) as checkpoints, Scratch(operation.folder) as scratch:
        _Import(operation, version, parameters, checkpoints, scratch).run()


class _Import:
    """One import, from its file to the switch. It writes again where labels are changed meanwhile."""

    def __init__(
        self,
        operation: Operation,
        version: Version,
        parameters: Parameters,
        checkpoints: Checkpoints,
        scratch: Scratch,
    ) -> None:
        self._operation, self._version, self._parameters = operation, version, parameters
        self._checkpoints, self._scratch = checkpoints, scratch

    def run(self) -> None:
        self._begin()
        while not self._attempt():
            self._begin_anew()

    def _attempt(self) -> bool:
        """False if labels were changed meanwhile, so that nothing was done."""
        with Source(self._operation, self._parameters, self._scratch) as source:
            file = source.read(self._version)
            pictures, labels = self._match(file)
            self._judge()
            bad = file.rejects.total
            pictures = self._store(file, pictures, source.tree)
        if file.rejects.total > bad:
            self._judge()
        return self._write(Import(file, self._scratch.spill, pictures, labels))

    def _match(self, file: Found) -> tuple[Pictures, Labels]:
        with self._operation.section("Match pictures and labels"):
            pictures = import_match.match(
                self._operation, self._version, file, self._parameters.matching
            )
            if not self._parameters.placeholders:
                pictures = import_match.refuse_unknown(pictures, file)
            return pictures, self._labels(file)

    def _store(self, file: Found, pictures: Pictures, tree: Tree) -> Pictures:
        store = PictureStore(self._operation, self._version, file, pictures, self._checkpoints)
        return store.store(tree, self._checkpoints.of(PICTURES))

    def _judge(self) -> None:
        _judge(self._operation, self._scratch.rejects, skip_bad=self._parameters.skip_bad)

    def _begin(self) -> None:
        """Leave word that there may be something to take back, before there is."""
        if not self._checkpoints.found:
            with self._operation.db.transaction() as tx:
                self._checkpoints.add(tx, BEGUN)

    def _labels(self, file: Found) -> Labels:
        """As they were planned before this process, if it goes on where another was cut off."""
        checkpoints = self._checkpoints
        for content in checkpoints.of(LABELS):
            planned = import_labels.restored(self._operation, content, file)
            if planned is not None:
                return planned
            self._begin_anew()
        return import_labels.plan(
            self._operation, self._version, file, checkpoints, create=self._parameters.create_labels
        )

    def _begin_anew(self) -> None:
        self._checkpoints.take_back()
        self._begin()

    def _write(self, found: Import) -> bool:
        """Write and switch; False if labels were changed meanwhile, so that nothing was done."""
        operation, checkpoints = self._operation, self._checkpoints
        writer = Writer(operation, found.spill, found.labels, self._parameters.mode, checkpoints)
        with operation.section("Write annotations"):
            writer.restore(found.pictures, checkpoints.of(DOCUMENTS))
            writer.write(found.pictures)
        try:
            with (
                operation.section("Switch the version"),
                Upload(operation, self._scratch.rejects) as rejects,
                import_switch.prepare(operation, found, writer) as staging,
                operation.last_step(),
            ):
                import_switch.switch(
                    operation, self._version, found, writer, staging, checkpoints, rejects
                )
        except Moved as moved:
            operation.say(f"{moved} Doing it again.")
            return False
        return True


def _judge(operation: Operation, file: RejectsFile, *, skip_bad: bool) -> None:
    """List bad records, if there are any. Raises Failed unless they are to be skipped."""
    rejects = file.rejects
    if not rejects.total:
        return
    shown = rejects.first if skip_bad else rejects.first[:NAMED_AT_MOST]
    with operation.section("Bad records"):
        for problem in shown:
            operation.say(str(problem))
        if rejects.total > len(shown):
            operation.say(f"... and {rejects.total - len(shown):,} more")
        if skip_bad:
            operation.say(f"{number(rejects.total, 'record')} skipped")
            return
    with Upload(operation, file) as upload, operation.db.transaction() as tx:
        upload.keep(tx)
    more = f" (and {number(rejects.total - 1, 'more bad record')})" if rejects.total > 1 else ""
    message = f"Nothing was imported: {rejects.first[0]}{more}."
    excerpt = "\n".join(map(str, shown))
    raise Failed(Failure(FailureKind.INVALID_INPUT, message, excerpt=excerpt))
