"""Scripts of processings and trainings, packed in memory and registered with a real server."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import httpx

HELLO = 'print("hello from the script")\n'

TICKS = """\
import sys, time
for number in range(1, int({seconds}) + 1):
    print("tick", number, flush=True)
    time.sleep(1)
"""

BREAKS = """\
print("::group::Read the pictures")
print("reading capture_0041.tif")
print("::endgroup::")
raise ValueError("capture_0041.tif is not a picture")
"""

LEARNS = """\
import time
import safelight

run = safelight.current()
for epoch in range(1, run.parameters["epochs"] + 1):
    run.experiment.log("loss", 1 / epoch)
    run.experiment.log("accuracy", 1 - 1 / (epoch + 1))
    print("epoch", epoch, flush=True)
    run.progress(epoch, run.parameters["epochs"], unit="epochs")
    time.sleep(run.parameters["pause"])
"""
LEARNS_RULES = """\
[parameters.epochs]
type = "integer"
default = 5
min = 1
max = 100

[parameters.pause]
type = "number"
default = 0.05
min = 0
max = 60
"""


def archive(files: dict[str, str]) -> bytes:
    """A zip of these files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        for name, text in files.items():
            package.writestr(name, text)
    return content.getvalue()


def add_processing(
    client: httpx.Client, name: str, script: str, more: str = "", **files: str
) -> Any:
    """Register a processing on dataset versions with this script; the server's answer."""
    manifest = f'name = "{name}"\ntarget = "DATASET_VERSION"\nentry = "main.py"\n{more}'
    content = archive({"processing.toml": manifest, "main.py": script, **files})
    return _send(client, "/api/v1/processings", content)


def add_training(client: httpx.Client, name: str, script: str, more: str = "") -> Any:
    """Register a training with this script; the server's answer."""
    manifest = f'name = "{name}"\nentry = "main.py"\n{more}'
    return _send(
        client, "/api/v1/trainings", archive({"training.toml": manifest, "main.py": script})
    )


def _send(client: httpx.Client, path: str, content: bytes) -> Any:
    files = {"archive": ("package.zip", content, "application/zip")}
    return client.post(path, files=files).raise_for_status().json()
