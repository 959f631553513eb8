"""Submissions of people who mean well: right in Jupyter is right here, and what is not is named.

TABLE is {name: (the notebook's bytes, the exercises that it loses)}, FORMS {name: an answer}, SAYS
{name: (exercise, a part of the sentence that its author reads about it)}, TELLS {name: a part of
the remark at the top}.
"""

from tests.nncourse.grading.helpers import SETUP, as_bytes, cell, cells, notebook

FIVE = ("05.5",)
RIGHT = "def my_largest(x):\n    return np.max(x)"
STUB = "def my_largest(x):\n    raise NotImplementedError()"


def setup(source, **changes):
    """A notebook with another set-up cell."""
    return as_bytes([cell(source), *cells(**changes)[1:]])


def kinds(kind):
    """A notebook with the answer to 05.5 in a cell of this kind."""
    return as_bytes([c if c["source"] != RIGHT else c | {"cell_type": kind} for c in cells()])


def language(name):
    metadata = {"kernelspec": {"language": name}, "language_info": {"name": name}}
    return as_bytes([cell("my_largest <- function(x) max(x)"), cell("max(3)")], metadata=metadata)


def lines(ending):
    return as_bytes([c | {"source": c["source"].replace("\n", ending)} for c in cells()])


HELPER = "def biggest(x):\n    return np.max(x)"
USES_HELPER = "def my_largest(x):\n    return biggest(x)"
STATES = {
    "the name used again for another thing": (notebook(after=["my_largest = 3"]), ()),
    "the name used again in a loop": (notebook(after=["for my_largest in range(3): pass"]), ()),
    "the name used again for a layer": (
        notebook(after=["from nnlib import nn\nmy_mean = nn.Linear(2, 2)"]),
        (),
    ),
    "the name of a value used in a loop": (
        notebook(after=["for my_number in range(3):\n    pass"]),
        (),
    ),
    "a value that is counted on below": (notebook(after=["my_number += 1"]), ()),
    "a stub below": (notebook(after=[STUB]), ()),
    "a stub of a value below": (notebook(after=["my_number = ..."]), ()),
    "a stub of a class below": (
        notebook(
            after=["class MyLine:\n    def forward(self, x):\n        raise NotImplementedError"]
        ),
        (),
    ),
    "a helper that is another one below": (
        notebook(before=[HELPER], after=["def biggest(x):\n    return 0"], my_largest=USES_HELPER),
        (),
    ),
    "a helper that comes below": (notebook(after=[HELPER], my_largest=USES_HELPER), ()),
    "a constant that is another one below": (
        notebook(
            before=["add = 0"],
            after=["add = 7"],
            my_largest="def my_largest(x):\n    return np.max(x) + add",
        ),
        (),
    ),
    "an array that is changed in place below": (
        notebook(
            before=["add = np.zeros(1)"],
            after=["add += 7"],
            my_largest="def my_largest(x):\n    return np.max(x) + add[0]",
        ),
        (),
    ),
    "np means something else below": (notebook(after=["np = 3"]), ()),
    "max means something else below": (
        notebook(after=["max = 3"], my_largest="def my_largest(x):\n    return max(x)"),
        (),
    ),
    "deleted below": (notebook(after=["del my_largest"]), ()),
    "wrong below": (notebook(after=["def my_largest(x):\n    return np.min(x)"]), FIVE),
    "right below": (
        notebook(after=[RIGHT], my_largest="def my_largest(x):\n    return np.min(x)"),
        (),
    ),
    "checked under another name": (
        as_bytes(
            [
                *cells(my_largest="def my_max(x):\n    return np.max(x)"),
                cell('check("05.5", my_max)'),
            ]
        ),
        (),
    ),
    "wrapped below and checked again": (
        notebook(
            after=["my_largest = np.max", 'check("05.5", my_largest)'],
            my_largest="def my_largest(x):\n    return np.min(x)",
        ),
        (),
    ),
}
FORMS = {  # answers to 05.5, all of them right
    "a lambda": "my_largest = lambda x: np.max(x)",
    "a function of NumPy": "my_largest = np.max",
    "a partial": "import functools\nmy_largest = functools.partial(np.max, axis=0)",
    "an object that is called": (
        "class Largest:\n    def __call__(self, x):\n        return np.max(x)\n"
        "my_largest = Largest()"
    ),
    "a decorator": (
        "def told(f):\n    def g(*a):\n        print(a)\n        return f(*a)\n"
        "    return g\n@told\ndef my_largest(x):\n    return np.max(x)"
    ),
    "types in the head": "def my_largest(x: np.ndarray) -> float:\n    return float(np.max(x))",
    "defined in an if": "if __name__ == '__main__':\n    def my_largest(x): return np.max(x)",
    "defined in a try": (
        "try:\n    import numba\nexcept ImportError:\n    def my_largest(x): return np.max(x)"
    ),
    "defined by exec": "exec('def my_largest(x):\\n    return np.max(x)')",
    "a loop in place of NumPy": (
        "def my_largest(x):\n    best = x[0]\n    for v in x:\n"
        "        if v > best:\n            best = v\n    return best"
    ),
    "names in other letters": "def my_largest(größe):\n    λ = np.max(größe)\n    return λ",
    "tabs": "def my_largest(x):\n\treturn np.max(x)",
    "an indented cell": "    def my_largest(x):\n        return np.max(x)",
    "pasted with prompts": ">>> def my_largest(x):\n...     return np.max(x)\n",
    "a float32": "def my_largest(x):\n    return np.max(x)[()]",
    "an array of one number without axes": "def my_largest(x):\n    return np.array(np.max(x))",
}
CHECKED = """
result = check("05.5", my_largest)
print(f"{result.points:.1f} of {result.of:>3}", f"{check('05.5', my_largest).points:.1f}")
total = sum(check(i, f).points for i, f in [("05.1", my_mean), ("05.5", my_largest)])
assert result.right and total >= 0 and len(result.text) >= 0
if total < 4: print("not yet", round(total / 4 * 100))
"""
JUPYTER = {
    "lines of Windows": (lines("\r\n"), ()),
    "lines of an old Mac": (lines("\r"), ()),
    "help above the answer": (notebook(my_largest="help(np.logaddexp)\n" + RIGHT), ()),
    "display above the answer": (notebook(my_largest="display(np.ones(2))\n" + RIGHT), ()),
    "exit above the answer": (notebook(my_largest="exit\nexit()\n" + RIGHT), ()),
    "what check() gives in numbers": (notebook(my_largest=RIGHT + "\n" + CHECKED), ()),
    "timeit with options": (
        notebook(my_largest=RIGHT + "\n%timeit -n 10 -r 3 my_largest([1])"),
        (),
    ),
    "time of what is set": (
        notebook(my_largest="%time biggest = np.max\ndef my_largest(x):\n    return biggest(x)"),
        (),
    ),
    "a timed cell with an answer": (notebook(my_largest="%%time\n" + RIGHT), ()),
    "a captured cell with an answer": (notebook(my_largest="%%capture out\n" + RIGHT), ()),
    "a cell of timeit": (notebook(after=["%%timeit -n 10 a = 3\na + 1"]), ()),
    "matplotlib's magic": (setup("%matplotlib inline\n" + SETUP), ()),
    "pip in front of the imports": (setup("!pip install numpy\n%pip install x\n" + SETUP), ()),
    "pip without a sign": (notebook(before=["pip install pandas"]), ()),
    "a question": (notebook(my_largest=RIGHT + "\nmy_largest?\n??np.max"), ()),
    "await above the answer": (
        notebook(my_largest="import asyncio\nawait asyncio.sleep(0)\n" + RIGHT),
        (),
    ),
    "a task that goes on": (
        notebook(
            before=[
                "import asyncio\nasync def later():\n    await asyncio.sleep(0)\n"
                "    return np.max\ntask = asyncio.create_task(later())"
            ],
            my_largest="biggest = await task\ndef my_largest(x):\n    return biggest(x)",
        ),
        (),
    ),
    "a helper file that a cell writes": (
        notebook(
            before=["%%writefile helpers.py\nimport numpy as np\ndef biggest(x): return np.max(x)"],
            my_largest="from helpers import biggest\n" + USES_HELPER,
        ),
        (),
    ),
    "figures": (
        notebook(before=["import matplotlib.pyplot as plt\nfor _ in range(3): plt.figure()"]),
        (),
    ),
    "warnings are errors": (
        notebook(
            before=["import warnings\nwarnings.simplefilter('error')\nnp.seterr(all='raise')"]
        ),
        (),
    ),
    "a file of its own": (
        notebook(
            before=["np.save('mine.npy', np.ones(3))"],
            my_largest="one = np.load('mine.npy')[0]\n"
            "def my_largest(x):\n    return np.max(x) * one",
        ),
        (),
    ),
    "an answer that multiplies processes": (
        notebook(
            before=["from multiprocessing.pool import ThreadPool"],
            my_largest="def my_largest(x):\n    with ThreadPool(2) as pool:\n"
            "        return max(pool.map(float, x))",
        ),
        (),
    ),
    "a long print": (notebook(before=["print('x' * 30_000_000)"]), ()),
    "a failed assert": (notebook(before=["assert 1 == 2"]), ()),
    "a cell of another language": (notebook(before=["%%html\n<b>hello</b>", "%%R\nx <- 3"]), ()),
}
DEAF = "while True:\n    try:\n        pass\n    except BaseException:\n        pass\n"
EARLY = {
    "pandas above NumPy": (setup("import pandas_is_not_here as pd\n" + SETUP), ()),
    "Colab's drive above NumPy": (
        setup("from google.colab import drive\ndrive.mount('/content/drive')\n" + SETUP),
        (),
    ),
    "a missing file above NumPy": (setup("data = open('my.csv').read()\n" + SETUP), ()),
    "a syntax error in the set-up cell": (setup("import os,\n" + SETUP), ()),
    "a loop without end in the set-up cell": (
        setup(
            "while True:\n    try:\n        pass\n    except BaseException:\n        pass\n" + SETUP
        ),
        (),
    ),
    "helpers that were not handed in": (
        notebook(my_largest="from my_helpers import my_largest"),
        FIVE,
    ),
    "an example above the answer that fails": (
        notebook(my_largest="print(biggest_of_all)\n" + RIGHT),
        (),
    ),
}
NAMED = {
    "the answer in a Markdown cell": (kinds("markdown"), FIVE),
    "the answer in a raw cell": (kinds("raw"), FIVE),
    "the answer under a near name": (
        notebook(my_largest="def myLargest(x):\n    return np.max(x)"),
        FIVE,
    ),
    "the answer misspelt": (notebook(my_largest="def my_lagest(x):\n    return np.max(x)"), FIVE),
    "the answer in a cell of R": (
        notebook(my_largest="%%R\nmy_largest <- function(x) max(x)"),
        FIVE,
    ),
    "the answer in JavaScript": (
        notebook(my_largest="function my_largest(x) { return Math.max(...x); }"),
        FIVE,
    ),
    "the answer behind an invisible character": (notebook(my_largest="\ufeff" + RIGHT), FIVE),
    "the answer in a comment": (
        notebook(my_largest="# def my_largest(x):\n#     return np.max(x)"),
        FIVE,
    ),
}
TABLE = STATES | JUPYTER | EARLY | NAMED

SAYS = {
    "the answer in a Markdown cell": ("05.5", "in a Markdown or raw cell"),
    "the answer in a raw cell": ("05.5", "in a Markdown or raw cell"),
    "the answer under a near name": ("05.5", "There is `myLargest`"),
    "the answer misspelt": ("05.5", "There is `my_lagest`"),
    "the answer in a cell of R": ("05.5", "`%%R`"),
    "the answer in JavaScript": ("05.5", "another language"),
    "the answer behind an invisible character": ("05.5", "invisible character"),
    "helpers that were not handed in": ("05.5", "No module named 'my_helpers'"),
    "wrong below": ("05.5", "expected"),
}
TELLS = {"helpers that were not handed in": "failed first: No module named 'my_helpers'"}
REMARKS = {  # a part of the remark beside a right answer
    "the name used again for another thing": ("05.5", "used again"),
    "a helper that is another one below": ("05.5", "below, the notebook changes"),
    "np means something else below": ("05.1", "below, the notebook changes"),
    "a syntax error in the set-up cell": ("05.5", "set-up cell"),
}
R_NOTEBOOK = language("R")
