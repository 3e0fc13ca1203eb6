"""Who somebody is: tokens that work until they do not, links used once, logins that slow down."""

from __future__ import annotations

import pytest

from safelight.actions import access
from safelight.actions.access import Throttle
from safelight.domain.permissions import Ability, may
from safelight.errors import Invalid, TooManyRequests, Unauthenticated
from safelight.store import schema, tokens, users
from safelight.store.db import Database
from tests.conftest import FakeClock
from tests.factories import House, add_house
from tests.jobs import launched


@pytest.fixture
def house(db: Database) -> House:
    return add_house(db)


def issue(db: Database, house: House, expires_at: int | None = None) -> str:
    with db.transaction() as tx:
        return access.issue_token(
            tx, house.member, house.organization_id, "t", expires_at=expires_at
        )


def test_a_token_stands_for_its_user_until_it_is_revoked(db: Database, house: House) -> None:
    token = issue(db, house)
    actor = access.authenticate(db, token)
    assert (actor.user_id, actor.role, actor.scope) == (house.member, "member", "user")
    with db.transaction() as tx:
        [known] = tokens.of_user(tx, house.member, house.organization_id)
        tokens.revoke(tx, known.token_id, house.member)
    with pytest.raises(Unauthenticated):
        access.authenticate(db, token)


def test_a_token_ends_when_it_says(db: Database, house: House, clock: FakeClock) -> None:
    token = issue(db, house, expires_at=clock() + 10_000_000)
    access.authenticate(db, token)
    clock.advance(10)
    with pytest.raises(Unauthenticated):
        access.authenticate(db, token)
    with pytest.raises(Invalid):
        issue(db, house, expires_at=clock())


def test_no_text_of_a_token_is_kept(db: Database, house: House) -> None:
    token = issue(db, house)
    with db.read() as read:
        kept = read.all(schema.token.select())
    assert token not in repr(kept)
    assert kept[0].token_hash == access.hash_secret(token)


def test_a_script_token_works_on_data_alone_and_ends_with_its_run(
    db: Database, house: House
) -> None:
    _, run = launched(db, house)
    with db.transaction() as tx:
        token = access.issue_script_token(tx, run.run_id, house.owner, house.organization_id)
    actor = access.authenticate(db, token)
    assert (actor.run_id, actor.scope) == (run.run_id, "script")
    assert {ability for ability in Ability if may(actor, ability)} == {"read", "write_data"}
    with db.transaction() as tx:
        access.revoke_script_tokens(tx, run.run_id)
    with pytest.raises(Unauthenticated):
        access.authenticate(db, token)


def test_a_login_link_works_once_and_for_a_day(
    db: Database, house: House, clock: FakeClock
) -> None:
    with db.transaction() as tx:
        first, second = (access.issue_link(tx, house.owner) for _ in range(2))
    session = access.log_in_by_link(db, first)
    assert access.authenticate_session(db, session.secret).user_id == house.owner
    with pytest.raises(Unauthenticated):
        access.log_in_by_link(db, first)
    with pytest.raises(Unauthenticated):
        access.authenticate_session(db, second)
    clock.advance(access.LINK_S)
    with pytest.raises(Unauthenticated):
        access.log_in_by_link(db, second)


def test_a_session_ends_by_itself_and_by_logging_out(
    db: Database, house: House, clock: FakeClock
) -> None:
    with db.transaction() as tx:
        links = [access.issue_link(tx, house.owner) for _ in range(2)]
    one, two = (access.log_in_by_link(db, link) for link in links)
    access.log_out(db, one.secret)
    with pytest.raises(Unauthenticated):
        access.authenticate_session(db, one.secret)
    clock.advance(access.SESSION_S)
    with pytest.raises(Unauthenticated):
        access.authenticate_session(db, two.secret)


def test_a_session_acts_in_the_organization_that_is_asked_for_if_it_may(
    db: Database, house: House
) -> None:
    other = add_house(db, "other")
    stranger = add_house(db, "stranger")
    with db.transaction() as tx:
        users.join(tx, other.organization_id, house.member, "viewer")
        link = access.issue_link(tx, house.member)
    session = access.log_in_by_link(db, link).secret
    acting = access.authenticate_session(db, session, "other")
    assert (acting.organization_id, acting.role) == (other.organization_id, "viewer")
    for asked in ("", "stranger", str(stranger.organization_id)):
        assert access.authenticate_session(db, session, asked).organization_name == "orchard"


def test_a_reset_ends_all_sessions_and_gives_a_link(db: Database, house: House) -> None:
    with db.transaction() as tx:
        link = access.issue_link(tx, house.owner)
    session = access.log_in_by_link(db, link)
    fresh = access.reset_user(db, "orchard-owner", "a new password")
    with pytest.raises(Unauthenticated):
        access.authenticate_session(db, session.secret)
    access.log_in_by_link(db, fresh)
    access.log_in(db, Throttle(), "orchard-owner", "a new password")
    with pytest.raises(Invalid, match="no user named 'nobody'"):
        access.reset_user(db, "nobody")


def test_logins_slow_down_after_five_failures_whoever_exists(
    db: Database, house: House, clock: FakeClock
) -> None:
    throttle = Throttle()
    access.reset_user(db, "orchard-owner", "the password")
    for name in ("orchard-owner", "nobody", "orchard-member"):
        for _ in range(Throttle.LIMIT):
            with pytest.raises(Unauthenticated):
                access.log_in(db, throttle, name, "a wrong one")
        with pytest.raises(TooManyRequests, match="Try again in 300 s"):
            access.log_in(db, throttle, name, "the password")
    clock.advance(Throttle.WINDOW_S)
    access.log_in(db, throttle, "orchard-owner", "the password")


def test_a_short_password_is_refused() -> None:
    with pytest.raises(Invalid, match="at least 8 characters"):
        access.hash_password("short")
