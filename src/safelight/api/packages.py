"""The archive of a package, for the runner of a run that was launched from it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from safelight.actions.sealing import token_hash
from safelight.api.asking import Ctx, Db, bearer_token
from safelight.errors import NotFound, Unauthenticated
from safelight.store import packages, runs

router = APIRouter(tags=["runner"])


@router.get("/runner/package/{package_hash}", response_class=Response)
def get_package(package_hash: str, request: Request, context: Ctx, db: Db) -> Response:
    """The zip of a package. The runner's token is good for the package of its own run only."""
    with db.read() as tx:
        run = runs.find_by_runner_token(tx, token_hash(bearer_token(request) or ""))
        if run is None:
            raise Unauthenticated("This is not the token of a run.")
        if run.source.get("package") != package_hash:
            raise NotFound("This is not the package of the run.", package=package_hash)
        package = packages.get(tx, run.organization_id, package_hash)
    return Response(context.blobs.read(package.object_name), media_type="application/zip")
