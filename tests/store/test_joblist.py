"""The list of jobs: order, pages, filters, search, counts."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, update

from safelight.domain.jobs import FailureKind, JobType, RunStatus, Target, TargetType
from safelight.errors import Invalid
from safelight.ids import uuid7
from safelight.store import datasets, jobcounts, joblist, jobwalk, processings, schema, versions
from safelight.store.changes import Author
from safelight.store.db import Database
from safelight.store.jobcounts import COUNT_LIMIT
from safelight.store.jobfilter import Filter
from safelight.store.processings import NewProcessing, Source
from tests.conftest import FakeClock
from tests.factories import House, add_house
from tests.jobs import launched


def names(db: Database, filter: Filter, limit: int = 50) -> list[str]:
    """The names of all pages together."""
    found: list[str] = []
    after: str | None = None
    with db.read() as read:
        while True:
            page = joblist.page(read, filter, after=after, limit=limit)
            assert len(page.rows) <= limit
            found += [row.name for row in page.rows]
            after = page.next
            if after is None:
                return found


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)


@pytest.fixture
def everything(house: House) -> Filter:
    return Filter(house.organization_id)


def test_the_newest_jobs_come_first_and_pages_do_not_overlap(
    db: Database, clock: FakeClock, house: House, everything: Filter
) -> None:
    for number in range(25):
        launched(db, house, name=f"job {number}")
        if number % 3 == 0:
            clock.advance(1)  # several share a moment: the key decides
    expected = [f"job {number}" for number in reversed(range(25))]
    for limit in (1, 7, 25, 50):
        assert names(db, everything, limit) == expected


def test_jobs_of_other_organizations_are_not_there(
    db: Database, house: House, everything: Filter
) -> None:
    launched(db, add_house(db, "vineyard"), name="theirs")
    launched(db, house, name="ours")
    assert names(db, everything) == ["ours"]
    with db.read() as read:
        assert jobcounts.counts(read, everything).types["ALL"] == 1


def test_a_page_names_what_a_row_shows(db: Database, house: House, everything: Filter) -> None:
    target = Target(TargetType.DATASET_VERSION, uuid7(), "apples/v1", "/dataset/a/version/b")
    job, run = launched(db, house, name="Fork", target=target, type=JobType.INTERNAL)
    with db.read() as read:
        (row,) = joblist.page(read, everything, after=None, limit=50).rows
    assert (row.job_id, row.run_id, row.number) == (job.job_id, run.run_id, 1)
    assert (row.user_name, row.triggered_by) == ("orchard-member", house.member)
    assert (row.target_id, row.target_name) == (target.id, "apples/v1")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"type": JobType.TRAINING}, ["d", "b"]),
        ({"statuses": (RunStatus.PENDING,)}, ["f", "e", "d", "c", "b", "a"]),
        ({"statuses": (RunStatus.FAILED,)}, []),
        ({"statuses": (RunStatus.FAILED, RunStatus.PENDING)}, ["f", "e", "d", "c", "b", "a"]),
        ({"user_id": "admin"}, ["f", "e"]),
        ({"user_id": "admin", "type": JobType.INTERNAL}, ["f"]),
        ({"target_ids": "apples"}, ["c"]),
        ({"target_ids": "apples", "type": JobType.TRAINING}, []),
        ({"type": JobType.TRAINING, "statuses": (RunStatus.PENDING,), "search": "d"}, ["d"]),
    ],
)
def test_filters(
    db: Database, clock: FakeClock, house: House, given: dict[str, object], expected: list[str]
) -> None:
    apples = Target(TargetType.DATALAKE, uuid7(), "", "/datalake/x")
    given_jobs: dict[str, dict[str, Any]] = {
        "a": {},
        "b": {"type": JobType.TRAINING},
        "c": {"target": apples},
        "d": {"type": JobType.TRAINING},
        "e": {"triggered_by": house.admin},
        "f": {"triggered_by": house.admin, "type": JobType.INTERNAL},
    }
    for name, changes in given_jobs.items():
        launched(db, house, **{"name": name, **changes})
        clock.advance(1)
    meant = {"admin": house.admin, "apples": (apples.id,)}
    values = {
        key: meant.get(value, value) if isinstance(value, str) else value
        for key, value in given.items()
    }
    filter = Filter(house.organization_id, **values)  # type: ignore[arg-type]
    assert names(db, filter) == expected
    assert names(db, filter, limit=1) == expected
    if "search" not in given:
        with db.read() as read:
            assert jobcounts.counts(read, Filter(house.organization_id)).types["ALL"] == 6


@dataclass(frozen=True)
class Known:
    """What a test knows of a job."""

    name: str
    type: JobType
    status: RunStatus
    user: UUID
    target: UUID | None
    processing: UUID | None
    engine: str
    failure: FailureKind | None
    at: int
    archived: bool


IMAGE = Source(docker_image="x", docker_tag="1")


def add_any(db: Database, house: House, count: int) -> list[Known]:
    """Jobs of every kind, newest first; many share a moment."""
    chance = random.Random(11)
    targets = [uuid7() for _ in range(3)]
    with db.transaction() as tx:
        made = [
            processings.add(
                tx, house.organization_id, NewProcessing(name, TargetType.DATALAKE, IMAGE), None
            )
            for name in ("tile", "rotate")
        ]
    every = []
    for number in range(count):
        status = chance.choice(list(RunStatus))
        kind = chance.choice(list(JobType))
        every.append(
            Known(
                f"job {number} {chance.choice(['apples', 'pears'])}",
                kind,
                status,
                chance.choice([house.member, house.admin]),
                chance.choice([None, *targets]),
                chance.choice([None, *(each.processing_id for each in made)]),
                chance.choice(["local", "external"]),
                chance.choice(list(FailureKind)[:2]) if status == RunStatus.FAILED else None,
                number // 3 * 1_000_000,
                chance.random() < 0.3,
            )
        )
    _write(db, house, every)
    return every[::-1]


def _write(db: Database, house: House, every: list[Known]) -> None:
    add_old(db, house, [each.name for each in every], len(every))
    with db.transaction() as tx:
        for each in every:
            tx.execute(
                update(schema.job)
                .where(schema.job.c.name == each.name)
                .values(
                    type=each.type,
                    status=each.status,
                    triggered_by=each.user,
                    target_type=each.target and TargetType.DATALAKE,
                    target_id=each.target,
                    processing_id=each.processing,
                    engine=each.engine,
                    failure_kind=each.failure,
                    triggered_at=each.at,
                    archived=each.archived,
                )
            )


def shows(filter: Filter, job: Known) -> bool:
    """What a filter means, said without any index."""
    wanted: list[tuple[Any, Any]] = [
        (filter.type, job.type),
        (filter.user_id, job.user),
        (filter.processing_id, job.processing),
        (filter.engine, job.engine),
        (filter.failure_kind, job.failure),
        (filter.archived, job.archived),
    ]
    return (
        all(asked is None or asked == has for asked, has in wanted)
        and (not filter.statuses or job.status in filter.statuses)
        and (filter.target_ids is None or job.target in filter.target_ids)
        and (filter.since is None or job.at >= filter.since)
        and (filter.before is None or job.at < filter.before)
        and all(word in job.name for word in filter.search.split())
    )


def any_filter(chance: random.Random, house: House, jobs: list[Known]) -> Filter:
    """One to five things that are filtered by, out of what the jobs have."""
    like = chance.choice(jobs)
    other = chance.choice(jobs)
    choices: dict[str, Any] = {
        "type": like.type,
        "statuses": (like.status, other.status) if chance.random() < 0.5 else (like.status,),
        "user_id": like.user,
        "target_ids": tuple({each.target for each in (like, other) if each.target}),
        "processing_id": like.processing,
        "engine": like.engine,
        "failure_kind": like.failure,
        "since": like.at - 20_000_000,
        "before": like.at + 20_000_000,
        "search": chance.choice(["apples", "ap", "job 1 pears"]),
        "archived": chance.choice([True, None]),
    }
    chosen = chance.sample(sorted(choices), chance.randint(1, 5))
    return Filter(house.organization_id, **{name: choices[name] for name in chosen})


def test_every_mixture_of_filters_shows_what_it_says_in_pages_and_in_counts(
    db: Database, house: House
) -> None:
    jobs = add_any(db, house, 240)
    chance = random.Random(5)
    seen = 0
    for _ in range(120):
        filter = any_filter(chance, house, jobs)
        expected = [job for job in jobs if shows(filter, job)]
        seen += bool(expected)
        assert names(db, filter, limit=chance.choice([3, 50])) == [job.name for job in expected], (
            filter
        )
        with db.read() as read:
            counts = jobcounts.counts(read, filter)
        of_types = [job for job in jobs if shows(replace(filter, type=None), job)]
        assert counts.types["ALL"] == len(of_types), filter
        assert sum(counts.statuses.values()) == len(
            [job for job in jobs if shows(replace(filter, statuses=()), job)]
        )
    assert seen > 60, "or the filters are too narrow to show anything"


def test_the_filter_that_leaves_the_fewest_jobs_is_walked_by(db: Database, house: House) -> None:
    add_any(db, house, 60)
    target = Target(TargetType.DATALAKE, uuid7(), "lake", "/datalake/x")
    launched(db, house, target=target, triggered_by=house.owner)
    filter = Filter(
        house.organization_id, user_id=house.owner, target_ids=(target.id,), engine="local"
    )
    with db.read() as read:
        shape = jobwalk.shape_of(read, filter)
    assert shape.filters[0][0] == "target_id"
    assert [name for name, _ in shape.filters] != ["engine"]


def test_a_filter_of_many_objects_is_one_walk(db: Database, house: House) -> None:
    jobs = add_any(db, house, 60)
    targets = tuple({job.target for job in jobs if job.target})
    filter = Filter(house.organization_id, target_ids=(*targets, *(uuid7() for _ in range(40))))
    assert names(db, filter, 7) == [job.name for job in jobs if shows(filter, job)]


def test_no_object_at_all_shows_nothing(db: Database, house: House, everything: Filter) -> None:
    launched(db, house)
    assert names(db, replace(everything, target_ids=())) == []


@pytest.mark.parametrize(
    "given",
    [
        {"type": JobType.TRAINING},
        {"user_id": UUID(int=1)},
        {"user_id": UUID(int=1), "statuses": (RunStatus.FAILED,)},
        {"failure_kind": FailureKind.LOST},
        {"engine": "external", "type": JobType.TRAINING},
    ],
)
def test_a_page_reads_its_index_alone(sqlite_db: Database, given: dict[str, Any]) -> None:
    with sqlite_db.read() as read:
        shape = jobwalk.shape_of(read, Filter(UUID(int=1), **given))
        sql = jobwalk.walk(shape)
        values = {**jobwalk.values_of(Filter(UUID(int=1), **given)), "limit": 51}
        plan = read.execute(jobwalk.statement(f"EXPLAIN QUERY PLAN {sql}", shape), values)
        steps = [row.detail for row in plan if "job" in row.detail]
    assert steps
    assert all("USING COVERING INDEX" in step and "type=? AND status=?" in step for step in steps)


# --- search ---------------------------------------------------------------------------------------

ODD = [
    'say "hi"',
    "100% done",
    "snake_case",
    "C:\\path",
    "a'b",
    "x",
    "Ab",
    "star * star",
    "AND OR NOT",
]


def add_old(db: Database, house: House, texts: list[str], count: int) -> None:
    """`count` jobs that are older than anything launched, with these names in turn."""
    chance = random.Random(3)
    rows = [
        {
            "job_id": uuid7(),
            "organization_id": house.organization_id,
            "type": chance.choice(list(JobType)),
            "operation": "x",
            "name": texts[number % len(texts)],
            "latest_run_id": uuid7(),
            "status": chance.choice([RunStatus.SUCCEEDED, RunStatus.FAILED]),
            "triggered_at": number * 1_000_000,
            "triggered_by": house.member,
            "created_at": 0,
        }
        for number in range(count)
    ]
    with db.transaction() as tx:
        tx.execute(insert(schema.job), rows)
        tx.execute(
            insert(schema.run),
            [
                {
                    "run_id": row["latest_run_id"],
                    "job_id": row["job_id"],
                    "organization_id": house.organization_id,
                    "number": 1,
                    "status": RunStatus.KILLED,
                    "engine": "local",
                    "parameters": {},
                    "inputs": {},
                    "resources": {},
                    "source": {},
                    "triggered_by": house.member,
                    "created_at": 0,
                    "finished_at": 1,
                }
                for row in rows
            ],
        )


@pytest.mark.parametrize("text", ODD)
def test_what_is_searched_is_text_and_no_pattern(db: Database, house: House, text: str) -> None:
    for name in ODD:
        launched(db, house, name=name)
    wanted = text.replace('"', "")
    filter = Filter(house.organization_id, search=wanted)
    found = names(db, filter)
    words = wanted.lower().split()
    assert found == [
        name
        for name in reversed(ODD)
        if all(word in name.lower().replace('"', "") or word in name.lower() for word in words)
    ]


@pytest.mark.parametrize(
    "search", ["%", "_", "%%%", "___", "*", '"', "'", "\\", "a" * 3000, "NEAR("]
)
def test_no_search_breaks_the_query(db: Database, house: House, search: str) -> None:
    add_old(db, house, ["plain", "other words"], 600)
    found = names(db, Filter(house.organization_id, search=search))
    if search == '"':
        assert len(found) == 600  # nothing is left to look for
    else:
        assert found == []
    with db.read() as read:
        jobcounts.counts(read, Filter(house.organization_id, search=search))


def test_rare_and_frequent_text_is_found_in_any_depth(db: Database, house: House) -> None:
    add_old(db, house, ["Rotate"] * 999 + ["Rotate Cassiopeia"], 3000)
    launched(db, house, name="Cassiopeia again")
    for search, count in {
        "cassiopeia": 4,
        "rotate": 3000,
        '"rotate cass"': 3,
        "ro": 3000,
        "ss": 4,
    }.items():
        filter = Filter(house.organization_id, search=search)
        found = names(db, filter, limit=200)
        assert len(found) == count
        with db.read() as read:
            counted = jobcounts.counts(read, filter)
        if counted.is_capped:  # as many are found as are promised, and no more
            assert jobcounts.TEXT_LIMIT <= counted.types["ALL"] <= count
        else:
            assert counted.types["ALL"] == count
    assert names(db, Filter(house.organization_id, search="cassiopeia"), limit=2)[0] == (
        "Cassiopeia again"
    )


def test_the_name_of_the_object_is_searched_too(db: Database, house: House) -> None:
    target = Target(TargetType.DATALAKE, uuid7(), "Orchard pictures", "/datalake/x")
    launched(db, house, name="Upload", target=target)
    assert names(db, Filter(house.organization_id, search="orchard upload")) == ["Upload"]


def test_a_renamed_job_is_found_by_its_new_name_only(db: Database, house: House) -> None:
    job, _ = launched(db, house, name="before it all")
    add_old(db, house, ["plain"], 600)
    with db.transaction() as tx:
        tx.execute(
            update(schema.job)
            .where(schema.job.c.job_id == job.job_id)
            .values(name="after it all", triggered_at=0)
        )
    assert names(db, Filter(house.organization_id, search="before")) == []
    assert names(db, Filter(house.organization_id, search="after")) == ["after it all"]


# --- counts and cursors ---------------------------------------------------------------------------


def test_counts_are_per_type_and_per_status_under_the_other_filters(
    db: Database, house: House, everything: Filter
) -> None:
    for kind in (JobType.TRAINING, JobType.TRAINING, JobType.INTERNAL):
        launched(db, house, type=kind)
    with db.read() as read:
        plain = jobcounts.counts(read, everything)
        some = jobcounts.counts(read, Filter(house.organization_id, type=JobType.TRAINING))
    assert plain.types == {"ALL": 3, "PROCESSING": 0, "TRAINING": 2, "INTERNAL": 1}
    assert plain.statuses["PENDING"] == 3
    assert not plain.is_capped
    assert some.types == plain.types
    assert some.statuses["PENDING"] == 2


def test_counts_stop_at_their_limit_and_say_from_which_number_on(
    db: Database, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobcounts, "COUNT_LIMIT", 20)
    add_old(db, house, ["plain"], 400)
    for statuses in ((), (RunStatus.SUCCEEDED, RunStatus.FAILED)):
        with db.read() as read:
            filter = Filter(house.organization_id, statuses=statuses)
            counts = jobcounts.counts(read, filter)
        assert (counts.is_capped, counts.exact_below) == (True, 20)
        assert counts.types["ALL"] == counts.statuses["FAILED"] == 20
        assert counts.statuses["KILLED"] == 0


def test_counts_of_frequent_text_are_lower_bounds_and_say_so(
    db: Database, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobcounts, "TEXT_LIMIT", 100)
    add_old(db, house, ["plain"], 6_000)
    with db.read() as read:
        counts = jobcounts.counts(read, Filter(house.organization_id, search="plain"))
    assert counts.exact_below == 0
    assert 100 <= counts.types["ALL"] <= 6_000


def test_counts_below_their_limit_are_exact_however_many_there_are(
    db: Database, house: House
) -> None:
    add_old(db, house, ["plain"], COUNT_LIMIT + 1_000)
    with db.read() as read:
        counts = jobcounts.counts(read, Filter(house.organization_id))
    assert (counts.types["ALL"], counts.exact_below) == (COUNT_LIMIT + 1_000, None)


CURSORS = ("x", "1", "1.", ".1", "-1.1", "1.1.1", "g.1", f"{2**70:x}.1", "' OR 1=1")


@pytest.mark.parametrize("cursor", CURSORS)
def test_a_cursor_of_somebody_elses_is_refused(
    db: Database, everything: Filter, cursor: str
) -> None:
    with pytest.raises(Invalid), db.read() as read:
        joblist.page(read, everything, after=cursor, limit=10)


def test_the_greatest_cursor_is_an_ordinary_one(db: Database, everything: Filter) -> None:
    with db.read() as read:
        page = joblist.page(read, everything, after="7fffffffffffffff.7fffffffffffffff", limit=1)
        assert (page.rows, page.next) == ([], None)


def test_rows_of_no_keys_are_none(db: Database) -> None:
    with db.read() as read:
        assert joblist.rows_of(read, []) == []
        assert joblist.row_of(read, UUID(int=1), UUID(int=1)) is None


def test_the_jobs_of_a_version_are_those_about_it_and_those_that_changed_it(
    db: Database, clock: FakeClock, house: House
) -> None:
    _, maker = launched(db, house, name="makes it")
    with db.transaction() as tx:
        owner = Author(house.owner)
        dataset = datasets.add(tx, house.organization_id, "apples", by=owner)
        of_run = Author(house.owner, maker.run_id)
        made = versions.add(tx, house.organization_id, dataset.dataset_id, "v2", by=of_run)
        other = versions.add(tx, house.organization_id, dataset.dataset_id, "v3", by=owner)
    clock.advance(1)
    target = Target(TargetType.DATASET_VERSION, made.version_id, "apples/v2", "/dataset/a/b")
    for number in range(3):
        launched(db, house, name=f"about it {number}", target=target)
        clock.advance(1)
    launched(db, house, name="about nothing")
    found: list[str] = []
    after: str | None = None
    with db.read() as read:
        while after is not None or not found:
            page = joblist.touching(read, made, after=after, limit=3)
            found += [row.name for row in page.rows]
            after = page.next
        assert not joblist.touching(read, other, after=None, limit=3).rows
    assert found == ["about it 2", "about it 1", "about it 0", "makes it"]
