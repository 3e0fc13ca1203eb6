"""How long the jobs page takes to be usable with many jobs: from the address to the first row on screen.

    python -m benchmarks.jobs_page [--jobs 1000000] [--rounds 20]

Each round is a browser that holds a session and nothing else: no script, font or answer is cached.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, StorageState, sync_playwright

from benchmarks.many_jobs import fill_sqlite
from benchmarks.served import percentile, safelight_up
from safelight.actions import first_start
from safelight.store.db import Database, sqlite_url

# Noted by the page itself: the driver's own round trips are not the user's.
FIRST_ROW = """
window.firstRowAt = new Promise((resolve) => {
  new MutationObserver((_, observer) => {
    if (!document.querySelector("[data-job-link]")) return;
    observer.disconnect();
    requestAnimationFrame(() => resolve(performance.now()));
  }).observe(document, { childList: true, subtree: true });
});
"""
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="safelight-bench-") as folder:
        data = Path(folder) / "data"
        with safelight_up(data):
            pass  # makes the schema and the first organization
        fill_sqlite(data / "safelight.db", given.jobs)
        with safelight_up(data) as client, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=given.chromium, args=FLAGS)
            jobs_url, session = sign_in(browser, str(client.base_url).rstrip("/"), data)
            taken = [open_page(browser, jobs_url, session) for _ in range(given.rounds)]
            browser.close()
    print(
        f"first row after p50 {percentile(taken, 0.5):.2f} s, p95 {percentile(taken, 0.95):.2f} s "
        f"with {given.jobs} jobs (goal: at most 1 s)"
    )


def sign_in(browser: Browser, url: str, data: Path) -> tuple[str, StorageState]:
    """The address of the jobs page, and what a browser keeps that has signed in."""
    db = Database(sqlite_url(data / "safelight.db"))
    link = first_start.login_link(db)
    db.close()
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{url}/login?link={link}")
        page.wait_for_url("**/jobs")
        return page.url, context.storage_state()


def open_page(browser: Browser, url: str, session: StorageState) -> float:
    """Seconds from asking for the page to its first row."""
    with browser.new_context(storage_state=session) as context:
        page = context.new_page()
        page.add_init_script(FIRST_ROW)
        page.goto(url, wait_until="commit")
        return float(page.evaluate("window.firstRowAt")) / 1000


if __name__ == "__main__":
    main()
