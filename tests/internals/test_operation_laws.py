"""What holds of operations whatever is in the versions, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safelight.actions.undo import take_back
from safelight.domain.annotations import Document
from safelight.domain.jobs import SUCCEEDED, Ending, Exit
from safelight.domain.operations import (
    ClassesToTags,
    Convert,
    Copy,
    DeleteLabels,
    DeletePictures,
    DeleteShapes,
    ImportShapes,
    Into,
    Merge,
    MergeLabels,
    Mode,
    Operation,
    Others,
    Pictures,
    RenameLabels,
    Result,
    Split,
    Stratify,
    Tag,
    TagsToClasses,
)
from safelight.domain.splitting import sizes
from safelight.errors import Invalid, NameTaken
from safelight.ids import uuid7
from safelight.store import history, runs
from safelight.store.changes import Author
from tests.internals.importing import Workshop
from tests.internals.operating import (
    BOX,
    Said,
    asset_ids,
    do,
    launch,
    made,
    put_tags,
    tags_of,
    version,
)

LABELS = ["apple", "pear", "plum"]
shapes = st.tuples(
    st.sampled_from(LABELS),
    st.sampled_from(
        [
            ("rectangle", BOX),
            ("polygon", [[0, 0], [4, 0], [4, 3]]),
            ("classification", None),
            ("point", [1, 1]),
        ]
    ),
).map(lambda one: (one[0], *one[1]))
pictures = st.lists(st.lists(shapes, max_size=3), min_size=3, max_size=8)
tagged = st.lists(st.sets(st.sampled_from(["hard", "easy"])), min_size=8, max_size=8)
law = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))


def fill(shop: Workshop, said: list[Any], tags: list[set[str]], first: int = 0) -> UUID:
    """A version of a dataset of its own, with pictures `first`.jpg and on; its labels are all there."""
    name = str(uuid7())
    content: Said = {f"{first + at}.jpg": shapes for at, shapes in enumerate(said)}
    filled = version(shop, "v", content, dataset=name)
    everything: Said = {"all.jpg": [(label, "classification", None) for label in LABELS]}
    version(shop, "v", everything, dataset=name)
    named = zip(content, tags, strict=False)
    put_tags(shop, {filename: sorted(some) for filename, some in named}, filled)
    return filled


def content(shop: Workshop, version_id: UUID) -> dict[str, Any]:
    """Everything that a version says, by picture, without the numbers that assets give out."""
    said, tags = shop.said(version_id), tags_of(shop, version_id)
    return {name: (shapes, tags.get(name)) for name, shapes in said.items()}


def state(shop: Workshop, version_id: UUID) -> Any:
    """All that an undo has to bring back, to the last id."""
    documents: dict[str, Document] = shop.documents(version_id)
    found = shop.version_of(version_id)
    ids = asset_ids(shop, *documents, version_id=version_id)
    about = (found.name, found.type, found.asset_count)
    return documents, ids, tags_of(shop, version_id), shop.labels(version_id), about


@given(
    pictures,
    tagged,
    st.sampled_from([[0.5, 0.5], [0.6, 0.2, 0.2], [0.7, 0.3]]),
    st.sampled_from(Stratify),
    st.integers(0, 5),
)
@law
def test_a_split_is_a_partition_and_the_same_for_the_same_seed(
    shop: Workshop,
    said: list[Any],
    tags: list[set[str]],
    ratios: list[float],
    stratify: Stratify,
    seed: int,
) -> None:
    source = fill(shop, said, tags)
    expected = sizes(ratios, len(said) + 1)
    if 0 in expected:
        return
    names = [f"part {at}" for at in range(len(ratios))]
    found = []
    for prefix in ("", "again "):
        parts = {prefix + name: ratio for name, ratio in zip(names, ratios, strict=True)}
        result = do(shop, Split(parts=parts, stratify=stratify, seed=seed), source)
        found.append([content(shop, made(result, name)) for name in parts])
    assert found[0] == found[1]
    assert [len(part) for part in found[0]] == expected
    together = {name: said for part in found[0] for name, said in part.items()}
    assert together == content(shop, source)


@given(pictures, tagged, st.sampled_from(Mode), st.integers(0, 5))
@law
def test_merging_the_parts_of_a_split_gives_the_whole_back(
    shop: Workshop, said: list[Any], tags: list[set[str]], mode: Mode, seed: int
) -> None:
    source = fill(shop, said, tags)
    result = do(shop, Split(parts={"a": 0.5, "b": 0.5}, seed=seed), source)
    first, second = made(result, "a"), made(result, "b")
    whole = made(do(shop, Merge(versions=[str(second)], name="whole", mode=mode), first), "whole")
    assert content(shop, whole) == content(shop, source)
    assert shop.labels(whole) == shop.labels(source)
    # Merged with the whole once more, nothing is said twice: the documents are the same.
    again = Merge(versions=[str(second)], mode=mode)
    assert do(shop, again, whole)["counts"]["changed"] == 0


@given(pictures, pictures, st.sampled_from(Mode))
@law
def test_a_copy_keeps_the_assets_that_are_there(
    shop: Workshop, here: list[Any], there: list[Any], mode: Mode
) -> None:
    target, source = fill(shop, here, []), fill(shop, there, [], first=2)
    names = list(shop.said(target))
    before = asset_ids(shop, *names, version_id=target)
    untouched = content(shop, source)
    do(shop, Copy(source=str(source), mode=mode), target)
    assert asset_ids(shop, *names, version_id=target) == before
    after = content(shop, target)
    assert set(after) == {*names, *untouched}
    assert content(shop, source) == untouched
    if mode is Mode.REPLACE:
        assert {name: after[name] for name in untouched} == untouched


@given(pictures, st.sampled_from(Result), st.sampled_from([Others.KEEP, Others.REMOVE]))
@law
def test_converting_twice_is_converting_once(
    shop: Workshop, said: list[Any], to: Result, others: Others
) -> None:
    source = fill(shop, said, [])
    do(shop, Convert(to=to, others=others), source)
    before = state(shop, source)
    assert do(shop, Convert(to=to, others=others), source)["counts"]["changed"] == 0
    assert state(shop, source) == before


@given(pictures)
@law
def test_merging_labels_keeps_every_shape(shop: Workshop, said: list[Any]) -> None:
    source = fill(shop, said, [])

    def counted() -> Counter[tuple[str, str]]:
        return Counter(
            (label, kind) for shapes in shop.said(source).values() for label, kind, _ in shapes
        )

    before = counted()
    do(shop, MergeLabels(labels=["pear", "plum"], into="apple"), source)
    expected: Counter[tuple[str, str]] = Counter()
    for (_, kind), count in before.items():
        expected["apple", kind] += count
    assert counted() == expected


HERE: list[Callable[[str], Operation]] = [
    lambda other: Copy(source=other, mode=Mode.REPLACE),
    lambda other: Copy(source=other, mode=Mode.CONCATENATE, labels={"apple": "fig"}),
    lambda other: ImportShapes(source=other, only_labels=["pear"], labels={"pear": "fig"}),
    lambda other: Merge(versions=[other], mode=Mode.CONCATENATE),
    lambda _: Split(parts={"hard": 0.5, "val": 0.5}, into=Into.TAGS),
    lambda _: Convert(to=Result.CLASSIFICATION),
    lambda _: Convert(to=Result.RECTANGLE, others=Others.REMOVE),
    lambda _: TagsToClasses(remove_tags=True),
    lambda _: ClassesToTags(any_shape=True, remove_classes=True),
    lambda _: Tag(add=["new"], remove=["hard"]),
    lambda _: DeletePictures(pictures=Pictures(labels=["apple"])),
    lambda _: DeleteShapes(labels=["apple"]),
    lambda _: DeleteShapes(everything=True),
    lambda _: RenameLabels(names={"apple": "malus"}),
    lambda _: MergeLabels(labels=["apple", "plum"], into="pear"),
    lambda _: DeleteLabels(labels=["apple"]),
]


@given(pictures, pictures, tagged, st.permutations(range(len(HERE))))
@law
def test_what_operations_did_is_undone_newest_first(
    shop: Workshop, here: list[Any], there: list[Any], tags: list[set[str]], order: list[int]
) -> None:
    target, other = fill(shop, here, [{"hard"}, *tags]), fill(shop, there, tags, first=2)
    done = []
    for position in order[:4]:
        asked = HERE[position](str(other))
        before = state(shop, target)
        try:
            run = launch(shop, asked, target)
        except (Invalid, NameTaken):
            continue  # what it is about was taken away by one before
        code, failure = shop.operate(run)
        if code:
            assert failure is not None
            continue
        with shop.db.transaction() as tx:
            runs.end(tx, run.run_id, Ending(SUCCEEDED), Exit(exit_code=0))
        if state(shop, target) != before:
            done.append((run.run_id, before))
    for run_id, before in reversed(done):
        with shop.db.transaction() as tx:
            entries = history.of_run(tx, run_id)
            keys = [entry.change_set_key for entry in entries]
            take_back(tx, shop.house.organization_id, keys, Author(shop.house.member))
        assert state(shop, target) == before
