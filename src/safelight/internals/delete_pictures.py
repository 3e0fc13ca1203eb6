"""Takes pictures out of a version, all at once; they stay in the datalake."""

from __future__ import annotations

from safelight.domain.operations import DeletePictures
from safelight.internals import plans
from safelight.internals.operation import Operation, number
from safelight.store import planned
from safelight.store.planned import Plan


def run(operation: Operation, asked: DeletePictures) -> None:
    with Plan(operation.db) as plan:
        plans.plan_for(operation, plan, asked.pictures)
        with plans.switch(operation, plan, plans.target_of(operation)) as switch:
            removed = planned.remove_assets(switch.tx, switch.change_set, switch.version)
            operation.result(
                switch.tx,
                summary=f"{number(removed, 'picture')} deleted",
                counts={"deleted": removed},
                outputs=[operation.output(switch.version)],
            )
        operation.say(f"{number(removed, 'picture')} deleted")
