"""The pages of a class of 300 in Chromium: sorted by a click, no wider than the window."""

import pytest
from playwright.sync_api import expect

from nncourse.grading import report
from tests.nncourse.grading.test_reports import IDS, book, graded

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    out = tmp_path_factory.mktemp("grades")
    outcomes = [
        graded(
            f"learner {n:03}", IDS[: n % 8], "too large", answers={"05.1": "x = 1  # " + "y" * 300}
        )
        for n in range(300)
    ]
    report.write(book(*outcomes), out)
    return out


@pytest.mark.parametrize("width", [390, 1366])
def test_the_first_page_sorts_by_points_and_by_name(browser, pages, width):
    page = browser.new_page(viewport={"width": width, "height": 900})
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((pages / "index.html").as_uri())
    table = page.get_by_role("table", name="Points by exercise")
    all_points = table.get_by_role("columnheader", name="All")
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(300)
    expect(rows.first.locator("th")).to_have_text("learner 000")
    all_points.get_by_role("button").click()
    expect(all_points).to_have_attribute("aria-sort", "ascending")
    expect(rows.first.locator("td").last).to_have_text("0 of 14")
    all_points.get_by_role("button").click()
    expect(all_points).to_have_attribute("aria-sort", "descending")
    expect(rows.first.locator("td").last).to_have_text("14 of 14")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="too large").first.click()
    page.wait_for_url("**#mistake-1")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="learner 000").first.click()
    expect(page.get_by_role("heading", name="Marks of learner 000")).to_be_visible()
    assert complaints == []
    page.close()
