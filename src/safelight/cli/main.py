"""All commands, and how each of them may end: a result, one line on stderr, never a traceback."""

from __future__ import annotations

import os
import sys
from typing import Annotated, NoReturn

from rich.text import Text
from typer import Abort, Option, Typer
from typer.exceptions import TyperException

from safelight import __version__
from safelight.cli import (
    bulk,
    catalogue,
    changes,
    data,
    datalake,
    dataset,
    diff,
    house,
    imports,
    jobs,
    limits,
    login,
    logs,
    output,
    rerun,
    scripts,
    statistics,
    track,
    views,
)
from safelight.cli.exits import Code
from safelight.errors import SafelightError

commands = Typer(
    name="safelight",
    help="Watch, steer and trust every long operation of a computer-vision team.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_START, _JOBS, _DATA, _SCRIPTS = "Start", "Jobs", "Data", "Processings and trainings"

commands.command(rich_help_panel=_START)(house.up)
commands.command(rich_help_panel=_START)(house.demo)
commands.command(rich_help_panel=_START)(login.login)
commands.add_typer(house.users, name="user", rich_help_panel=_START)
for _command in (jobs.jobs, jobs.job, logs.logs, jobs.wait, rerun.rerun, diff.diff):
    commands.command(rich_help_panel=_JOBS)(_command)
for _command in (changes.changes, changes.undo):
    commands.command(rich_help_panel=_JOBS)(_command)
for _command in (bulk.stop, bulk.archive, bulk.unarchive, limits.limit):
    commands.command(rich_help_panel=_JOBS)(_command)
commands.add_typer(views.views, name="view", rich_help_panel=_JOBS)
# What follows the command's name is the command's own, options too.
_AS_TYPED = {"allow_interspersed_args": False}
commands.command(rich_help_panel=_JOBS, context_settings=_AS_TYPED)(track.track)
commands.command("import", rich_help_panel=_DATA)(imports.import_annotations)
commands.command(rich_help_panel=_DATA)(imports.rejects)
commands.add_typer(datalake.data, name="data", rich_help_panel=_DATA)
commands.command("export", rich_help_panel=_DATA)(data.export())
commands.command(rich_help_panel=_DATA)(data.fork)
dataset.dataset.command("list")(catalogue.list_datasets)
dataset.dataset.command("versions")(catalogue.list_versions)
for _command in (catalogue.edit, catalogue.lock, catalogue.unlock, statistics.statistics):
    dataset.dataset.command()(_command)
commands.add_typer(dataset.dataset, name="dataset", rich_help_panel=_DATA)
commands.add_typer(scripts.processing, name="processing", rich_help_panel=_SCRIPTS)
commands.add_typer(scripts.training, name="training", rich_help_panel=_SCRIPTS)


@commands.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, Option("--version", help="Print the version and leave.")] = False,
) -> None:
    if show:
        output.say(__version__)
        sys.exit(0)


def app() -> NoReturn:
    """The command `safelight`."""
    try:
        code = commands(prog_name="safelight", standalone_mode=False)
    except SafelightError as error:
        _end(error.message)
    except TyperException as error:
        _end_of_use(error)
    except (KeyboardInterrupt, Abort):
        sys.exit(Code.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our pipe has gone: python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Code.COULD_NOT)
    except Exception as error:
        if os.environ.get("SAFELIGHT_DEBUG"):
            raise
        _end(_words(error), "SAFELIGHT_DEBUG=1 shows where it comes from.")
    sys.exit(code if isinstance(code, int) else 0)


def _end_of_use(error: TyperException) -> NoReturn:
    """Typed wrongly: what, and where to read on."""
    message = error.format_message().replace("Value error, ", "")  # pydantic's words, not ours
    if not message.strip():  # a group without a command: its help was printed
        sys.exit(Code.COULD_NOT)
    context = getattr(error, "ctx", None)
    _end(message, f"See `{context.command_path if context else 'safelight'} --help`.")


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}."
    return f"{type(error).__name__}: {error}"


def _end(message: str, hint: str = "") -> NoReturn:
    output.err.print(
        Text("Error: ", style="bold red").append(Text(message, style="not bold default"))
    )
    if hint:
        output.note(hint)
    sys.exit(Code.COULD_NOT)


if __name__ == "__main__":
    app()
