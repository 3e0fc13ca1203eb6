"""Files under issued object names, uploaded as the SDK uploads small ones."""

from __future__ import annotations

import httpx

from tests.picsellia.conftest import Wire


def connector(wire: Wire) -> str:
    found = wire.get(f"/organization/{wire.house.organization_id}")
    return str(found["default_connector_id"])


def name(wire: Wire, filename: str = "a.jpg", type: str = "DATA") -> str:
    path = f"/organization/{wire.house.organization_id}/connector/{connector(wire)}"
    made = wire.post(f"{path}/generate_object_name", {"filename": filename, "type": type})
    return str(made["object_name"])


def upload(wire: Wire, object_name: str, content: bytes) -> httpx.Response:
    """As the SDK uploads a small file."""
    body = {"object_name": object_name, "content_type": "image/jpeg"}
    form = wire.post(f"/object-storage/{connector(wire)}/generate_presigned_url", body)
    assert form["client_type"] == "minio"
    data = form["presigned_url_data"]
    return httpx.post(
        data["url"],
        data={**data["fields"], "Content-Type": "image/jpeg"},
        files={"file": (object_name, content)},
    )
