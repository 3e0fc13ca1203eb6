"""The data of a datalake: lists with a way to any place of them, contents that are known, tags, deletion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import BaseModel, Field, model_validator

from safelight.actions import choosing
from safelight.actions.add_data import launch_add_data
from safelight.actions.choosing import Choice
from safelight.actions.dataquery import filter_of
from safelight.api.asking import Ctx, DataWriter, Reader
from safelight.api.job_views import JobDetail
from safelight.api.jobs import get_job
from safelight.api.pictures import FileView, file_views, json_response
from safelight.api.stretches import Places, Stretches
from safelight.api.views import Named, Page
from safelight.domain.dataquery import DataQuery, read_query
from safelight.errors import Invalid
from safelight.store import data, datablocks, datalakes, datawalk, tags, users, versions
from safelight.store.data import DataFilter

router = APIRouter(tags=["data"])

LONGEST_TEXT = 4000
CONTENTS_AT_ONCE = 5000
VERSIONS_SHOWN = 100

_Q = (
    "The text of the search box: words of the name, and `tag:`, `name:`, `type:`, `width:`, `height:`, "
    "`size:`, `user:`, `after:`, `before:`, `metadata:key=value`, `picture:yes|no`."
)


async def _asked(
    q: Annotated[str, Query(max_length=LONGEST_TEXT, description=_Q)] = "",
) -> DataQuery:
    return read_query(q)


Asked = Annotated[DataQuery, Depends(_asked)]
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.get("/datalakes/{datalake_id}/data", response_model=Page[FileView])
def list_data(
    datalake_id: UUID,
    actor: Reader,
    context: Ctx,
    query: Asked,
    search: Annotated[str, Query(max_length=400, description="A part of the name.")] = "",
    after: int | None = None,
    limit: Limit = 60,
) -> Response:
    """The files of a datalake, newest first. Where few fit a page may be short, even empty: each looks
    at a bounded number of files, and the list goes on as long as there is a `next`.
    """
    with context.db.read() as read:
        datalakes.get(read, actor.organization_id, datalake_id)
        wanted = filter_of(read, actor, query, search=search)
        found = datawalk.walk(read, datalake_id, wanted, before=after, limit=limit + 1)
        more = len(found.keys) > limit
        items = file_views(context, read, data.by_keys(read, found.keys[:limit]))
    following = found.keys[limit - 1] if more else found.reached
    return json_response({"items": items, "next": None if following is None else str(following)})


@router.get("/datalakes/{datalake_id}/places", response_model=Places)
def list_places(
    datalake_id: UUID, actor: Reader, context: Ctx, query: Asked, after: int | None = None
) -> Response:
    """Where files stand in the list, so that a page jumps to any place of it without what lies between:
    all at once without a filter, in bounded steps with one.
    """
    with context.db.read() as read:
        datalakes.get(read, actor.organization_id, datalake_id)
        wanted = filter_of(read, actor, query)
        if wanted == DataFilter():
            found, reached, left = datablocks.newest_first(read, datalake_id), None, 0
        else:
            step = datawalk.walk(read, datalake_id, wanted, before=after)
            found, reached, left = datawalk.stretches_of(step.keys), step.reached, step.left
    items = [(one.first, one.last, one.number) for one in found]
    return json_response({"items": items, "next": reached, "left": left})


@router.get("/datalakes/{datalake_id}/within", response_model=Page[FileView])
def list_within(
    datalake_id: UUID,
    actor: Reader,
    context: Ctx,
    query: Asked,
    stretches: Stretches,
    skip: Annotated[int, Query(ge=0, le=1024)] = 0,
    limit: Limit = 60,
) -> Response:
    """The files of some stretches of the list, newest first, without the first `skip`."""
    with context.db.read() as read:
        datalakes.get(read, actor.organization_id, datalake_id)
        wanted = filter_of(read, actor, query)
        found = datawalk.within(read, datalake_id, wanted, stretches, skip=skip, limit=limit)
        items = file_views(context, read, found)
    return json_response({"items": items, "next": None})


class OneContent(BaseModel):
    """A file that somebody has: its name without folders, and the SHA-256 of its bytes in hex."""

    filename: str = Field(max_length=400)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")


class Contents(BaseModel):
    files: list[OneContent] = Field(max_length=CONTENTS_AT_ONCE)


class KnownContent(BaseModel):
    """`missing`: nothing has this content. `same`: it is there under this name. `renamed`: it is there,
    under other names. `data`: up to ten that have it.
    """

    state: Literal["missing", "same", "renamed"]
    data: list[Named]


class KnownContents(BaseModel):
    items: list[KnownContent]


@router.post("/datalakes/{datalake_id}/known")
def find_known(datalake_id: UUID, body: Contents, actor: Reader, context: Ctx) -> KnownContents:
    """Which files of a list are in the datalake already, told by content and name, in the order of the
    list: an upload that was cut off goes on with what is missing.
    """
    hashes = list(dict.fromkeys(bytes.fromhex(one.sha256) for one in body.files))
    with context.db.read() as read:
        datalakes.get(read, actor.organization_id, datalake_id)
        known = data.known_contents(read, datalake_id, hashes)
    return KnownContents(
        items=[_known(one.filename, known.get(bytes.fromhex(one.sha256), [])) for one in body.files]
    )


def _known(filename: str, there: Sequence[data.Data]) -> KnownContent:
    same = [one for one in there if one.filename == filename]
    shown = [Named(id=one.data_id, name=one.filename) for one in (same or there)[:10]]
    return KnownContent(state="same" if same else "renamed" if there else "missing", data=shown)


class ChoiceBody(BaseModel, extra="forbid"):
    """Either `data_ids` or `q`, the text of the search box (empty: all). With `q` a request does one
    bounded step and answers `next`, which goes into `after`.
    """

    data_ids: list[UUID] | None = Field(None, max_length=choosing.AT_ONCE)
    q: str | None = Field(None, max_length=LONGEST_TEXT)
    after: int | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.data_ids is None) == (self.q is None):
            raise ValueError("Say either data_ids or q.")
        return self

    def choice(self) -> Choice:
        query = None if self.q is None else read_query(self.q)
        return Choice(self.data_ids, query, self.after)


class TagBody(ChoiceBody):
    add: list[str] = Field(default_factory=list, max_length=100)
    remove: list[str] = Field(default_factory=list, max_length=100)


class StepDone(BaseModel):
    """`count`: files that this request was about. `next`: null when all is done. `left`: files that were
    not looked at yet.
    """

    count: int
    next: int | None
    left: int


@router.get("/datalakes/{datalake_id}/tags")
def list_tags(datalake_id: UUID, actor: Reader, context: Ctx) -> Page[Named]:
    """The tags that files of a datalake can have."""
    with context.db.read() as read:
        datalakes.get(read, actor.organization_id, datalake_id)
        found = tags.of_owner(read, datalake_id, tags.DATA)
    return Page(items=[Named(id=one.tag_id, name=one.name) for one in found])


@router.post("/datalakes/{datalake_id}/tag")
def tag_data(datalake_id: UUID, body: TagBody, actor: DataWriter, context: Ctx) -> StepDone:
    """Put tags on files (`add`) and take them off (`remove`), by name; missing tags are made."""
    done = choosing.tag(
        context, actor, datalake_id, body.choice(), add=body.add, remove=body.remove
    )
    return StepDone(count=len(done.keys), next=done.reached, left=done.left)


@router.post("/datalakes/{datalake_id}/delete")
def delete_data(datalake_id: UUID, body: ChoiceBody, actor: DataWriter, context: Ctx) -> StepDone:
    """Delete files. 409 where a dataset version uses one, with the versions: then nothing of this
    request was deleted.
    """
    done = choosing.delete(context, actor, datalake_id, body.choice())
    return StepDone(count=len(done.keys), next=done.reached, left=done.left)


class AddBody(ChoiceBody):
    version_id: UUID


@router.post("/datalakes/{datalake_id}/add-to-version", status_code=201, response_model=JobDetail)
def add_to_version(
    datalake_id: UUID,
    body: AddBody,
    actor: DataWriter,
    context: Ctx,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """Put files into a dataset version, as a job. What is in it already stays as it is."""
    ids = choosing.choose_all(context, actor, datalake_id, body.choice())
    if not ids:
        raise Invalid("No file was chosen.", field="data_ids")
    job, _ = launch_add_data(context, actor, body.version_id, ids, idempotency_key=idempotency_key)
    shown = get_job(str(job.job_id), actor, context)
    shown.status_code = 201
    return shown


class UsingVersion(Named):
    """A dataset version, as `dataset/version`, and its address in the page."""

    path: str


class DataDetail(FileView):
    """`sha256`: null while nobody has read all of it. `versions`: up to a hundred that it is in."""

    datalake_id: UUID
    type: str
    content_type: str
    sha256: str | None
    metadata: dict[str, object] | None
    custom_metadata: dict[str, object] | None
    created_by: Named | None
    versions: list[UsingVersion]


@router.get("/data/{data_id}", response_model=DataDetail)
def get_data(data_id: UUID, actor: Reader, context: Ctx) -> Response:
    """One file: what is known of it, and the dataset versions that use it."""
    with context.db.read() as read:
        found = data.get(read, actor.organization_id, data_id)
        [shown] = file_views(context, read, [found])
        using = versions.using(read, [found.data_key], limit=VERSIONS_SHOWN)
        uploader = users.names(read, {found.created_by} if found.created_by else set())
    return json_response(
        shown
        | {
            "datalake_id": found.datalake_id,
            "type": found.type,
            "content_type": found.content_type,
            "sha256": found.sha256.hex() if found.sha256 else None,
            "metadata": found.metadata,
            "custom_metadata": found.custom_metadata,
            "created_by": {"id": found.created_by, "name": uploader[found.created_by]}
            if found.created_by
            else None,
            "versions": [
                {"id": one.version_id, "name": f"{one.dataset_name}/{one.name}", "path": one.path}
                for one in using
            ],
        }
    )
