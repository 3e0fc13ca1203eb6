from __future__ import annotations

from uuid import UUID

import pytest

from safelight.actions.add_data import launch_add_data
from safelight.errors import Locked, NotFound
from safelight.ids import uuid7
from safelight.store import assets, data, tags, versions
from tests.internals.importing import Workshop


def data_ids(shop: Workshop, keys: list[int]) -> list[UUID]:
    with shop.db.read() as read:
        return [one.data_id for one in data.by_keys(read, keys)]


def test_data_comes_into_the_version_once_in_the_order_given(shop: Workshop) -> None:
    shop.add_pictures("there.jpg")
    keys = shop.add_pictures("a.jpg", "b.jpg", to_version=False)
    ids = data_ids(shop, [keys[1], keys[0], *shop.add_pictures("c.jpg"), keys[1]])
    _, run = launch_add_data(shop.context, shop.actor, shop.version_id, ids)
    result = shop.run(run).result
    assert list(shop.documents()) == ["there.jpg", "c.jpg", "b.jpg", "a.jpg"]
    assert result is not None
    assert result["summary"] == "2 pictures added"


def test_tags_are_put_on_all_that_was_named(shop: Workshop) -> None:
    keys = [*shop.add_pictures("a.jpg"), *shop.add_pictures("b.jpg", to_version=False)]
    with shop.db.transaction() as tx:
        tag = tags.add(tx, shop.house.organization_id, shop.version_id, tags.ASSET, "new")
    ids = data_ids(shop, keys)
    shop.run(launch_add_data(shop.context, shop.actor, shop.version_id, ids, [tag.tag_id])[1])
    with shop.db.read() as read:
        present = assets.keys_of_data(read, shop.version.version_key, keys)
        assert set(tags.on(read, tags.ASSET, list(present.values()))) == set(present.values())


def test_an_unknown_id_or_a_locked_version_is_refused_at_launch(shop: Workshop) -> None:
    with pytest.raises(NotFound):
        launch_add_data(shop.context, shop.actor, shop.version_id, [uuid7()])
    with shop.db.transaction() as tx:
        versions.lock(tx, shop.house.organization_id, shop.version_id, shop.house.owner)
    with pytest.raises(Locked):
        launch_add_data(shop.context, shop.actor, shop.version_id, [])


def test_ten_thousand_are_added_in_one_step(shop: Workshop) -> None:
    names = [f"{number}.jpg" for number in range(10_000)]
    ids = data_ids(shop, shop.add_pictures(*names, to_version=False))
    _, run = launch_add_data(shop.context, shop.actor, shop.version_id, ids)
    shop.run(run)
    assert shop.version.asset_count == 10_000
