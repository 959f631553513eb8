"""The JavaScript of the explorers as a whole: it parses, is in small files, says nothing twice."""

import json
import math
import re

import numpy as np
import pytest

from nnlib.random import generator as draw
from nnlib.random import manual_seed, random_at_least
from nnlib.widgets.base.javascript import EXPORT, HERE, IMPORT, joined
from nnlib.widgets.base.numbers import fixed, short
from tests.widgets.javascript import run_node

FILES = sorted(HERE.rglob("*.js"))
ENTRIES = [path for path in FILES if "export default" in path.read_text(encoding="utf-8")]
MOST_LINES = 400
ADDRESS = re.compile(r"https?://(?!www\.w3\.org/)")  # of another host


def name(path):
    return path.relative_to(HERE).as_posix()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_file_is_short_and_names_no_other_host(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    code = "\n".join(line.split(" // ")[0] for line in text.splitlines() if line[:2] != "//")
    assert not ADDRESS.search(code)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_import_leads_to_a_name_that_is_exported(path):
    text = path.read_text(encoding="utf-8")
    for match in re.finditer(r'^import \{([^}]*)\} from "([^"]+)";$', text, re.MULTILINE):
        other = (path.parent / match[2]).read_text(encoding="utf-8")
        for imported in filter(None, map(str.strip, match[1].split(","))):
            assert re.search(rf"^export (?:function|const|let) {imported}\b", other, re.MULTILINE)


def test_joined_for_jupyter_each_is_one_module_that_parses(tmp_path):
    """A name that is declared twice in a module does not parse. Every file is in one of them."""
    texts = {name(path): joined(path) for path in ENTRIES}
    assert not [file for file, text in texts.items() if re.search(r"^import ", text, re.MULTILINE)]
    parts = [EXPORT.sub("", IMPORT.sub("", path.read_text(encoding="utf-8"))) for path in FILES]
    assert not [part for part in parts if not any(part in text for text in texts.values())]
    (tmp_path / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    program = """
        import { readFileSync } from "node:fs";
        import { SourceTextModule } from "node:vm";
        for (const [file, text] of Object.entries(JSON.parse(readFileSync("texts.json")))) {
            try { new SourceTextModule(text); } catch (error) { console.log(file, error.message); }
        }
    """
    assert run_node(program, tmp_path, "--experimental-vm-modules", "--no-warnings") == ""


def test_no_passage_of_eight_lines_stands_in_two_files():
    seen = {}
    for path in FILES:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        lines = [line for line in lines if len(line) > 3 and not line.startswith(("//", "import"))]
        for at in range(len(lines) - 7):
            seen.setdefault("\n".join(lines[at : at + 8]), set()).add(name(path))
    assert {passage: files for passage, files in seen.items() if len(files) > 1} == {}


def test_numbers_are_written_as_everywhere(tmp_path):
    program = f"""
        import {{ bracket, clamp, fixed, rounded, short }} from "{KIT}/numbers.js";
        import {{ ticks }} from "{KIT}/plane.js";
        const found = [
            fixed(-0.004), fixed(-1.005, 1), fixed(NaN), fixed(-Infinity),
            short(0.7194), short(12.34), short(-0.00002), short(123456), short(0), short(-2.5),
            bracket(short(-2.5)), bracket("2"), clamp(7, 0, 3),
            rounded(1.0500000000000003, 0.05), rounded(0.30000000000000004, 0.1),
            ticks(-3, 3), ticks(0, 1),
        ];
        process.stdout.write(JSON.stringify(found));
    """
    assert run_node(program, tmp_path) == (
        '["0.00","−1.0","no number","−∞","0.719","12.3","−2.0e−5","1.2e5","0","−2.5","(−2.5)","2",'
        "3,1.05,0.3,[-3,-2,-1,0,1,2,3],[0,0.2,0.4,0.6,0.8,1]]"
    )


def test_python_writes_numbers_as_javascript_does(tmp_path):
    rng = np.random.default_rng(0)
    numbers = [0, 1, -1, 0.125, 2.5, 1.005, 0.1, 99.95, 999.95, 1e5, 1e-4, 99999.4, 0.09999, -0.0]
    numbers += (rng.choice([-1, 1], 500) * 10 ** rng.uniform(-9, 9, 500)).tolist()
    program = f"""
        import {{ fixed, short }} from "{KIT}/numbers.js";
        const numbers = {json.dumps(numbers)};
        const fixes = [0, 2, 4].map((k) => numbers.map((n) => fixed(n, k)));
        const found = [numbers.map(short), ...fixes];
        process.stdout.write(JSON.stringify([...found, [NaN, Infinity, -Infinity].map(short)]));
    """
    *found, odd = json.loads(run_node(program, tmp_path))
    assert found[0] == [short(number) for number in numbers]
    for decimals, texts in zip((0, 2, 4), found[1:], strict=True):
        assert texts == [fixed(number, decimals) for number in numbers]
    assert odd == [short(number) for number in (math.nan, math.inf, -math.inf)]


def test_random_numbers_are_those_of_numpy(tmp_path):
    program = f"""
        import {{ makeGenerator }} from "{KIT}/random.js";
        const found = [0, 1, 7, 20, 12345].map((seed) => {{
            const draw = makeGenerator(seed);
            const many = (count, one) => Array.from({{ length: count }}, one);
            return [many(5, draw.random), many(5000, draw.normal), draw.permutation(37),
                many(5, draw.float), draw.atLeast(0.3, 7), draw.permutation(300),
                many(3, draw.random)];
        }});
        process.stdout.write(JSON.stringify(found));
    """
    answers = json.loads(run_node(program, tmp_path))
    for seed, found in zip((0, 1, 7, 20, 12345), answers, strict=True):
        manual_seed(seed)
        expected = [draw.random(5), draw.standard_normal(5000), draw.permutation(37)]
        expected += [draw.random(5, dtype=np.float32), random_at_least(0.3, (7,))]
        expected += [draw.permutation(300), draw.random(3)]
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-13)


KIT = (HERE / "base" / "kit").as_posix()


def test_a_page_fetches_what_zlib_packed_once_however_its_address_is_given(tmp_path):
    program = f"""
    import {{ deflateSync }} from "node:zlib";
    import {{ bufferAt }} from "{KIT}/page.js";
    let asked = 0;
    globalThis.fetch = async () => new Response(deflateSync(new Uint8Array(++asked)));
    const url = "http://localhost/weights.bin";
    const first = await bufferAt(new URL(url));
    const all = [first, await bufferAt(new URL(url)), await bufferAt(url)];
    const other = await bufferAt("http://localhost/digits.bin");
    console.log(JSON.stringify([...all, other].map((one) => one.byteLength)));
    """
    assert json.loads(run_node(program, tmp_path)) == [1, 1, 1, 2]
