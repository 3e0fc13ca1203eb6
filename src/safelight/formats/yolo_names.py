"""What a YOLO dataset says of itself: class names and keypoints, from data.yaml or a list of names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import yaml

from safelight.errors import Invalid
from safelight.formats.rejects import BadRecord
from safelight.formats.tree import Tree

_LIMIT = 1024**2
_NAMES = re.compile(rb"^[\"']?names[\"']?\s*:", re.MULTILINE)
LISTS = ("classes.txt", "obj.names", "predefined_classes.txt")  # a name a line, by other tools
_SPLITS = ("train", "val", "valid", "test", "minival")


@dataclass(frozen=True, slots=True)
class Names:
    """`names` by class number. `keypoints`: how many points a pose has and whether each says if it is
    seen (3 numbers, not 2); `point_names` by class number. `lists`: files that name pictures.
    """

    names: dict[int, str]
    keypoints: tuple[int, int] | None = None
    point_names: dict[int, list[str]] | None = None
    lists: frozenset[str] = frozenset()


class _Loader(yaml.BaseLoader):
    """Every value is text, so that a class may be called `no`. No aliases, which can grow without end,
    and no key twice.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise Invalid("It has an alias (*), which is not read.")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [str(self.construct_object(key, deep=True)) for key, _ in node.value]
        twice = [key for key, count in Counter(keys).items() if count > 1]
        if twice:
            raise Invalid(f"It has the key {twice[0]!r} twice.")
        return super().construct_mapping(node, deep)


def find(tree: Tree) -> str | None:
    """The file that says it, or None. Raises Invalid if there are several."""
    described = [name for name in tree.named(".yaml", ".yml") if _says_names(tree, name)]
    lists = [name for name in tree.sizes if name.rpartition("/")[2].lower() in LISTS]
    found = described or lists
    if len(found) > 1:
        raise Invalid(f"Several files name the classes: {', '.join(sorted(found)[:5])}.")
    return found[0] if found else None


def _says_names(tree: Tree, name: str) -> bool:
    try:
        return _NAMES.search(tree.read(name, _LIMIT)) is not None
    except BadRecord as bad:
        raise Invalid(f"{name}: {bad}.") from bad


def read(tree: Tree) -> Names:
    """Raises Invalid, naming the file."""
    name = find(tree)
    if name is None:
        raise Invalid("There is no data.yaml (or classes.txt) that names the classes.")
    try:
        if name.endswith((".yaml", ".yml")):
            return _names(_load(tree.read(name, _LIMIT)))
        return _listed(tree.read(name, _LIMIT))
    except Invalid as invalid:
        raise Invalid(f"{name}: {invalid.message}") from invalid
    except (BadRecord, UnicodeDecodeError) as error:
        raise Invalid(f"{name}: {error}.") from error


def _load(content: bytes) -> dict[str, Any]:
    try:
        found = yaml.load(content, Loader=_Loader)  # noqa: S506 - reads text only
    except RecursionError as error:
        raise Invalid("It is nested too deeply.") from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise Invalid(f"It is not YAML: {' '.join(str(error).split())[:200]}.") from error
    if not isinstance(found, dict) or "names" not in found:
        raise Invalid("It is no mapping with names.")
    return found


def _listed(content: bytes) -> Names:
    lines = content.decode("utf-8-sig").split("\n")
    return Names({at: line.strip() for at, line in enumerate(lines) if line.strip()})


def _names(said: dict[str, Any]) -> Names:
    names = _by_number(said["names"], "names")
    if any(not isinstance(name, str) for name in names.values()):
        raise Invalid("A class name is not text.")
    count = said.get("nc")
    if count is not None and count != str(len(names)):
        raise Invalid(f"nc is {count}, but there are {len(names)} names.")
    points = said.get("kpt_names")
    return Names(
        names,
        _keypoints(said.get("kpt_shape")),
        None if points is None else _point_names(points),
        frozenset(_lists(said)),
    )


def _by_number(said: Any, key: str) -> dict[int, Any]:
    """A list, or a mapping from numbers."""
    if isinstance(said, list):
        return dict(enumerate(said))
    if not isinstance(said, dict):
        raise Invalid(f"{key} is neither a list nor a mapping from numbers.")
    if not all(_is_number(number) for number in said):
        raise Invalid(f"{key} has a key that is not a number.")
    return {int(number): value for number, value in said.items()}


def _is_number(text: Any) -> bool:
    return isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10


def _keypoints(said: Any) -> tuple[int, int] | None:
    if said is None:
        return None
    if not isinstance(said, list) or len(said) != 2 or not all(map(_is_number, said)):
        raise Invalid("kpt_shape is not [number of points, 2 or 3].")
    count, numbers = map(int, said)
    if not 1 <= count <= 10_000 or numbers not in {2, 3}:
        raise Invalid(f"kpt_shape is [{count}, {numbers}], not [number of points, 2 or 3].")
    return count, numbers


def _point_names(said: Any) -> dict[int, list[str]]:
    names = _by_number(said, "kpt_names")
    for listed in names.values():
        if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
            raise Invalid("kpt_names has no list of names for each class.")
    return names


def _lists(said: dict[str, Any]) -> list[str]:
    """Names of the files that list pictures, in place of folders of them."""
    given = [said.get(split) for split in _SPLITS]
    paths = [path for one in given for path in (one if isinstance(one, list) else [one])]
    return [
        path.rpartition("/")[2] for path in paths if isinstance(path, str) and path.endswith(".txt")
    ]
