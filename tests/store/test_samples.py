"""What runs used: the ring forgets, the peaks do not."""

from __future__ import annotations

from safelight.store import samples
from safelight.store.db import Database
from safelight.store.samples import Sample, Usage
from tests.factories import add_house
from tests.jobs import started

AT = 1_795_395_723_000_000
SLOT = samples.SLOT_S * 1_000_000


def test_the_ring_holds_its_last_slots_and_the_peak_outlives_them(db: Database) -> None:
    run = started(db, add_house(db))
    with db.transaction() as tx:
        for number in range(samples.RING + 3):
            memory = 9_000_000_000 if number == 1 else 100 + number
            samples.add(
                tx, [(run.run_id, Sample(AT + number * SLOT, Usage(cpu=1.0, memory=memory)))]
            )
    with db.read() as read:
        found = samples.of_run(read, run.run_id)
        peak = samples.peak_of(read, run.run_id)
    assert [each.at for each in found] == [
        AT + number * SLOT for number in range(3, samples.RING + 3)
    ]
    assert max(each.usage.memory or 0 for each in found) < 9_000_000_000
    assert peak == Usage(cpu=1.0, memory=9_000_000_000)


def test_of_several_samples_in_one_slot_the_last_stays(db: Database) -> None:
    run = started(db, add_house(db))
    with db.transaction() as tx:
        samples.add(tx, [(run.run_id, Sample(AT, Usage(cpu=2.0)))])
        samples.add(tx, [(run.run_id, Sample(AT + 1, Usage(cpu=1.0, gpu=0.5)))])
    with db.read() as read:
        assert samples.of_run(read, run.run_id) == [Sample(AT + 1, Usage(cpu=1.0, gpu=0.5))]
        assert samples.peak_of(read, run.run_id) == Usage(cpu=2.0, gpu=0.5)


def test_what_is_not_measured_any_more_keeps_its_peak(db: Database) -> None:
    run = started(db, add_house(db))
    with db.transaction() as tx:
        samples.add(tx, [(run.run_id, Sample(AT, Usage(disk=5)))])
        samples.add(tx, [(run.run_id, Sample(AT + SLOT, Usage()))])
    with db.read() as read:
        assert samples.peak_of(read, run.run_id) == Usage(disk=5)


def test_a_run_without_samples_has_no_peak(db: Database) -> None:
    run = started(db, add_house(db))
    with db.read() as read:
        assert samples.of_run(read, run.run_id) == []
        assert samples.peak_of(read, run.run_id) == Usage()
