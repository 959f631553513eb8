"""The course as a browser tab runs it: python tasks.py tab [NN ...] (lessons; default: all)

First the cells of the lessons and the verdicts on known answers in CPython for WebAssembly, then
the site of make lite in Chromium without a network. Minutes, so it is run before a release.
"""

import sys

from tests.tab import site, wasm

if __name__ == "__main__":
    wrong = wasm.main(sys.argv[1:])
    site.main()
    sys.exit(bool(wrong))
