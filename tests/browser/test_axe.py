"""A contrast that is computed once per look: nothing that each word would show is lost."""

import pytest

from tests.browser.axe import violations

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><html lang="en"><title>Looks</title><style>
  body { background: white; color: #222; font: 16px sans-serif }
  .large { font-size: 30px }
  .grey { color: #858585 }
  .dark { background: #333 }
  .faint { opacity: 0.4 }
  .over { position: relative } .over span { position: absolute; left: 0; top: 0 }
  .pulled { margin-top: -30px }
</style><main><h1>Looks</h1>
  <p id="fine">One word</p> <p id="fine-too">and another</p>
  <p class="grey large" id="large">Grey will do where it is large</p>
  <p class="grey" id="grey">and not here</p> <p class="grey" id="grey-too">nor here</p>
  <div class="dark"><p id="on-dark">The first colour</p></div>
  <div class="faint"><div><p id="faint">and fainter</p></div></div>
  <p style="background: #333"><em id="inner">below</em></p>
  <div class="over"><div class="dark">&nbsp;<br>&nbsp;</div><span id="over">on another</span></div>
  <div class="dark">&nbsp;<br>&nbsp;</div><p class="pulled" id="pulled">pulled up</p>
  <svg viewBox="0 0 200 40"><text y="20" fill="#222">drawn</text></svg>
</main></html>"""
FAINT = {"grey", "grey-too", "on-dark", "faint", "inner", "over", "pulled"}


def test_a_look_that_is_right_is_computed_once_and_what_is_wrong_is_found_as_ever(browser):
    page = browser.new_page()
    page.set_content(PAGE)
    found = [violations(page, each_word=each_word) for each_word in (True, False)]
    page.close()
    assert found[0] == found[1]
    assert {words.split('id="')[1].split('"')[0] for _, words, _ in found[1]} == FAINT
    assert {rule for rule, *_ in found[1]} == {"color-contrast"}
