"""How many runs the organization may have going on at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from safelight.actions import allowance
from safelight.api.asking import Ctx, needs
from safelight.domain.permissions import Ability, Actor

router = APIRouter(tags=["jobs"])

JobReader = Annotated[Actor, Depends(needs(Ability.READ_JOBS))]
JobManager = Annotated[Actor, Depends(needs(Ability.MANAGE_JOBS))]


class LimitBody(BaseModel):
    """`limit` null: as many as there is room for."""

    limit: int | None


class LimitView(LimitBody):
    """`live`: how many runs are going on now; those that are only tracked do not count."""

    live: int


@router.get("/limit")
def get_limit(actor: JobReader, context: Ctx) -> LimitView:
    """How many runs the organization may have going on at once, and how many it has."""
    found = allowance.get(context, actor)
    return LimitView(limit=found.limit, live=found.live)


@router.put("/limit")
def set_limit(body: LimitBody, actor: JobManager, context: Ctx) -> LimitView:
    """Set how many runs the organization may have going on at once. What goes on goes on; the next one
    waits for room, and says so.
    """
    found = allowance.put(context, actor, body.limit)
    return LimitView(limit=found.limit, live=found.live)
