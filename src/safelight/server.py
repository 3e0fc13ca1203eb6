"""Puts the app together: every router, one answer per error, the page; and runs it."""

from __future__ import annotations

import errno
import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from safelight import __version__, api, errors
from safelight.actions.access import Throttle
from safelight.actions.context import Context
from safelight.api.guard import Guard
from safelight.api.page import Page
from safelight.api.querynames import check_query_names
from safelight.errors import SafelightError

log = structlog.get_logger()

# The one place where errors become statuses; a subclass without a line here has its parent's.
STATUSES: dict[type[SafelightError], int] = {
    errors.Invalid: 400,
    errors.Unauthenticated: 401,
    errors.Denied: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.Locked: 423,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
    SafelightError: 500,
}

# Codes for what only HTTP knows.
_CODES = {401: "unauthenticated", 403: "denied", 404: "not_found", 413: "too_large"}


def create_app(context: Context) -> FastAPI:
    """The whole web application on one context."""
    app = FastAPI(
        title="Safelight",
        version=__version__,
        description="Send a token as `Authorization: Bearer TOKEN`. Times are RFC 3339 in UTC; "
        'lists answer `{"items": [...], "next": cursor | null}`; errors answer '
        '`{"code", "message", "detail"}`.',
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.safelight = context
    app.state.throttle = Throttle()
    for router in _routers(api):
        app.include_router(router, prefix="/api/v1", dependencies=[Depends(check_query_names)])
    for router in _routers(import_module("safelight.picsellia")):
        app.include_router(router, prefix="/api", include_in_schema=False)
    app.router.default = _Unrouted()
    _answer_errors(app)
    app.add_middleware(Guard, settings=context.settings, answer=error_response)
    return app


def _routers(package: ModuleType) -> Iterator[APIRouter]:
    """The `router` of each module of a package: a new noun is served by being there."""
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda each: each.name):
        module = import_module(f"{package.__name__}.{found.name}")
        if isinstance(getattr(module, "router", None), APIRouter):
            yield module.router


class _Unrouted:
    """What no route answers: a 404 that names itself below /api, the page everywhere else."""

    def __init__(self) -> None:
        self._page = Page()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"].startswith("/api/"):
            await _nothing(scope["method"], scope["path"])(scope, receive, send)
        else:
            await self._page(scope, receive, send)


def _nothing(method: str, path: str) -> JSONResponse:
    return _json(404, "not_found", f"Nothing answers {method} {path}.", None)


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(SafelightError)
    async def ours(_request: Request, error: SafelightError) -> JSONResponse:
        return error_response(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        return error_response(_explain(error))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        path = request.url.path
        if error.status_code == 405 and not path.startswith("/api/v1/"):
            # To the official client a path it may not use this way does not exist.
            return _nothing(request.method, path)
        code = _CODES.get(error.status_code, "invalid")
        answer = _json(error.status_code, code, str(error.detail), None)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(OSError)
    async def disk(request: Request, error: OSError) -> JSONResponse:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            return await unexpected(request, error)
        return error_response(errors.Unavailable("There is no space left on the server's disk."))

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        log.error("request failed", path=request.url.path, method=request.method, exc_info=error)
        return _json(500, "error", "Something went wrong in the server; its log says what.", None)


def error_response(error: SafelightError) -> JSONResponse:
    """`{"code", "message", "detail"}` with the status of the error's class."""
    status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
    answer = _json(status, error.code, error.message, error.facts or None)
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if "retry_after_s" in error.facts:
        answer.headers["Retry-After"] = str(error.facts["retry_after_s"])
    return answer


def _json(status: int, code: str, message: str, detail: object) -> JSONResponse:
    body = {"code": code, "message": message, "detail": jsonable_encoder(detail)}
    return JSONResponse(body, status)


def _explain(error: RequestValidationError) -> SafelightError:
    """What does not fit in a request, as one sentence and a list of fields."""
    problems = [
        {"field": ".".join(str(part) for part in each["loc"][1:]), "problem": _problem(each)}
        for each in error.errors()
    ]
    first = problems[0]
    return errors.Invalid(f"{first['field'] or 'The request'} {first['problem']}.", fields=problems)


# How pydantic begins its messages, and how they go on behind the name of a field.
_WORDS = {
    "Input should ": "must ",
    "Value should ": "must ",
    "String should ": "must ",
    "List should ": "must ",
    "Field required": "is missing",
    "Extra inputs are not permitted": "is not known here",
    "Value error, ": "does not fit: ",
    "JSON decode error": "is not JSON",
}


def _problem(found: Mapping[str, Any]) -> str:
    """What is wrong with a field, in words that follow its name."""
    message = str(found["msg"])
    for theirs, ours in _WORDS.items():
        if message.startswith(theirs):
            message = ours + message.removeprefix(theirs)
            break
    else:
        message = f"does not fit: {message}"
    given = found.get("input")
    is_short = isinstance(given, (str, int, float)) and len(str(given)) <= 60
    return f"{message}, not {given!r}" if is_short and message.startswith("must ") else message
