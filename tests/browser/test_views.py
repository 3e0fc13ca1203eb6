"""Saved views of the list of jobs in the browser: keeping, changing, sharing, and what is left of them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import delete

from safelight.domain.permissions import Role
from safelight.domain.views import ViewContent
from safelight.store import schema, users, views
from safelight.store.db import Database, sqlite_url
from tests.browser.conftest import violations
from tests.browser.crowd import Crowd

pytestmark = pytest.mark.browser


def save_as(page: Page, name: str, *, shared: bool = False) -> None:
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Save this as a view").click()
    dialog = page.get_by_role("dialog", name="Save as a view")
    dialog.get_by_label("Name").fill(name)
    if shared:
        dialog.get_by_label("Share with everybody").check()
    dialog.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(r"/jobs\?view=[0-9a-f-]{36}$"))


def more(page: Page, name: str, action: str) -> None:
    page.get_by_role("button", name=f"More of the view {name}").click()
    page.get_by_role("menuitem", name=action).click()


def test_a_view_keeps_filters_and_look_and_says_what_differs(member_page: Page) -> None:
    page = member_page
    page.goto("/crowd/jobs?user=me&search=ended")
    save_as(page, "My ended ones")
    bar = page.get_by_role("region", name="View")
    expect(bar).to_contain_text("only you see it")
    expect(bar.get_by_text("changed")).to_have_count(0)
    kept = page.url
    page.get_by_role("button", name="Remove the filter user: me").click()
    page.get_by_role("button", name="Columns").click()
    page.get_by_text("Compact").click()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"without=user&density=compact"))
    expect(page.get_by_role("link", name="ended by the admin")).to_be_visible()
    assert violations(page) == []
    page.reload()
    expect(page.get_by_role("link", name="ended by the admin")).to_be_visible()
    bar.get_by_role("button", name="Revert").click()
    expect(page).to_have_url(kept)
    expect(page.get_by_role("link", name="ended by the admin")).to_have_count(0)

    page.get_by_role("combobox", name="Search jobs").fill("many")
    expect(page.get_by_role("link", name="many 59")).to_be_visible()
    bar.get_by_role("button", name="Save").click()
    expect(page).to_have_url(kept)
    page.reload()
    expect(page.get_by_role("combobox", name="Search jobs")).to_have_value("many")

    more(page, "My ended ones", "Rename")
    page.get_by_role("textbox", name="Name").fill("Mine")
    page.get_by_role("button", name="Rename").click()
    expect(bar).to_contain_text("Mine")
    more(page, "Mine", "Delete")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page).to_have_url(re.compile("/jobs$"))
    page.goto(kept)
    expect(page.get_by_role("heading", name="There is no such view")).to_be_visible()


def test_a_shared_view_is_for_everybody_and_its_owner_to_change(
    member_page: Page, browser: Browser, crowd: Crowd
) -> None:
    page = member_page
    page.goto("/crowd/jobs?search=ended")
    save_as(page, "Ended, for all", shared=True)
    context = browser.new_context(base_url=crowd.live.url, bypass_csp=True)
    other = context.new_page()
    other.goto(crowd.enter("viewer"))
    other.wait_for_url("**/jobs")
    other.get_by_role("button", name="Views").click()
    other.get_by_role("menuitemradio", name="Ended, for all crowd-member").click()
    bar = other.get_by_role("region", name="View")
    expect(bar).to_contain_text("shared by crowd-member")
    other.get_by_role("combobox", name="Search jobs").fill("many")
    expect(bar.get_by_role("button", name="Revert")).to_be_visible()
    expect(bar.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    other.get_by_role("button", name="More of the view").click()
    expect(other.get_by_role("menuitem")).to_have_text(["Save as a new view"])
    assert violations(other) == []
    context.close()


def test_a_shared_view_outlives_its_owner_and_says_so(member_page: Page, crowd: Crowd) -> None:
    db = Database(sqlite_url(crowd.live.data / "safelight.db"))
    organization = crowd.house.organization_id
    with db.transaction() as tx:
        leaver = users.add(tx, "leaver").user_id
        users.join(tx, organization, leaver, Role.MEMBER)
        views.add(tx, organization, leaver, ViewContent("Left behind", "ended", shared=True))
        tx.execute(delete(schema.membership).where(schema.membership.c.user_id == leaver))
    db.close()
    page = member_page
    page.reload()
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitemradio", name="Left behind owner is gone").click()
    expect(page.get_by_role("region", name="View")).to_contain_text("shared; its owner is gone")
    expect(page.get_by_role("link", name="ended 2")).to_be_visible()


def test_a_name_that_is_taken_is_said_at_its_field(member_page: Page) -> None:
    page = member_page
    page.goto("/crowd/jobs?search=many")
    save_as(page, "Taken")
    more(page, "Taken", "Save as a new view")
    page.get_by_role("textbox", name="Name").fill("Taken")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_contain_text("Taken")
    expect(page.get_by_role("textbox", name="Name")).to_have_attribute("aria-invalid", "true")
