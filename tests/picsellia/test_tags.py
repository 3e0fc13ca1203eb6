from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.picsellia.conftest import Wire


def test_uploads_that_make_the_same_tag_at_once_all_get_it(wire: Wire) -> None:
    paths = (
        f"/api/datalake/{wire.house.datalake_id}/tags",
        f"/api/dataset/version/{wire.version.version_id}/tags",
        f"/api/organization/{wire.house.organization_id}/datasources",
    )
    for path in paths:
        with ThreadPoolExecutor(8) as crowd:
            answers = list(
                crowd.map(lambda at: wire.member.post(at, json={"name": "a"}), [path] * 8)
            )
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["id"] for answer in answers}) == 1


def test_an_asset_tag_is_put_on_assets_of_its_version_only(wire: Wire) -> None:
    other = wire.post(f"/dataset/{wire.version.dataset_id}/versions", {"version": "other"})
    foreign = wire.post(f"/dataset/version/{other['id']}/tags", {"name": "a"})
    asset = wire.assets[0]["id"]
    assert wire.member.post(f"/api/tag/{foreign['id']}/attach", json=[asset]).status_code == 404
    own = wire.post(f"/dataset/version/{wire.version.version_id}/tags", {"name": "a"})
    assert wire.post(f"/tag/{own['id']}/attach", [asset])["count"] == 1
    assert wire.assets[0]["tags"][0]["name"] == "a"
    wire.post(f"/dataset/version/{wire.version.version_id}/lock")
    assert wire.member.post(f"/api/tag/{own['id']}/detach", json=[asset]).status_code == 423
