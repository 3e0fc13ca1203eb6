"""Operations that write what is said of pictures anew: conversions, deleted shapes, merged and deleted labels."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from msgspec.structs import replace

from safelight.actions.operations import check_labels, choose
from safelight.domain.annotations import EMPTY, Document, Shape, ShapeKind, counts, shape_count
from safelight.domain.conversion import Tally, convert_document
from safelight.domain.datasets import InferenceType, LabelList, change_label, without_label
from safelight.domain.jobs import Failure, FailureKind
from safelight.domain.operations import (
    Convert,
    DeleteLabels,
    DeleteShapes,
    Kind,
    MergeLabels,
    Others,
    Pictures,
    RenameLabels,
    Result,
)
from safelight.domain.rewriting import change_shapes
from safelight.internals import plans
from safelight.internals.operation import Failed, Operation, number
from safelight.internals.plans import Moved, Switch, Writer, rewriting
from safelight.store import labels, planned, versions
from safelight.store.planned import Plan
from safelight.store.versions import Version

_TYPES = {
    Result.RECTANGLE: InferenceType.OBJECT_DETECTION,
    Result.POLYGON: InferenceType.SEGMENTATION,
    Result.POINT: InferenceType.POINT,
    Result.CLASSIFICATION: InferenceType.CLASSIFICATION,
}


def kind_of(kind: Kind | Result) -> ShapeKind:
    return ShapeKind[kind.name]


# --- conversion -----------------------------------------------------------------------------------------


def convert(operation: Operation, asked: Convert) -> None:
    with Plan(operation.db) as plan:
        version = plans.plan_for(operation, plan, asked.pictures)
        with plan.read() as read:
            planned.open_speaking(read)
            wanted = _wanted(labels.get(read, version), asked.labels, asked.kinds)
        tally = Tally()

        def rewrite(document: Document) -> tuple[Document, int]:
            to, remove, before = kind_of(asked.to), asked.others is Others.REMOVE, tally.converted
            after = convert_document(document, to, wanted, tally, remove_others=remove)
            return after, tally.converted - before

        with Writer(operation, plan, rewriting(rewrite)) as writer:
            with operation.section("Convert"):
                writer.write()
                _judge(operation, tally, asked.others)
                left = tally.problems.total()
            with plans.switch(operation, plan, plans.target_of(operation), writer) as switch:
                _judge(operation, tally, asked.others, again=True)
                converted = planned.tally(switch.tx)
                changed = planned.move(switch.tx, switch.change_set)
                if asked.set_type:
                    versions.change(
                        switch.tx, switch.version, by=operation.author, type=_TYPES[asked.to]
                    )
                _conclude_conversion(switch, operation, asked, (converted, left, changed))
        operation.say(f"{number(converted, 'shape')} converted: done")


def _wanted(
    known: LabelList, names: Collection[str], kinds: Collection[Kind]
) -> Callable[[Shape], bool]:
    """Which shapes are meant. Raises Invalid for a label that there is not."""
    check_labels(known, names, "labels")
    keys = {known.keys[name] for name in names}
    forms = {kind_of(kind) for kind in kinds}
    return lambda shape: (
        (not keys or shape.label_key in keys) and (not forms or shape.kind in forms)
    )


def _judge(operation: Operation, tally: Tally, others: Others, *, again: bool = False) -> None:
    """Raises Failed if shapes cannot be converted and that is not expected."""
    if not again:
        for (kind, reason), count in tally.problems.most_common():
            operation.say(f"{number(count, kind.word, _plural(kind))} not converted: {reason}")
    if tally.problems and others is Others.FAIL:
        (kind, reason), count = tally.problems.most_common(1)[0]
        total = tally.problems.total()
        message = (
            f"{number(total, 'shape')} cannot be converted, such as "
            f"{number(count, kind.word, _plural(kind))}: {reason}. Nothing was changed."
        )
        raise Failed(Failure(FailureKind.INVALID_INPUT, message))


def _plural(kind: ShapeKind) -> str:
    return kind.word if kind is ShapeKind.KEYPOINTS else f"{kind.word}s"


def _conclude_conversion(
    switch: Switch, operation: Operation, asked: Convert, numbers: tuple[int, int, int]
) -> None:
    converted, left, changed = numbers
    fate = "removed" if asked.others is Others.REMOVE else "left"
    summary = f"{number(converted, 'shape')} converted"
    operation.result(
        switch.tx,
        summary=f"{summary} · {left:,} {fate}" if left else summary,
        counts={"converted": converted, "not_converted": left, "changed": changed},
        outputs=[operation.output(switch.version)],
    )


# --- deleting shapes ------------------------------------------------------------------------------------


def delete_shapes(operation: Operation, asked: DeleteShapes) -> None:
    with Plan(operation.db) as plan:
        version = plans.plan_for(operation, plan, asked.pictures)
        with plan.read() as read:
            wanted = _wanted(labels.get(read, version), asked.labels, asked.kinds)
            whole = not (asked.labels or asked.kinds)
            if whole:
                planned.settle_to_nothing(read)
            else:
                planned.open_speaking(read)

        def rewrite(document: Document) -> tuple[Document, int]:
            if whole:  # somebody has said something meanwhile
                return EMPTY, 0
            after = change_shapes(document, lambda one: None if wanted(one) else one)
            return after, shape_count(document) - shape_count(after)

        with Writer(operation, plan, rewriting(rewrite)) as writer:
            with operation.section("Write annotations"):
                writer.write()
            with plans.switch(operation, plan, plans.target_of(operation), writer) as switch:
                tx = switch.tx
                deleted = planned.count_shapes(tx) if whole else planned.tally(tx)
                changed = planned.move(switch.tx, switch.change_set)
                operation.result(
                    switch.tx,
                    summary=f"{number(deleted, 'shape')} deleted · {number(changed, 'picture')}",
                    counts={"deleted": deleted, "changed": changed},
                    outputs=[operation.output(switch.version)],
                )
        operation.say(f"{number(deleted, 'shape')} of {number(changed, 'picture')} deleted")


# --- labels ---------------------------------------------------------------------------------------------


def rename_labels(operation: Operation, asked: RenameLabels) -> None:
    with operation.section("Rename"), operation.last_step(), operation.db.transaction() as tx:
        version = operation.open(tx, operation.target_id)
        after = labels.get(tx, version)
        check_labels(after, asked.names, "names")
        for old, new in asked.names.items():
            after = change_label(after, after.keys[old], name=new.strip())
        labels.write(tx, version, after, operation.author)
        operation.result(
            tx,
            summary=f"{number(len(asked.names), 'label')} renamed",
            counts={"renamed": len(asked.names)},
            outputs=[operation.output(version)],
        )
        for old, new in asked.names.items():
            operation.say(f"{old} → {new}")


def merge_labels(operation: Operation, asked: MergeLabels) -> None:
    def plan(known: LabelList) -> _Relabelling:
        check_labels(known, [*asked.labels, asked.into], "labels")
        into = known.keys[asked.into]
        return _Relabelling(known, dict.fromkeys((known.keys[name] for name in asked.labels), into))

    _give_up_labels(operation, plan, asked.labels, f"merged into {asked.into}")


def delete_labels(operation: Operation, asked: DeleteLabels) -> None:
    def plan(known: LabelList) -> _Relabelling:
        check_labels(known, asked.labels, "labels")
        return _Relabelling(known, dict.fromkeys(known.keys[name] for name in asked.labels))

    _give_up_labels(operation, plan, asked.labels, "deleted")


@dataclass(frozen=True, slots=True)
class _Relabelling:
    """`keys`: what becomes of labels that are given up; None: their shapes go."""

    before: LabelList
    keys: dict[int, int | None]

    @property
    def after(self) -> LabelList:
        known = self.before
        for key in self.keys:
            known = without_label(known, key)
        return known

    def rewrite(self, document: Document) -> tuple[Document, int]:
        tally = sum(count for key, count in counts(document).items() if key in self.keys)
        return change_shapes(document, self._change), tally

    def _change(self, shape: Shape) -> Shape | None:
        if shape.label_key not in self.keys:
            return shape
        key = self.keys[shape.label_key]
        return None if key is None else replace(shape, label_key=key)


def _give_up_labels(
    operation: Operation, plan: Callable[[LabelList], _Relabelling], names: list[str], done: str
) -> None:
    with Plan(operation.db) as planning:
        while True:
            try:
                changed, shapes = _relabel(operation, planning, plan, names, done)
            except Moved as moved:
                operation.say(f"{moved} Reading again.")
            else:
                break
    operation.say(f"{', '.join(names)}: {done}, {number(shapes, 'shape')} of {changed:,} pictures")


def _relabel(
    operation: Operation,
    planning: Plan,
    plan: Callable[[LabelList], _Relabelling],
    names: list[str],
    done: str,
) -> tuple[int, int]:
    """Pictures and shapes that were changed. Raises Moved, with nothing done."""
    # All pictures are planned for: one that was added, or got such a label, meanwhile must not keep it.
    version = _plan_all(operation, planning)
    with planning.read() as read:
        relabelling = plan(labels.get(read, version))
        planned.open_labelled(read, list(relabelling.keys))
    with Writer(operation, planning, rewriting(relabelling.rewrite)) as writer:
        with operation.section("Write annotations"):
            writer.write()
        opening = partial(plans.open_unmoved, operation, version)
        with plans.switch(operation, planning, opening, writer) as switch:
            if planned.choose_newer(switch.tx, switch.version):
                writer.write_in(switch.tx)
            shapes = planned.tally(switch.tx)
            labels.write(switch.tx, switch.version, relabelling.after, operation.author)
            changed = planned.move(switch.tx, switch.change_set)
            operation.result(
                switch.tx,
                summary=f"{', '.join(names)}: {done} · {number(shapes, 'shape')}",
                counts={"labels": len(names), "shapes": shapes, "changed": changed},
                outputs=[operation.output(switch.version)],
            )
    return changed, shapes


def _plan_all(operation: Operation, plan: Plan) -> Version:
    with operation.section("Read the version"), plan.read() as read:
        planned.clear(read)
        version = versions.get(read, operation.organization_id, operation.target_id)
        planned.choose(read, version, choose(read, version, Pictures()), is_settled=True)
    return version
