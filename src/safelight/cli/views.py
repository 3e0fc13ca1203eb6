"""Commands on saved views of the list of jobs; `safelight jobs --view NAME` shows one."""

from __future__ import annotations

from typing import Annotated

from rich.text import Text
from typer import Argument, Option, Typer

from safelight.cli import output
from safelight.cli.login import connect
from safelight.cli.options import AsJson
from safelight.client.views import View

views = Typer(help="Saved views of the list of jobs.", no_args_is_help=True)

Name = Annotated[str, Argument(help="Its name, or its id.")]


@views.command("list")
def list_views(as_json: AsJson = False) -> None:
    """List your views and those that are shared."""
    found = connect().views.list()
    if as_json:
        output.print_json([view.data for view in found])
        return
    rows: list[list[output.Cell]] = [
        [Text(view.name, style="bold"), _whose(view), view.query] for view in found
    ]
    output.table(("NAME", "FROM", "QUERY"), rows, empty="No views.")


def _whose(view: View) -> str:
    if view.is_own:
        return "you, shared" if view.is_shared else "you"
    owner = (view.data["owner"] or {}).get("name", "a deleted user")
    gone = view.data["owner"] is not None and view.data["owner_is_gone"]
    return f"{owner}, who has left" if gone else str(owner)


@views.command("save")
def save_view(
    name: Annotated[str, Argument(help="Its name.")],
    query: Annotated[list[str] | None, Argument(help="The text of the search box.")] = None,
    shared: Annotated[
        bool, Option("--shared", help="Everybody in the organization sees it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Keep a query under a name."""
    saved = connect().views.create(name, " ".join(query or ()), shared=shared)
    if as_json:
        output.print_json(saved.data)
    else:
        output.say(f"View {saved.name}: {saved.id}")


@views.command("delete")
def delete_view(name: Name) -> None:
    """Delete a view."""
    view = connect().views.get(name)
    view.delete()
    output.note(f"Deleted the view {view.name}.")
