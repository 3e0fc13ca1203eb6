"""Commands that do something with a dataset version as a job, made from what the operations declare."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, get_args, get_origin

from typer import Argument, Option, Typer

from safelight.cli.jobs import launched
from safelight.cli.login import connect
from safelight.cli.options import AsJson, Wait
from safelight.cli.values import pairs
from safelight.domain.operations import OPERATIONS, Operation, Pictures
from safelight.domain.operations.declaring import Declared, declared
from safelight.errors import Invalid

dataset = Typer(
    help="Datasets and their versions: lists, locks, operations, each a job; their history, and undo.",
    no_args_is_help=True,
)

VersionName = Annotated[str, Argument(metavar="DATASET/VERSION")]

# Options that say which pictures, by parameter of `Pictures`.
_PICTURES = {
    "asset_ids": "--picture",
    "labels": "--having-label",
    "tags": "--having-tag",
    "search": "--named",
    "q": "--query",
    "min_shapes": "--min-shapes",
    "max_shapes": "--max-shapes",
}
_OF_PICTURES = "of_pictures_"


def _command(kind: type[Operation]) -> Callable[..., None]:
    """The command that launches an operation; Typer reads its options from the signature."""

    def run(version: str, *, wait: bool, as_json: bool, **given: Any) -> None:
        job = connect().versions.get(version).operate(kind.operation, **said(kind, given))
        launched(job, wait=wait, as_json=as_json)

    shown: Any = run
    shown.__name__ = kind.operation
    shown.__doc__ = kind.__doc__
    shown.__signature__ = inspect.Signature(
        [
            inspect.Parameter("version", inspect.Parameter.KEYWORD_ONLY, annotation=VersionName),
            *options(kind),
            inspect.Parameter(
                "wait", inspect.Parameter.KEYWORD_ONLY, annotation=Wait, default=False
            ),
            inspect.Parameter(
                "as_json", inspect.Parameter.KEYWORD_ONLY, annotation=AsJson, default=False
            ),
        ]
    )
    return run


def options(kind: type[Operation], *, without: str = "") -> list[inspect.Parameter]:
    """The options of a command that asks for an operation, `without` one of its parameters."""
    asked = [each for each in declared(kind) if each.name != without]
    return [option for each in asked for option in _options(each)]


def said(kind: type[Operation], given: dict[str, Any]) -> dict[str, Any]:
    """What these options say, for the server to check."""
    body = {each.name: _value(each, given) for each in declared(kind) if _is_given(each, given)}
    return {name: value for name, value in body.items() if value is not None}


def _is_given(each: Declared, given: dict[str, Any]) -> bool:
    return each.kind is Pictures or each.name in given


def _options(each: Declared) -> list[inspect.Parameter]:
    if each.kind is Pictures:
        return [
            _option(one, name=_OF_PICTURES + one.name, flag=_PICTURES[one.name])
            for one in declared(Pictures)
        ]
    return [_option(each, name=each.name, flag=_flag(each))]


def _flag(each: Declared) -> str:
    """The option's name; what may be repeated is named by one of it."""
    word = each.name.removesuffix("s") if get_origin(each.kind) in {list, dict} else each.name
    flag = f"--{word.replace('_', '-')}"
    return f"{flag}/--no-{flag[2:]}" if each.kind is bool and each.default else flag


def _option(each: Declared, *, name: str, flag: str) -> inspect.Parameter:
    kind, metavar = each.kind, None
    if get_origin(kind) is dict:
        kind, metavar = list[str], "KEY=VALUE"
    elif get_origin(kind) is list and not issubclass(get_args(kind)[0], StrEnum):
        kind = list[str]
    default = inspect.Parameter.empty if each.is_required else each.default
    if get_origin(kind) is list and not each.is_required:
        default = []
    elif not each.is_required and default is None:
        kind = kind | None
    option = Option(flag, help=each.description, metavar=metavar, min=each.min, max=each.max)
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
    )


def _value(each: Declared, given: dict[str, Any]) -> Any:
    """What the options say of a parameter, for the server to check; None: nothing."""
    if each.kind is Pictures:
        said = {one.name: given[_OF_PICTURES + one.name] for one in declared(Pictures)}
        return {name: value for name, value in said.items() if value not in (None, "", [])} or None
    value = given[each.name]
    if get_origin(each.kind) is dict:
        found = pairs(value, _flag(each))
        is_number = get_args(each.kind)[1] is float
        return {key: _number(text, key) if is_number else text for key, text in found.items()}
    return value


def _number(text: str, key: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Invalid(f"{key} is a number, not {text!r}.") from None


for _kind in OPERATIONS.values():
    dataset.command(_kind.operation.replace("_", "-"))(_command(_kind))
