"""Writes what the documents say of the code: docs/reference.md with settings, commands, routes and error
codes, and the states of a run in docs/jobs.md. `make reference`.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import typer.main

from safelight import errors
from safelight.actions.context import open_context
from safelight.cli.exits import MEANINGS
from safelight.cli.main import commands
from safelight.config import Settings
from safelight.domain.jobs import FINAL, TRANSITIONS
from safelight.server import create_app
from safelight.store.db import Database, sqlite_url

TARGET = Path(__file__).with_name("reference.md")
JOBS = Path(__file__).with_name("jobs.md")
BEGIN, END = "<!-- states: written by `make reference` -->\n", "<!-- end of states -->\n"
METHODS = ("get", "post", "put", "patch", "delete")


def reference() -> str:
    """The whole page as Markdown."""
    parts = [
        "# Reference\n\nWritten from the code by `make reference`; a test compares them.",
        "## Settings\n\n| variable | default | what it is |\n|---|---|---|\n"
        + "\n".join(_settings()),
        "## Commands\n\nEach takes `--help`.\n\n| command | what it does |\n|---|---|\n"
        + "\n".join(_commands()),
        "### Exit codes\n\n| code | what it means |\n|---|---|\n" + "\n".join(_exits()),
        "## Routes\n\nThe full description is at `/api/v1/docs` of every server.\n\n"
        "| route | what it does |\n|---|---|\n" + "\n".join(_routes()),
        'Every error answers `{"code", "message", "detail"}`.\n\n'
        "| code | what it means |\n|---|---|\n" + "\n".join(_codes()),
    ]
    parts[-1] = "## Error codes\n\n" + parts[-1]
    return "\n\n".join(parts) + "\n"


def _settings() -> list[str]:
    rows = []
    for spec in fields(Settings):
        default = "" if spec.name == "local_slots" else _plain(spec.default)
        rows.append(f"| `{spec.metadata['env']}` | {default} | {spec.metadata['help']} |")
    return rows


def _plain(value: object) -> str:
    if value in ("", ()):
        return ""
    return f"`{value}`"


def _commands() -> list[str]:
    return list(_walk("safelight", typer.main.get_command(commands)))


def _walk(name: str, command: Any) -> Any:
    children = getattr(command, "commands", None)
    if children is None:
        yield f"| `{name}` | {_first(command.help)} |"
        return
    for child in sorted(children):
        yield from _walk(f"{name} {child}", children[child])


def _exits() -> list[str]:
    return [f"| {int(code)} | {meaning} |" for code, meaning in MEANINGS.items()]


def _routes() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        db = Database(sqlite_url(Path(folder) / "none.db"))
        paths = create_app(open_context(Settings(data=Path(folder)), db)).openapi()["paths"]
        db.close()
    return [
        f"| `{method.upper()} {path}` | {_first(paths[path][method].get('description'))} |"
        for path in sorted(paths)
        for method in METHODS
        if method in paths[path]
    ]


def _codes() -> list[str]:
    found = {errors.SafelightError}
    waiting = [errors.SafelightError]
    while waiting:
        for child in waiting.pop().__subclasses__():
            found.add(child)
            waiting.append(child)
    ours = [error for error in found if error.__module__ == errors.__name__]
    return [f"| `{error.code}` | {_first(error.__doc__)} |" for error in sorted(ours, key=_code)]


def _code(error: type[errors.SafelightError]) -> str:
    return error.code


def _first(text: str | None) -> str:
    """The first sentence of a docstring on one line."""
    words = " ".join((text or "").split("\n\n")[0].split())
    return words.replace("|", "\\|")


def jobs_page() -> str:
    """docs/jobs.md with the state diagram as TRANSITIONS has it."""
    before, _, rest = JOBS.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{_diagram()}{END}{after}"


def _diagram() -> str:
    steps = ["[*] --> PENDING"]
    for status in TRANSITIONS:
        steps += [f"{status} --> {after}" for after in TRANSITIONS if after in TRANSITIONS[status]]
        if status in FINAL:
            steps.append(f"{status} --> [*]")
    lines = "\n".join(f"    {step}" for step in steps)
    return f"```mermaid\nstateDiagram-v2\n{lines}\n```\n"


if __name__ == "__main__":
    TARGET.write_text(reference())
    JOBS.write_text(jobs_page())
    sys.exit(0)
