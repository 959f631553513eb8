"""The course as a browser tab runs it: python tasks.py tab [NN ...] (lessons; default: all)

First the site of make lite in Chromium without a network, then the cells of the lessons and the
verdicts on known answers in CPython for WebAssembly, in Chromium too. A quarter of an hour, so it
is run before a release.
"""

import sys

from tests.tab import site, wasm

if __name__ == "__main__":
    site.main()
    sys.exit(bool(wasm.main(sys.argv[1:])))
