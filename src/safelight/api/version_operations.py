"""Operations on versions as they are declared: what there is, and a route that launches each as a job."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel

from safelight.actions.context import Context
from safelight.actions.fork import launch_fork
from safelight.actions.operations import launch_operation
from safelight.api.asking import Ctx, DataWriter, Reader
from safelight.api.job_views import JobDetail
from safelight.api.operations import IdempotencyKey, launched
from safelight.domain.operations import OPERATIONS, Fork, Operation
from safelight.domain.operations.declaring import Form, choices_of, declared, form_of
from safelight.domain.permissions import Actor
from safelight.store.jobs import Job

router = APIRouter(tags=["datasets"])


class ParameterOfOperation(BaseModel):
    """One parameter: `form` says how people give it."""

    name: str
    form: Form
    description: str
    required: bool
    default: Any
    choices: list[str]
    min: float | None
    max: float | None


class OperationView(BaseModel):
    """An operation on versions: launched by POST to `/versions/{id}/{path}`. `changes_version`: whatever
    its parameters are, so that a lock of the version forbids it.
    """

    name: str
    title: str
    description: str
    path: str
    changes_version: bool
    parameters: list[ParameterOfOperation]


@router.get("/operations")
def list_operations(_actor: Reader) -> list[OperationView]:
    """What can be done with dataset versions, with the parameters of each."""
    return [_view(kind) for kind in OPERATIONS.values()]


def _view(kind: type[Operation]) -> OperationView:
    return OperationView(
        name=kind.operation,
        title=kind.title,
        description=inspect.getdoc(kind) or "",
        path=_path(kind),
        # whatever its parameters are: it does not decide by them
        changes_version=kind.changes_version is Operation.changes_version,
        parameters=[
            ParameterOfOperation(
                name=each.name,
                form=form_of(each),
                description=each.description,
                required=each.is_required,
                default=None if form_of(each) is Form.PICTURES else each.default,
                choices=choices_of(each),
                min=each.min,
                max=each.max,
            )
            for each in declared(kind)
        ],
    )


def _path(kind: type[Operation]) -> str:
    return kind.operation.replace("_", "-")


def _route(kind: type[Operation]) -> Callable[..., Response]:
    """The route that launches an operation: its body is what the operation declares."""

    def launch(
        version_id: UUID,
        body: Any,
        actor: DataWriter,
        context: Ctx,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        job = _launch(context, actor, version_id, body, idempotency_key)
        return launched(context, actor, job)

    launch.__name__ = f"{kind.operation}_version"
    launch.__doc__ = kind.__doc__
    launch.__annotations__["body"] = kind
    return launch


def _launch(
    context: Context,
    by: Actor,
    version_id: UUID,
    asked: Operation,
    idempotency_key: str | None,
) -> Job:
    if isinstance(asked, Fork):
        return launch_fork(context, by, version_id, asked, idempotency_key=idempotency_key)[1]
    return launch_operation(context, by, version_id, asked, idempotency_key=idempotency_key)[0]


for _kind in OPERATIONS.values():
    router.add_api_route(
        f"/versions/{{version_id}}/{_path(_kind)}",
        _route(_kind),
        methods=["POST"],
        status_code=201,
        response_model=JobDetail,
    )
