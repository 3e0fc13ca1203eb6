"""Datalakes: what files they hold, uploads of pictures, and thumbnails."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from safelight.actions import thumbnails
from safelight.actions.context import Context
from safelight.actions.data import Arrival
from safelight.api.asking import Ctx, DataWriter, Db, Reader
from safelight.api.multipart import FilePart, read_form
from safelight.api.views import Page
from safelight.domain.permissions import Actor
from safelight.errors import Invalid, SafelightError
from safelight.store import datalakes

router = APIRouter(tags=["data"])

FILES_AT_ONCE = 1000


class DatalakeView(BaseModel):
    id: UUID
    name: str
    data_count: int


@router.get("/datalakes")
def list_datalakes(actor: Reader, db: Db) -> Page[DatalakeView]:
    """The datalakes of the organization, the default one first."""
    with db.read() as read:
        counts = datalakes.data_counts(read, actor.organization_id)
        found = datalakes.of_organization(read, actor.organization_id)
    return Page(
        items=[
            DatalakeView(
                id=lake.datalake_id, name=lake.name, data_count=counts.get(lake.datalake_id, 0)
            )
            for lake in found
        ]
    )


class UploadResult(BaseModel):
    """What became of one file: its data's id, or why it was refused."""

    filename: str
    id: UUID | None = None
    error: str | None = None


class UploadResults(BaseModel):
    items: list[UploadResult]


class _Batch:
    """The files of an upload, each taken or refused by itself."""

    def __init__(self, context: Context, by: Actor, datalake_id: UUID) -> None:
        self._context, self._by, self._datalake_id = context, by, datalake_id
        self.items: list[UploadResult] = []
        self._arrival: Arrival | None = None

    def open(self, part: FilePart) -> _Batch:
        if len(self.items) >= FILES_AT_ONCE:
            raise Invalid(f"At most {FILES_AT_ONCE} files are taken at once.")
        self.items.append(UploadResult(filename=part.filename))
        self._try(lambda: self._begin(part.filename))
        return self

    def _begin(self, filename: str) -> None:
        self._arrival = Arrival(self._context, self._by, filename)

    def write(self, chunk: bytes) -> None:
        arrival = self._arrival
        if arrival is not None:
            self._try(lambda: arrival.write(chunk))

    def close(self) -> None:
        arrival = self._arrival
        if arrival is not None:
            self._try(lambda: self._enter(arrival))
        self.discard()

    def _enter(self, arrival: Arrival) -> None:
        found = arrival.enter(self._datalake_id)
        self.items[-1].id = found.data_id
        thumbnails.make_ahead(self._context, found)

    def _try(self, step: Any) -> None:
        """A file that is refused does not keep the others out."""
        try:
            step()
        except SafelightError as error:
            self.items[-1].error = error.message
            self.discard()

    def discard(self) -> None:
        if self._arrival is not None:
            self._arrival.discard()
        self._arrival = None


@router.post("/datalakes/{datalake_id}/data")
async def upload_data(
    datalake_id: UUID, request: Request, actor: DataWriter, context: Ctx
) -> UploadResults:
    """Upload pictures as the files of a form. Each is answered by itself: what is not a picture is
    refused, and the others are taken. A picture fills the placeholder of its name and size.
    """
    await run_in_threadpool(_check_datalake, context, actor, datalake_id)
    batch = _Batch(context, actor, datalake_id)
    try:
        await read_form(request, batch.open)
    finally:
        await run_in_threadpool(batch.discard)
    return UploadResults(items=batch.items)


def _check_datalake(context: Context, by: Actor, datalake_id: UUID) -> None:
    with context.db.read() as read:
        datalakes.get(read, by.organization_id, datalake_id)


@router.get("/data/{data_id}/thumbnail", response_class=FileResponse)
def thumbnail(data_id: UUID, actor: Reader, context: Ctx, size: int = 256) -> FileResponse:
    """The picture made small, as WebP. 404 for a placeholder."""
    path = thumbnails.thumbnail(context, actor, data_id, size)
    headers = {
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return FileResponse(path, media_type=thumbnails.CONTENT_TYPE, headers=headers)
