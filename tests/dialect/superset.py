"""Apache Superset in a headless Chromium, as a person uses it: a database, a query in SQL Lab, a chart over a join.

`.ci/superset` starts Superset and a local Twilio, and runs this: `python superset.py SUPERSET TWILIO PICTURE`.
"""

from __future__ import annotations

import json
import sys

import requests
from playwright.sync_api import Page, sync_playwright

JOIN = """SELECT c.FriendlyName, c.DateCreated, p.CallSid
FROM conferences c JOIN participants p ON p.ConferenceSid = c.Sid"""
CHART = {
    "viz_type": "echarts_timeseries_bar",
    "x_axis": "DateCreated",
    "time_grain_sqla": "P1M",
    "granularity_sqla": "DateCreated",
    "metrics": [{"expressionType": "SQL", "sqlExpression": "count(CallSid)", "label": "participants"}],
    "row_limit": 1000,
    "time_range": "No filter",
}


def log_in(page: Page, superset: str) -> requests.Session:
    """Log in by the form, and give a session of the API."""
    page.goto(f"{superset}/login/")
    page.locator("input:visible").first.fill("admin")
    page.locator("input[type=password]").fill("admin")
    page.keyboard.press("Enter")
    page.wait_for_url("**/welcome/**")
    session = requests.Session()
    login = {"username": "admin", "password": "admin", "provider": "db", "refresh": True}
    answer = session.post(f"{superset}/api/v1/security/login", json=login, timeout=30)
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return session


def add_database(page: Page, superset: str, url: str) -> None:
    """Add the database by its URL, after a test of the connection, and see that the list shows no password."""
    page.goto(f"{superset}/databaseview/list/")
    page.get_by_role("button", name="Database", exact=False).last.click()
    page.locator(".ant-modal .ant-select").click()
    page.keyboard.type("Other")
    page.locator(".ant-select-item-option", has_text="Other").first.click()
    page.locator("input[name=sqlalchemy_uri]").fill(url)
    page.get_by_role("button", name="Test connection").click()
    page.get_by_text("Connection looks good!").wait_for()
    page.get_by_role("button", name="Connect", exact=True).click()
    page.get_by_role("cell", name="twsql").wait_for()


def query(page: Page, superset: str) -> None:
    """Run a query in SQL Lab, and wait for its rows."""
    page.goto(f"{superset}/sqllab/?dbid=1&sql=SELECT Status, count(*) AS n FROM conferences GROUP BY Status")
    page.get_by_text("main", exact=True).first.wait_for()  # the tab has its database
    page.get_by_text("GROUP").first.wait_for()  # and its query
    page.get_by_role("button", name="Run", exact=False).click()
    page.get_by_text("in-progress").first.wait_for()


def chart(page: Page, session: requests.Session, superset: str, picture: str) -> None:
    """Make a dataset of a join, chart it, and take a picture."""

    def made(kind: str, **body: object) -> int:
        answer = session.post(f"{superset}/api/v1/{kind}/", json=body, timeout=60)
        answer.raise_for_status()
        return int(answer.json()["id"])

    dataset = made("dataset", database=1, schema="main", table_name="people", sql=JOIN)
    params = json.dumps({**CHART, "datasource": f"{dataset}__table"})
    kind = {"viz_type": CHART["viz_type"], "datasource_id": dataset, "datasource_type": "table"}
    slice_id = made("chart", slice_name="Participants by month", params=params, **kind)
    page.goto(f"{superset}/explore/?slice_id={slice_id}")
    page.locator("canvas").first.wait_for()
    page.get_by_text("Last queried at").wait_for()
    page.wait_for_timeout(2000)  # the bars grow
    page.screenshot(path=picture)


def main(superset: str, twilio: str, picture: str) -> None:
    """Do all of it; an exception tells what did not work."""
    url = f"twsql://AC00000000000000000000000000000001:sandbox-auth-token@/?read_only=1&base_url={twilio}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(180_000)  # a busy machine
        try:
            session = log_in(page, superset)
            add_database(page, superset, url)
            query(page, superset)
            page.screenshot(path=picture.replace(".png", "-sqllab.png"))
            chart(page, session, superset, picture)
        except Exception:
            page.screenshot(path=picture.replace(".png", "-failed.png"))
            raise
        finally:
            browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
