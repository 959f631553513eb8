"""make site, built afresh and opened page by page in Chromium with the network off."""

import json
import os
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import nbformat
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

from docs.pages import for_colab, for_the_web, live
from nncourse.grading import report
from nncourse.grading.book import Book
from nncourse.grading.marking import grade_submission
from nncourse.grading.submissions import Submission
from tests.browser import lab
from tests.browser.axe import COLOURS, TAGS, violations
from tests.browser.lab import box_of, served, until, until_shown
from tests.nncourse.grading import helpers
from tests.nncourse.grading.needs import needs_bubblewrap

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
WHOLE = ("docs/index.html", "lessons/06_gradient_descent.html")
PLAYED = ".live:is([data-show=optimizer_race], [data-show=training]) > div"
RULES = {"light": TAGS, "dark": COLOURS}
NARROW = 800  # pixels
CODE = [".highlight pre"]  # thousands of words in the same few colours: seen on the pages of WHOLE


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the built site."""
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
    command += ["-c", "docs", ".", str(out)]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(out / ".doctrees")
    return out


def environment():
    return {key: value for key, value in os.environ.items() if key != "REPOSITORY"}


def pages_of(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))


def is_page(name):
    return not name.startswith("_static/") and name != "index.html"


STANDING = """() => [...document.querySelectorAll('.live')].every(one => one.firstElementChild)
    && [...document.querySelectorAll('.live .nn-show')].every(one => one.dataset.frames)"""


class Watched:
    """A page in which every request to another host, and every complaint, is noted."""

    def __init__(self, browser, address, **settings):
        self.address, self.complaints = address, []
        self.context = browser.new_context(**settings)
        self.page = self.context.new_page()
        self.page.on("request", self.asked)
        self.page.on("console", self.heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("requestfailed", self.failed)
        self.page.on("response", self.answered)
        self.came = {}  # {address: bytes} of what the page is made of, but for its pictures

    def asked(self, request):
        if not request.url.startswith(self.address):  # lab.browser() reaches none
            self.complaints.append(f"asks another host: {request.url}")

    def heard(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def failed(self, request):
        if request.failure != "net::ERR_ABORTED":  # the page was left before all had come
            self.complaints.append(f"{request.failure}: {request.url}")

    def answered(self, response):
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")
        elif response.request.resource_type != "image":
            self.came[response.url] = int(response.headers.get("content-length", 0))

    def open(self, name):
        """Open a page; returns Playwright's, in which all stands."""
        self.complaints.clear()
        self.came.clear()
        self.page.goto(self.address + name)
        return self.stand()

    def stand(self):
        """Wait until formulas and explorers stand; returns Playwright's page."""
        if self.page.query_selector(".math"):
            self.page.wait_for_function("window.MathJax?.startup?.promise !== undefined")
            self.page.evaluate("MathJax.startup.promise")
        self.page.wait_for_function(STANDING)
        return self.page


UNSET = """() => [...document.querySelectorAll('article .math')]
    .filter(e => !e.querySelector('mjx-container')).map(e => e.textContent)"""
ERRORS = "() => [...document.querySelectorAll('mjx-merror')].map(e => e.textContent)"
SETTING = "() => document.querySelectorAll('mjx-container').length"
NAMELESS = """() => [...document.querySelectorAll('article img')]
    .filter(e => !e.alt.trim() || e.alt === e.getAttribute('src')).map(e => e.src)"""
WIDTH = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNLOADED = """() => [...document.querySelectorAll('article img')]
    .filter(e => e.complete && !e.naturalWidth).map(e => e.src)"""


HURRIED = """() => [...document.querySelectorAll('article img')]
    .filter(e => e.loading !== 'lazy' || !(e.getAttribute('height') > 0)).map(e => e.src)"""
READS = "lessons/12_mnist_from_scratch.html"  # the heaviest: digits, and a network that reads them
HEAVIEST, HEAVIEST_FIRST = 1_600_000, 1_500_000  # bytes of a page, and of the first one


