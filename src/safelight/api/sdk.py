"""The SDK as a wheel, which environments of runs and users' machines install from here."""

from __future__ import annotations

from fastapi import APIRouter, Response

from safelight import sdk_wheel

router = APIRouter(tags=["server"])


@router.get("/sdk.whl", response_class=Response)
def get_sdk() -> Response:
    """The client alone, in the version of this server. Public: it is the source that ships."""
    wheel = sdk_wheel.build()
    return Response(
        wheel.content,
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{wheel.filename}"'},
    )
