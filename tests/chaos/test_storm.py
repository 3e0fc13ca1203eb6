"""Everything at once, at random moments: whatever happens, the record can be trusted afterwards.

The seed is printed with a failure; SAFELIGHT_CHAOS_SEED gives it again.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import SystemRandom

import pytest

from tests.chaos.follower import Follower
from tests.chaos.place import Place, ready
from tests.chaos.storm import Storm

SEED = int(os.environ.get("SAFELIGHT_CHAOS_SEED") or SystemRandom().randrange(10**6))


def test_a_short_storm_leaves_a_true_record(tmp_path: Path) -> None:
    _survive(Place(tmp_path), rounds=2, jobs=4, seconds=3.0)


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_a_long_storm_leaves_a_true_record(database_url: str, tmp_path: Path) -> None:
    place = Place(tmp_path, SAFELIGHT_DATABASE_URL=database_url)
    _survive(place, rounds=8, jobs=8, seconds=6.0)


def _survive(place: Place, *, rounds: int, jobs: int, seconds: float) -> None:
    print(f"SAFELIGHT_CHAOS_SEED={SEED}")
    with ready(place), place.database() as db:
        follower = Follower(db)
        storm = Storm(place, SEED)
        try:
            for _ in range(rounds):
                storm.rage(jobs=jobs, seconds=seconds)
                place.rest()
                place.judge()
                assert list(storm.broken()) == []
        finally:
            print("\n".join(storm.story))
        followed = follower.finish()
        assert followed
        place.judge(followed)