@pytest.fixture(scope="module")
def visits(browser, site):
    """{page: what was found in it}, every page opened once, in a window of 800 pixels."""
    found = {}
    with served(site) as address:
        size = {"width": NARROW, "height": 900}
        watched = Watched(browser, address, viewport=size, color_scheme="light")
        for name in filter(is_page, pages_of(site)):
            page = watched.open(name)
            found[name] = {
                "complaints": list(watched.complaints),
                "formulas": page.evaluate(SETTING),
                "formulas left": page.evaluate(UNSET) + page.evaluate(ERRORS),
                "too wide": page.evaluate(WIDTH),
                "pictures without words": page.evaluate(NAMELESS),
                "pictures that do not load": page.evaluate(UNLOADED),
                "violations": violations(page, without=CODE),
                "bytes": dict(watched.came),
                "pictures that hurry or jump": page.evaluate(HURRIED),
            }
        watched.context.close()
    return found


@pytest.mark.parametrize(
    "what",
    [
        *("complaints", "formulas left", "too wide"),
        *("pictures without words", "pictures that do not load", "violations"),
        "pictures that hurry or jump",
    ],
)
def test_no_page_has(visits, what):
    assert {name: found[what] for name, found in visits.items() if found[what]} == {}


def test_no_page_is_heavy(browser, address, visits):
    """Whatever comes with a page but its pictures, the reader of digits too, as it is stored."""
    first = sum(visits["docs/index.html"]["bytes"].values())
    assert 300_000 < first <= HEAVIEST_FIRST
    weights = {name: sum(found["bytes"].values()) for name, found in visits.items()}
    assert any("weights.bin" in url for url in visits[READS]["bytes"])
    heavy = [name for name, size in weights.items() if size > HEAVIEST]
    assert len(heavy) < 5
    # fonts that only earlier pages use are counted there: these are weighed once more, alone
    alone = {name: weight(browser, address, name) for name in heavy}
    assert {name: size for name, size in alone.items() if size > HEAVIEST} == {}


def weight(browser, address, name):
    """The bytes of a page that is opened before all others, without its pictures."""
    watched = Watched(browser, address)
    watched.open(name).wait_for_load_state("networkidle")
    watched.context.close()
    return sum(watched.came.values())


def test_what_a_prediction_asks_for_is_folded_and_explorers_are_not(browser, address):
    watched = Watched(browser, address)
    page = watched.open("lessons/03_the_perceptron.html")
    folded = page.locator("details.hide:has(> summary:has-text('Show what happens'))")
    assert folded.count() >= 3
    output = folded.first.locator(".output").first
    expect(output).not_to_be_visible()
    folded.first.locator("summary").click()
    expect(output).to_be_visible()
    expect(page.locator("details.hide .live")).to_have_count(0)
    watched.context.close()


def test_every_lesson_and_exercise_has_a_page_and_the_first_page_lists_the_lessons(visits, site):
    for folder in ("lessons", "exercises", "solutions"):
        names = {path.stem for path in (ROOT / folder).glob("[0-9]*.ipynb")}
        assert names == {Path(name).stem for name in visits if name.startswith(f"{folder}/")}
    first = BeautifulSoup((site / "docs/index.html").read_text(encoding="utf-8"), "html.parser")
    linked = {link["href"] for link in first.select("article table a[href]")}
    assert len(linked) == len(list(ROOT.glob("lessons/[0-9]*.ipynb")))
    assert sum(found["formulas"] for found in visits.values()) > 500


def test_every_link_inside_the_site_leads_somewhere(site):
    targets = {name: Targets(site / name) for name in filter(is_page, pages_of(site))}
    broken, count = [], 0
    for name, page in targets.items():
        for link in page.links:
            target = urlsplit(urljoin(f"http://here/{name}", link))
            if target.netloc != "here":
                assert target.scheme in ("http", "https"), link
                continue
            count += 1
            path, anchor = unquote(target.path).lstrip("/"), unquote(target.fragment)
            known = targets[path].ids if path in targets else ()
            if not (site / path).is_file() or (anchor and anchor not in known):
                broken.append((name, link))
    assert broken == []
    assert count > 1000


class Targets(HTMLParser):
    """The links of a page, and where links to it may lead."""

    def __init__(self, path):
        super().__init__()
        self.links, self.ids = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id":
                self.ids.add(value)
            elif name == "href" and tag == "a":
                self.links.append(value)


