"""A database of very many finished jobs, written straight into the tables of SQLite or PostgreSQL."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from safelight.ids import uuid7
from safelight.store.schema import TRIGGERS

NAMES = ("Augment", "Tile 4k captures", "Pre-annotate", "Import annotations, part", "Fork", "Train")
RARE = "cassiopeia"  # in the names of one job in 40,000
USERS, TARGETS, PROCESSINGS = 12, 300, 20
KINDS = ("script_error", "out_of_memory", "timeout", "lost")

JOB = (
    "job_id, organization_id, type, operation, name, target_type, target_id, target_name,"
    " target_path, processing_id, latest_run_id, status, triggered_at, triggered_by, created_at,"
    " engine, failure_kind"
)
RUN = (
    "run_id, job_id, organization_id, number, status, engine, parameters, inputs, resources, source,"
    " triggered_by, created_at, started_at, finished_at, failure"
)


class Made(NamedTuple):
    """What there is to filter by: everybody did everything, but for user 1, who never trained, and
    processing 1, which only user 2 used.
    """

    users: list[UUID]
    targets: list[UUID]
    processings: list[UUID]


class Row(NamedTuple):
    """A job and its runs; the last is its newest."""

    job: tuple[Any, ...]
    runs: list[tuple[Any, ...]]


def rows(organization: UUID, made: Made, jobs: int) -> Iterator[Row]:
    """Jobs a few seconds apart up to now; every tenth has three runs."""
    chance = random.Random(7)
    now = time.time_ns() // 1000
    for number in range(jobs):
        at = now - (jobs - number) * 20_000_000
        job_id = uuid7()
        user = chance.randrange(USERS)
        type = chance.choice(("PROCESSING", "TRAINING", "INTERNAL"))
        if type == "TRAINING" and user == 1:
            user = 0
        processing = chance.randrange(PROCESSINGS) if type == "PROCESSING" else None
        if processing == 1:
            user = 2
        target = chance.randrange(TARGETS)
        status = chance.choices(("SUCCEEDED", "FAILED", "KILLED"), (90, 8, 2))[0]
        engine = "container" if chance.random() < 0.05 else "local"
        kind = chance.choice(KINDS) if status == "FAILED" else None
        name = f"{chance.choice(NAMES)} {number}"
        if number % 40_000 == 17:
            name += f" {RARE}"
        count = 3 if number % 10 == 0 else 1
        run_ids = [uuid7() for _ in range(count)]
        failure = f'{{"kind":"{kind}","message":"It broke."}}' if kind else None
        asked = made.users[user]
        runs = [
            (
                run_id, job_id, organization, position + 1, status, engine, "{}", "{}", "{}", "{}",
                asked, at, at, at + 5_000_000, failure,
            )
            for position, run_id in enumerate(run_ids)
        ]  # fmt: skip
        job = (
            job_id, organization, type, type.lower(), name, "DATALAKE", made.targets[target],
            f"lake {target}", f"/datalake/{made.targets[target]}",
            None if processing is None else made.processings[processing], run_ids[-1], status, at,
            asked, at, engine, kind,
        )  # fmt: skip
        yield Row(job, runs)


def fill_sqlite(database: Path, jobs: int) -> Made:
    """Fill the database of a server that has made its organization; ids are 16 bytes here."""
    with sqlite3.connect(database) as db:
        db.execute("PRAGMA synchronous=OFF")
        db.execute("PRAGMA cache_size=-400000")
        sqlite3.register_adapter(UUID, lambda value: value.bytes)
        query = "SELECT organization_id, user_id FROM membership WHERE role = 'owner'"
        organization, owner = (UUID(bytes=each) for each in db.execute(query).fetchone())
        made = _make(owner)
        for sql, values in _people(organization, made, "?"):
            db.execute(sql, values)
        for some in _batches(rows(organization, made, jobs)):
            db.executemany(_insert("job", JOB), [row.job for row in some])
            db.executemany(_insert("run", RUN), [run for row in some for run in row.runs])
    return made


def fill_postgresql(url: str, jobs: int) -> Made:
    """The same; its search index is built when the rows are there."""
    search = next(sql for sql in TRIGGERS["postgresql"] if "CREATE INDEX ix_job_search" in sql)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as db:
        query = "SELECT organization_id, user_id FROM membership WHERE role = 'owner'"
        found = db.execute(query).fetchone()
        assert found is not None
        organization, owner = found
        made = _make(owner)
        for sql, values in _people(organization, made, "%s"):
            db.execute(sql.encode(), values)
        db.execute("DROP INDEX ix_job_search")
        for some in _batches(rows(organization, made, jobs)):
            with db.cursor() as cursor:
                with cursor.copy(f"COPY job ({JOB}) FROM STDIN".encode()) as copy:
                    for row in some:
                        copy.write_row(row.job)
                with cursor.copy(f"COPY run ({RUN}) FROM STDIN".encode()) as copy:
                    for run in (run for row in some for run in row.runs):
                        copy.write_row(run)
        db.execute(search.encode())
        db.execute("VACUUM ANALYZE")
    return made


def _make(owner: UUID) -> Made:
    def ids(count: int) -> list[UUID]:
        return [uuid7() for _ in range(count)]

    return Made([owner, *ids(USERS - 1)], ids(TARGETS), ids(PROCESSINGS))


def _people(organization: UUID, made: Made, mark: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
    person = f"INSERT INTO user_account (user_id, name, created_at) VALUES ({mark}, {mark}, 0)"
    for number, user in enumerate(made.users[1:], start=1):
        yield person, (user, f"person {number}")
    processing = (
        "INSERT INTO processing (processing_id, organization_id, name, is_public, target,"
        " docker_image, default_parameters, parameters, created_at, updated_at) VALUES"
        f" ({mark}, {mark}, {mark}, false, 'DATALAKE', 'none', '{{}}', '{{}}', 0, 0)"
    )
    for number, processing_id in enumerate(made.processings):
        yield processing, (processing_id, organization, f"processing {number}")


def _batches(every: Iterator[Row], size: int = 20_000) -> Iterator[list[Row]]:
    some: list[Row] = []
    for row in every:
        some.append(row)
        if len(some) == size:
            yield some
            some = []
    yield some


def _insert(table: str, columns: str) -> str:
    marks = ",".join("?" * len(columns.split(",")))
    return f"INSERT INTO {table} ({columns}) VALUES ({marks})"
