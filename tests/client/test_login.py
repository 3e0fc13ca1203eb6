"""A script talks to the server that `safelight login` kept, and shows its token to no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from safelight import Client
from safelight.client.login import keep, known
from safelight.errors import Invalid

HERE, THERE = "http://localhost:8000", "http://localhost:9000"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("SAFELIGHT_URL", raising=False)
    monkeypatch.delenv("SAFELIGHT_TOKEN", raising=False)


def test_without_a_login_the_address_is_asked_for() -> None:
    assert known() == (None, None)
    with pytest.raises(Invalid, match="Which server"):
        Client()


def test_a_client_takes_what_was_kept() -> None:
    keep(HERE, "kept")
    with Client() as client:
        assert client.http.url == HERE
    assert known() == known(HERE) == (HERE, "kept")
    assert known(f"{HERE}/")[1] == "kept"


def test_what_is_given_wins_over_the_environment_and_that_over_what_was_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep(HERE, "kept")
    monkeypatch.setenv("SAFELIGHT_TOKEN", "environment")
    assert known() == (HERE, "environment")
    assert known(token="given") == (HERE, "given")


def test_a_kept_token_is_not_given_to_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(HERE, "kept")
    assert known(THERE) == (THERE, None)
    monkeypatch.setenv("SAFELIGHT_URL", THERE)
    assert known() == (THERE, None)
