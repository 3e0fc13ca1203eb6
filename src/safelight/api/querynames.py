"""Refuses query parameters that a route does not know: a misspelt filter would show everything."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from safelight.errors import Invalid

# Read where the actor is found, of what cannot send a header: see `asking`.
_EVERYWHERE = frozenset({"organization"})

_known: dict[Callable[..., Any], frozenset[str]] = {}  # by the function that answers; filled once


async def check_query_names(request: Request) -> None:
    """Raises Invalid for the first unknown name."""
    route = request.scope["route"]
    if not isinstance(route, APIRoute) or not request.query_params:
        return
    known = _names_of(route)
    for name in request.query_params:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise Invalid(
                f"There is no query parameter {name!r} here.{hint}",
                field=name,
                known=sorted(known),
            )


def _names_of(route: APIRoute) -> frozenset[str]:
    known = _known.get(route.endpoint)
    if known is None:
        known = _known[route.endpoint] = _EVERYWHERE | _asked_by(route.dependant)
    return known


def _asked_by(dependant: Dependant) -> frozenset[str]:
    own = frozenset(parameter.alias for parameter in dependant.query_params)
    return own.union(*map(_asked_by, dependant.dependencies))
