"""Whether the server is there; asks nobody who they are."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import select

from safelight import __version__
from safelight.api.asking import Db
from safelight.store.schema import installation

router = APIRouter(tags=["server"])


class Health(BaseModel):
    status: str
    version: str


@router.get("/health")
def health(db: Db) -> Health:
    """`ok` once the server answers and its database does; 503 while the database does not."""
    with db.read() as tx:
        tx.first(select(installation.c.one))
    return Health(status="ok", version=__version__)
