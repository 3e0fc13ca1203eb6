"""How an operation on a dataset version is declared: its parameters are the fields of a dataclass, and REST,
command line, SDK and re-runs are made from them. Knows no database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, ClassVar, TypeVar, dataclass_transform, get_args, get_origin, get_type_hints
from uuid import UUID

from safelight.domain.assetquery import read_query
from safelight.domain.parameters import Input, InputType, Parameter, ParameterType
from safelight.errors import Invalid

T = TypeVar("T")


def asked(
    description: str,
    *,
    default: Any = MISSING,
    default_factory: Callable[[], Any] | Any = MISSING,
    is_version: bool = False,
    **bounds: float,
) -> Any:
    """A parameter. `is_version`: it names a dataset version, by id or as DATASET/VERSION. Bounds: `ge`, `le`."""
    about = {"description": description, "is_version": is_version, **bounds}
    return field(default=default, default_factory=default_factory, metadata=about)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(asked,))
def parameters(kind: type[T]) -> type[T]:
    """A frozen dataclass that takes no name that it does not know."""
    kind.__pydantic_config__ = {"extra": "forbid"}  # type: ignore[attr-defined]
    return dataclass(frozen=True, slots=True, kw_only=True)(kind)


@parameters
class Operation:
    """What is asked for, whole and consistent in itself: making one raises Invalid if it is not."""

    operation: ClassVar[str]  # its stable name
    title: ClassVar[str]  # for people
    naming: ClassVar[str] = "name"  # the parameter that names what it `makes`

    @property
    def changes_version(self) -> bool:
        """Whether it changes the version that it is launched on, which must not be locked then."""
        return True

    @property
    def makes(self) -> list[str]:
        """Names of the versions that it will make beside that one."""
        return []

    def check_scope(self) -> None:
        """Raises Invalid where more may be lost than is meant. Asked once, before it is launched: pictures that
        were chosen one by one are kept apart from then on.
        """

    def describe(self, version: str) -> str:
        """The name of its job, on the version DATASET/VERSION."""
        return f"{self.title}, {version}"


@parameters
class Pictures:
    """Which pictures: those for which all that is given holds. Nothing given: all."""

    asset_ids: list[UUID] | None = asked("Only these, by id.", default=None)
    labels: list[str] = asked("With a shape of one of these labels.", default_factory=list)
    tags: list[str] = asked("With one of these tags.", default_factory=list)
    search: str = asked("With this text in the file name.", default="")
    q: str = asked("As in the search box: label:apple -label:pear shapes:1..3 north.", default="")
    min_shapes: int | None = asked("With at least so many shapes.", default=None, ge=0)
    max_shapes: int | None = asked("With at most so many shapes.", default=None, ge=0)

    def __post_init__(self) -> None:
        if self.asset_ids == []:
            raise Invalid("No picture is selected.", field="pictures.asset_ids")
        try:
            read_query(self.q)
        except Invalid as error:
            raise Invalid(error.message, field="pictures.q") from error
        least, most = self.min_shapes, self.max_shapes
        if least is not None and most is not None and least > most:
            raise Invalid(
                f"No picture has at least {least} and at most {most} shapes.",
                field="pictures.max_shapes",
            )

    @property
    def is_everything(self) -> bool:
        return self == Pictures()


# --- what others read of a declaration ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Declared:
    """One parameter as its declaration says. `kind`: its type without None."""

    name: str
    kind: Any
    description: str
    is_required: bool
    default: Any
    is_version: bool
    min: float | None
    max: float | None


class Form(StrEnum):
    """How people give a parameter."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    TEXTS = "texts"
    CHOICES = "choices"
    VERSION = "version"
    VERSIONS = "versions"
    NUMBERS_BY_NAME = "numbers_by_name"
    TEXTS_BY_NAME = "texts_by_name"
    PICTURES = "pictures"


_FORMS = {
    bool: Form.BOOLEAN,
    int: Form.INTEGER,
    float: Form.NUMBER,
    str: Form.TEXT,
    list[str]: Form.TEXTS,
    list[UUID]: Form.TEXTS,
    dict[str, float]: Form.NUMBERS_BY_NAME,
    dict[str, str]: Form.TEXTS_BY_NAME,
    Pictures: Form.PICTURES,
}


def form_of(each: Declared) -> Form:
    """How a parameter is given."""
    if each.is_version:
        return Form.VERSION if each.kind is str else Form.VERSIONS
    return _FORMS.get(each.kind) or (Form.CHOICES if get_origin(each.kind) else Form.CHOICE)


def choices_of(each: Declared) -> list[str]:
    """What a choice, or several, can be; else nothing."""
    word = (get_args(each.kind) or (each.kind,))[0]
    is_choice = isinstance(word, type) and issubclass(word, StrEnum)
    return [member.value for member in word] if is_choice else []


def declared(kind: type[Any]) -> Iterator[Declared]:
    """The parameters of an operation, in their order."""
    hints = get_type_hints(kind)
    for each in fields(kind):
        about: Mapping[str, Any] = each.metadata
        default = _default(each)
        yield Declared(
            each.name,
            _plain(hints[each.name]),
            about["description"],
            default is MISSING,
            None if default is MISSING else default,
            about["is_version"],
            about.get("ge"),
            about.get("le"),
        )


def _default(each: Field[Any]) -> Any:
    return each.default if each.default_factory is MISSING else each.default_factory()


def _plain(hint: Any) -> Any:
    if isinstance(hint, UnionType):
        [hint] = [each for each in get_args(hint) if each is not NoneType]
    return hint


_TYPES = {
    Form.BOOLEAN: ParameterType.BOOLEAN,
    Form.INTEGER: ParameterType.INTEGER,
    Form.NUMBER: ParameterType.NUMBER,
    Form.TEXT: ParameterType.STRING,
    Form.CHOICE: ParameterType.CHOICE,
}


def rules(kind: type[Operation]) -> dict[str, Parameter]:
    """What may be edited before the operation is run again, and by which rule: its simple parameters."""
    return {
        each.name: Parameter(
            each.name,
            _TYPES[form_of(each)],
            each.default,
            each.min,
            each.max,
            tuple(choices_of(each)),
            each.description,
            each.is_required,
        )
        for each in declared(kind)
        if form_of(each) in _TYPES
    }


def inputs(kind: type[Operation]) -> list[Input]:
    """The dataset versions that the operation is given beside its own."""
    return [
        Input(each.name, InputType.DATASET_VERSION, required=each.is_required)
        for each in declared(kind)
        if form_of(each) is Form.VERSION
    ]
