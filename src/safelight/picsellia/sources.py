"""The sources that data are said to come from."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from safelight.actions.ensuring import ensured
from safelight.domain.datasets import check_name
from safelight.errors import NotFound
from safelight.picsellia import views
from safelight.picsellia.asking import Db, Named, Own, Reader, Writer, answer
from safelight.picsellia.paging import AskedPart
from safelight.store import datalakes

router = APIRouter()


@router.get("/organization/{organization_id}/datasources")
def list_sources(own: Own, db: Db, part: AskedPart) -> Response:
    with db.read() as read:
        found = datalakes.sources(read, own.organization_id)
    return part.listed([views.source(one) for one in found])


@router.get("/organization/{organization_id}/datasources/find")
def find_source(own: Own, name: str, db: Db) -> Response:
    with db.read() as read:
        found = datalakes.find_source(read, own.organization_id, name)
    if found is None:
        raise NotFound(f"There is no data source {name!r}.")
    return answer(views.source(found))


@router.post("/organization/{organization_id}/datasources")
def add_source(own: Own, _actor: Writer, db: Db, body: Named) -> Response:
    """The source of this name, made if missing, as with tags."""
    name = check_name(body.name, "data source")
    found = ensured(db, lambda tx: datalakes.ensure_source(tx, own.organization_id, name))
    return answer(views.source(found))


@router.get("/data/source/{source_id}")
def one_source(source_id: UUID, actor: Reader, db: Db) -> Response:
    with db.read() as read:
        found = datalakes.get_source(read, actor.organization_id, source_id)
    return answer(views.source(found))


@router.patch("/data/source/{source_id}")
def rename_source(source_id: UUID, actor: Writer, db: Db, body: Named) -> Response:
    name = check_name(body.name, "data source")
    with db.transaction() as tx:
        found = datalakes.get_source(tx, actor.organization_id, source_id)
        datalakes.rename_source(tx, actor.organization_id, found, name)
        return answer(views.source(datalakes.get_source(tx, actor.organization_id, source_id)))


@router.delete("/data/source/{source_id}")
def delete_source(source_id: UUID, actor: Writer, db: Db) -> Response:
    """Forget a source; its data stay, and are of none then."""
    with db.transaction() as tx:
        found = datalakes.get_source(tx, actor.organization_id, source_id)
        datalakes.remove_source(tx, found)
    return Response(status_code=204)
