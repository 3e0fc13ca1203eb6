"""Datasets and versions from the command line: listed, locked, renamed."""

from __future__ import annotations

import pytest

from safelight import Client
from tests.cli.conftest import Shell, png


@pytest.fixture(scope="session")
def tools(client: Client) -> str:
    """A dataset with a version of one picture, and a newer one of none."""
    dataset = client.datasets.create("tools")
    dataset.create_version("first", type="SEGMENTATION").add_picture("a.png", png(shade=201))
    dataset.create_version("second")
    return "tools"


def line_of(table: str, name: str) -> list[str]:
    [line] = [line.split() for line in table.splitlines() if line.split()[0] == name]
    return line


def test_datasets_are_listed_with_their_newest_version(
    shell: Shell, client: Client, tools: str
) -> None:
    client.datasets.create("bare")
    table = shell("dataset", "list")
    assert table.splitlines()[0].split() == ["NAME", "VERSIONS", "NEWEST", "PICTURES", "MADE"]
    assert line_of(table, tools)[:4] == ["tools", "2", "second", "0"]
    assert line_of(table, "bare")[:2] == ["bare", "0"]
    found = {row["name"]: row for row in shell.json("dataset", "list")}
    assert found["tools"]["latest_version"]["name"] == "second"
    assert [row["name"] for row in shell.json("dataset", "list", "--limit", "1")] == ["bare"]


def test_versions_are_listed_and_locked_and_say_by_whom(shell: Shell, tools: str) -> None:
    table = shell("dataset", "versions", tools)
    assert table.splitlines()[0].split() == ["NAME", "TYPE", "PICTURES", "LOCKED", "BY", "MADE"]
    assert line_of(table, "first")[:3] == ["first", "SEGMENTATION", "1"]
    assert [row["name"] for row in shell.json("dataset", "versions", tools)] == ["second", "first"]
    shell("dataset", "versions", "nothing", code=4)

    said = shell("dataset", "lock", "tools/first").strip()
    assert said == "tools/first: SEGMENTATION, locked by owner"
    assert line_of(shell("dataset", "versions", tools), "first")[3] == "owner"
    shell("dataset", "edit", "tools/first", "--name", "one", code=4)
    assert shell.json("dataset", "unlock", "tools/first")["locked"] is None


def test_a_version_is_renamed_described_and_given_a_type(shell: Shell, client: Client) -> None:
    version = client.datasets.create("ships").create_version("first")
    client.datasets.get("ships").create_version("second")
    given = ["--name", "fleet", "--type", "object_detection", "--description", "Seen from above."]
    assert (
        shell("dataset", "edit", "ships/first", *given).strip() == "ships/fleet: OBJECT_DETECTION"
    )
    now = version.refresh()
    assert (now.name, now.type) == ("fleet", "OBJECT_DETECTION")
    assert now.data["description"] == "Seen from above."
    cleared = shell.json("dataset", "edit", "ships/fleet", "--description", "")
    assert (cleared["name"], cleared["description"]) == ("fleet", "")
    shell("dataset", "edit", "ships/fleet", code=4)
    shell("dataset", "edit", "ships/fleet", "--type", "CUBES", code=4)
    shell("dataset", "edit", "ships/fleet", "--name", "second", code=4)