@pytest.fixture(scope="module")
def address(site):
    with served(site) as started:
        yield started


def test_the_address_of_the_folder_opens_the_first_page(browser, address):
    watched = Watched(browser, address)
    watched.page.goto(address)
    watched.page.wait_for_url(f"{address}docs/index.html")
    assert watched.complaints == []
    watched.context.close()


VALUES = """() => [...document.querySelectorAll('.live .nn-show [aria-valuetext]')]
    .filter(one => !one.querySelector('.training-cross'))  // a place to look at is no setting
    .map(one => one.getAttribute('aria-valuetext'))"""

# the address follows 400 ms after the last change; every other state was another address
AT_REST = f"""async () => {{
    const values = {VALUES}, look = () => values().join() + location.hash;
    let [before, now] = [null, look()];
    while (now !== before) {{
        await new Promise(then => setTimeout(then, 500));
        [before, now] = [now, look()];
    }}
    return values().join();
}}"""

UNPAINTED = """root => [...root.querySelectorAll('.nn-plane canvas')].filter(one => {
    const corner = [one.width - 1, one.height - 1, 1, 1];
    const blank = one.getContext('2d').getImageData(...corner).data[3] === 0;
    return !one.hidden && (blank || one.width !== one.height);
}).length"""


def pages_with_explorers():
    """Pages with something that JavaScript draws beside the pad, which draws by itself."""
    yield "docs/index.html"
    for path in sorted(ROOT.glob("lessons/*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        shown = [live(cell.source) or "" for cell in cells if cell.cell_type == "code"]
        if any(one and 'data-show="pad"' not in one for one in shown):
            yield f"lessons/{path.stem}.html"


def move_all(page):
    """Move every explorer of a page by a key; what it draws fits, and so does the page."""
    roots = page.query_selector_all(".live .nn-show")
    assert roots
    for root in roots:
        assert lab.press_show(page, root) > 0
        sliders = [one for one in root.query_selector_all(lab.SLIDER) if one.is_visible()]
        for slider in sliders[:1]:  # a handle may move what is no setting, such as a probe
            slider.press("ArrowRight")
        for plane in filter(lambda one: one.is_visible(), root.query_selector_all(".nn-plane")):
            until(plane, lab.FITS)
        until(root, f"({UNPAINTED})(root) === 0")  # a map is square, to its last corner
    assert page.evaluate(WIDTH) == 0


@pytest.fixture(scope="module")
def reader(browser, address):
    """Who reads one page after the other, and has what is common to them by then."""
    watched = Watched(browser, address, has_touch=True)
    yield watched
    watched.context.close()


@pytest.mark.parametrize("name", list(pages_with_explorers()))
def test_every_explorer_of_a_page_moves_its_link_opens_it_as_it_is_and_it_begins_again(
    reader, name
):
    """On a laptop, and from the link on a phone; there it is reset, and played if it can be."""
    reader.page.set_viewport_size({"width": 1366, "height": 768})
    page = reader.open(name)
    shows = f"said => ({VALUES})().join() === said"
    begun = page.evaluate(f"({VALUES})().join()")
    move_all(page)
    said = page.evaluate(AT_REST)
    assert page.evaluate("location.hash") > "#"
    assert said != begun
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    reader.stand()
    page.wait_for_function(shows, arg=said)
    move_all(page)
    for button in page.query_selector_all(
        ".live .nn-show :is([data-name=reset], [data-name=Reset])"
    ):
        button.click()
    page.wait_for_function(shows, arg=begun)  # not where the link began
    for root in page.query_selector_all(PLAYED):
        root.query_selector("[data-name=again]").click()
        until(root, "root.dataset.steps === '0'")
        before = root.query_selector(".nn-planes").inner_html()
        root.query_selector("[data-name=play]").click()
        until(root, "Number(root.dataset.steps) >= 3")
        until(root, f"root.querySelector('.nn-planes').innerHTML !== {json.dumps(before)}")
    assert reader.complaints == []


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_the_first_screen_reads_a_digit_and_offers_to_start(browser, address, size):
    viewport = dict(zip(("width", "height"), size, strict=True))
    watched = Watched(browser, address, viewport=viewport, has_touch=size[0] < 500)
    page = watched.open("docs/index.html")
    pad = page.wait_for_selector(".hero .nnlib-pad[data-ready]")
    start = box_of(page.query_selector(".start-button"))
    assert start["y"] + start["height"] < size[1]
    first = int(pad.get_attribute("data-frames"))
    until(pad, "root.dataset.frames > 10")  # it draws by itself
    box = box_of(pad.query_selector(".drawing"))
    corner = [(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corner]
    lab.stroke(page, *places)
    page.wait_for_selector(".hero .bar:nth-child(8).best")
    until_shown(pad, "The network says 7")
    assert int(pad.get_attribute("data-frames")) > first
    assert watched.complaints == []
    watched.context.close()


def test_a_quiz_answers_in_the_page_and_its_source_is_not_shown(browser, address):
    watched = Watched(browser, address)
    page = watched.open("lessons/06_gradient_descent.html")
    assert "answer=" not in page.inner_text("article")
    quiz = page.locator("fieldset.quiz").first
    quiz.get_by_label("It should grow").check()
    expect(quiz.get_by_role("status")).to_contain_text("Not this one")
    quiz.get_by_label("It should become smaller").check()
    expect(quiz.get_by_role("status")).to_contain_text("Right")
    assert watched.complaints == []
    watched.context.close()


def test_the_search_finds_a_lesson(browser, address):
    watched = Watched(browser, address)
    page = watched.open("search.html?q=momentum")
    page.locator("#search-results li a", has_text="Optimizers").first.wait_for()
    assert watched.complaints == []
    watched.context.close()


@pytest.mark.parametrize("scheme", RULES)
@pytest.mark.parametrize("name", WHOLE)
def test_light_and_dark_are_accessible_to_the_last_word_of_code(browser, address, name, scheme):
    watched = Watched(browser, address, color_scheme=scheme)
    page = watched.open(name)
    parts = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3)"
    page.wait_for_function(f"{parts}.every(one => one {'< 60' if scheme == 'dark' else '> 230'})")
    assert violations(page, rules=RULES[scheme]) == []
    assert watched.complaints == []
    watched.context.close()


@needs_bubblewrap
def test_the_reports_of_the_grader_are_accessible(browser, tmp_path):
    settings = helpers.settings()
    wrong = helpers.notebook(my_mean="def my_mean(x):\n    return 0.0")
    handed_in = {"ada": helpers.notebook(), "bob": wrong, "eve": b"no notebook"}
    outcomes = [
        grade_submission(Submission(student, "05_numbers.ipynb", data), settings)
        for student, data in handed_in.items()
    ]
    report.write(Book(outcomes, settings), tmp_path)
    with served(tmp_path) as address:
        for scheme, rules in RULES.items():
            watched = Watched(browser, address, color_scheme=scheme)
            for name in pages_of(tmp_path):
                page = watched.open(name)
                assert (name, violations(page, rules=rules)) == (name, [])
            watched.context.close()


def test_a_name_of_a_repository_adds_links_to_binder_and_colab():
    name = "lessons/00_start_here.ipynb"
    text = (ROOT / name).read_text(encoding="utf-8")
    page = for_the_web(text, name, "owner/name")
    assert f"https://mybinder.org/v2/gh/owner/name/HEAD?urlpath=lab/tree/{name}" in page
    assert "/github/owner/name/blob/gh-pages/colab/00_start_here.ipynb" in page
    assert "mybinder" not in for_the_web(text, name)
    assert "docs/index.md#run-it" in for_the_web(text, name)


def test_the_copy_for_colab_installs_the_package_and_is_else_the_lesson():
    text = (ROOT / "lessons" / "00_start_here.ipynb").read_text(encoding="utf-8")
    copy = nbformat.reads(for_colab(text, "owner/name"), as_version=4)
    nbformat.validate(copy)
    first = copy.cells.pop(1)
    assert "git+https://github.com/owner/name" in first.source
    assert copy == nbformat.reads(text, as_version=4)
