"""Who I am and in which organization: the first calls of every client."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from safelight.errors import NotFound
from safelight.picsellia import views
from safelight.picsellia.asking import Own, Reader, answer

router = APIRouter()

_HOME = "/home"
_OLDEST = "6.0.0"


@router.get(f"{_HOME}/ping")
def ping(actor: Reader, request: Request) -> Response:
    """Clients warn when the version here is newer than theirs, so they get their own back."""
    product, _, version = request.headers.get("user-agent", "").partition("/")
    return answer(
        {
            "username": actor.user_name,
            "sdk_version": version if product == "Picsellia-SDK" and version else _OLDEST,
            "default_organization": actor.organization_id,
        }
    )


@router.get("/organizations/find")
def find_organization(actor: Reader, name: str) -> Response:
    if name != actor.organization_name:
        raise NotFound(f"There is no organization {name!r}.")
    return answer({"id": actor.organization_id, "name": name})


@router.get("/organization/{organization_id}")
def organization(own: Own) -> Response:
    return answer(views.organization(own))
