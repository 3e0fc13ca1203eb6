"""Launching: once per idempotency key, with secrets sealed, seen by whoever listens."""

from __future__ import annotations

import threading
from pathlib import Path
from uuid import UUID

import pytest

from safelight.actions.launch import launch
from safelight.actions.sealing import Sealer, secret_key
from safelight.domain.jobs import JobType
from safelight.errors import Invalid, Unavailable
from safelight.ids import uuid7
from safelight.store import runs
from safelight.store.db import Database
from tests.factories import add_house
from tests.jobs import launched, order


def test_a_double_click_launches_one_job(db: Database) -> None:
    house = add_house(db)
    first, run = launched(db, house, idempotency_key="once")
    again, same = launched(db, house, idempotency_key="once")
    assert (again.job_id, same.run_id) == (first.job_id, run.run_id)
    other, _ = launched(db, add_house(db, "vineyard"), idempotency_key="once")
    assert other.job_id != first.job_id


def test_two_clicks_at_the_same_moment_launch_one_job(db: Database) -> None:
    house = add_house(db)
    jobs: list[UUID] = []
    gate = threading.Barrier(4)

    def click() -> None:
        gate.wait()
        jobs.append(launched(db, house, idempotency_key="once")[0].job_id)

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(jobs) == 4
    assert len(set(jobs)) == 1


def test_a_key_that_was_used_for_something_else_is_refused(db: Database) -> None:
    house = add_house(db)
    launched(db, house, idempotency_key="once")
    with pytest.raises(Invalid, match="Idempotency-Key"):
        launched(db, house, idempotency_key="once", type=JobType.TRAINING)


def test_secrets_are_sealed_before_they_are_kept(db: Database) -> None:
    house, sealer = add_house(db), Sealer(b"k" * 32)
    with db.transaction() as tx:
        _, run = launch(tx, order(house, secrets={"password": "pear"}), sealer)
    with db.read() as read:
        kept = runs.get(read, run.run_id)
    assert kept.secrets is not None
    assert b"pear" not in kept.secrets
    assert sealer.unseal(kept.secrets) == {"password": "pear"}
    with pytest.raises(Unavailable):
        Sealer(b"other" * 8).unseal(kept.secrets)
    assert "pear" not in repr(order(house, secrets={"password": "pear"}))


def test_secrets_without_a_sealer_launch_nothing(db: Database) -> None:
    house = add_house(db)
    with pytest.raises(ValueError, match="sealer"), db.transaction() as tx:
        launch(tx, order(house, secrets={"a": "b"}))
    with db.read() as read:
        assert runs.count_live(read) == 0


def test_a_runner_token_is_the_runs_own_and_the_same_each_time() -> None:
    sealer, run_id = Sealer(b"k" * 32), uuid7()
    assert sealer.runner_token(run_id) == Sealer(b"k" * 32).runner_token(run_id)
    assert sealer.runner_token(run_id) != sealer.runner_token(uuid7())
    assert sealer.runner_token(run_id) != Sealer(b"l" * 32).runner_token(run_id)


def test_the_secret_key_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    key = secret_key(tmp_path)
    assert len(key) == 32
    assert secret_key(tmp_path) == key
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
