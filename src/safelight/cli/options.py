"""Options that several commands share, and how a command takes a whole set of them as one value."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from functools import wraps
from typing import Annotated, Any, TypeVar, get_type_hints

from typer import Argument, Option

from safelight.cli.values import pairs, typed
from safelight.errors import Invalid

R = TypeVar("R")

JobId = Annotated[
    str, Argument(metavar="JOB", help="Its id, or eight or more of its first or last digits.")
]
AsJson = Annotated[bool, Option("--json", help="Print JSON.")]
Wait = Annotated[bool, Option("--wait", help="Wait for the end; exit as `safelight wait` does.")]


@dataclass(frozen=True)
class Launch:
    """What can be said of every launch."""

    set: Annotated[list[str], Option(metavar="KEY=VALUE", help="A parameter.")] = field(
        default_factory=list
    )
    limit: Annotated[
        list[str],
        Option(metavar="KEY=VALUE", help="cpu=2, memory=4GiB, gpu=1, disk=20GiB or timeout=2h."),
    ] = field(default_factory=list)
    priority: Annotated[
        int | None, Option(min=-100, max=100, help="The highest goes first; above 0 for admins.")
    ] = None
    retry: Annotated[
        int | None,
        Option(min=0, help="Try so often again if it fails as --retry-on says; 0: never."),
    ] = None
    retry_on: Annotated[
        str,
        Option(metavar="KIND,...", help="Failures to try again: out_of_memory,lost,timeout ..."),
    ] = ""
    retry_after: Annotated[
        float,
        Option(min=0, help="Seconds until the first new try; twice as long until each next."),
    ] = 30.0
    wait: Wait = False

    def parameters(self, types: Mapping[str, str]) -> dict[str, Any]:
        """Values of the declared types."""
        return typed(pairs(self.set, "--set"), types)

    @property
    def limits(self) -> dict[str, str | None]:
        """Limits by name; None takes one off."""
        return {name: value or None for name, value in pairs(self.limit, "--limit").items()}

    @property
    def retries(self) -> dict[str, Any] | None:
        """The retry policy; empty: none; None: as it is. Raises Invalid for half of one."""
        named = [kind.strip() for kind in self.retry_on.split(",") if kind.strip()]
        if bool(self.retry) != bool(named):
            raise Invalid(
                "--retry and --retry-on go together: how often, and after which failures."
            )
        if not named:
            return None if self.retry is None else {}
        return {"kinds": named, "times": self.retry, "backoff_s": self.retry_after}


@dataclass(frozen=True)
class Inputs:
    """What a processing can be given beside its parameters."""

    input: Annotated[list[str], Option(metavar="KEY=VALUE", help="An input.")] = field(
        default_factory=list
    )

    @property
    def values(self) -> dict[str, str]:
        return pairs(self.input, "--input")


def spread(command: Callable[..., R]) -> Callable[..., R]:
    """The command with each parameter whose type is a dataclass spread into options, the dataclass's
    fields, which Typer reads from the signature.
    """
    signature = inspect.signature(command, eval_str=True)
    sets: dict[str, Any] = {
        name: parameter.annotation
        for name, parameter in signature.parameters.items()
        if is_dataclass(parameter.annotation)
    }

    @wraps(command)
    def run(**given: Any) -> R:
        for name, kind in sets.items():
            given[name] = kind(**{each.name: given.pop(each.name) for each in fields(kind)})
        return command(**given)

    options = [
        option
        for name, parameter in signature.parameters.items()
        for option in (_options(sets[name]) if name in sets else [parameter])
    ]
    shown: Any = run
    shown.__signature__ = signature.replace(
        parameters=[option.replace(kind=inspect.Parameter.KEYWORD_ONLY) for option in options]
    )
    return run


def _options(kind: Any) -> list[inspect.Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=_default(each),
            annotation=hints[each.name],
        )
        for each in fields(kind)
    ]


def _default(each: Field[Any]) -> Any:
    if each.default_factory is not MISSING:
        return each.default_factory()
    return inspect.Parameter.empty if each.default is MISSING else each.default
