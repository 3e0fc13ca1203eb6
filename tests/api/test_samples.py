"""What a run used, as the page and the command line ask for it."""

from __future__ import annotations

from safelight.api.samples import SamplesView
from safelight.domain.jobs import Resources
from safelight.store import samples
from safelight.store.db import Database
from safelight.store.samples import Sample, Usage
from tests.factories import House
from tests.jobs import started
from tests.web import Site

AT = 1_795_395_723_123_456


def test_samples_come_with_the_peak_and_the_limits(db: Database, site: Site, house: House) -> None:
    run = started(db, house, resources=Resources(cpu=2, memory=4 << 30))
    with db.transaction() as tx:
        samples.add(tx, [(run.run_id, Sample(AT, Usage(1.5, 3 << 30, None, 4096)))])
        samples.add(tx, [(run.run_id, Sample(AT + 5_000_000, Usage(0.5, 1 << 30, None, 8192)))])
    answer = site.as_(house, "viewer").get(f"/api/v1/runs/{run.run_id}/samples")
    view = SamplesView.model_validate_json(answer.content)
    assert view.model_dump(mode="json") == answer.json()
    assert [(each.at, each.cpu) for each in view.samples] == [
        ("2026-11-23T01:02:03.123456Z", 1.5),
        ("2026-11-23T01:02:08.123456Z", 0.5),
    ]
    assert (view.peak.cpu, view.peak.memory, view.peak.gpu, view.peak.disk) == (
        1.5,
        3 << 30,
        None,
        8192,
    )
    assert (view.limits.cpu, view.limits.memory) == (2, 4 << 30)


def test_a_run_too_short_for_a_sample_has_none(db: Database, site: Site, house: House) -> None:
    run = started(db, house)
    view = site.as_(house).get(f"/api/v1/runs/{run.run_id}/samples").json()
    assert view["samples"] == []
    assert set(view["peak"].values()) == {None}
