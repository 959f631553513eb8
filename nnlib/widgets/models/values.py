"""A graph of numbers that remember what they were made from: order, values, gradients."""

import json
import math

from nnlib.widgets.base.javascript import HERE

MOST = 40  # values in a graph that is drawn
OTHER = "f"  # an operation that is not in OPERATIONS: its value and its slopes are kept

# name: function of the parents' numbers, which returns the value and the slope for each parent
OPERATIONS = {
    "+": lambda a, b: (a + b, [1.0, 1.0]),
    "−": lambda a, b: (a - b, [1.0, -1.0]),
    "×": lambda a, b: (a * b, [b, a]),
    "tanh": lambda a: (math.tanh(a), [1 - math.tanh(a) ** 2]),
    "ReLU": lambda a: (max(a, 0.0), [float(a > 0)]),
}


def examples():
    """The graphs of values_examples.js, by name; each a list of nodes, parents first."""
    text = (HERE / "values_examples.js").read_text(encoding="utf-8")
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


def in_order(value):
    """A value and all behind it, each after its own parents: a topological order."""
    order, seen, waiting = [], set(), [(value, False)]
    while waiting:
        one, parents_done = waiting.pop()
        if parents_done:
            order.append(one)
        elif id(one) not in seen:
            seen.add(id(one))
            waiting.append((one, True))
            waiting += [(parent, False) for parent in reversed(tuple(one.parents))]
    return order


def graph_of(value, names, caller):
    """The graph behind a Value of the learner's own: a list of nodes, parents first.

    names: {name: value}. A node has name, op ("" for a leaf), parents (numbers of nodes), data,
    slopes and at (column, row). ValueError for something else, or for more than MOST values.
    """
    for one in (value, *names.values()):
        if not all(hasattr(one, part) for part in ("data", "parents", "slopes")):
            raise ValueError(
                f"{caller} expected a Value with data, parents and slopes, as lesson 13 builds it, "
                f"got {one!r}."
            )
    order = in_order(value)
    if len(order) > MOST:
        raise ValueError(
            f"{caller} draws at most {MOST} values, and there are {len(order)} behind this one. "
            "Take a smaller formula, such as one neuron."
        )
    place = {id(one): k for k, one in enumerate(order)}
    called = {id(one): name for name, one in names.items()}
    nodes = []
    for k, one in enumerate(order):
        parents = [place[id(parent)] for parent in one.parents]
        node = {"op": "", "parents": parents, "data": float(one.data)}
        node["slopes"] = [float(slope) for slope in one.slopes]
        if parents:
            node["op"] = operation(node, [nodes[parent]["data"] for parent in parents])
        node["name"] = called.get(id(one)) or name_for(node, nodes, k)
        nodes.append(node)
    for node, at in zip(nodes, layout(nodes), strict=True):
        node["at"] = at
    return nodes


def operation(node, numbers):
    """Which operation made this value of its parents' numbers; OTHER when it is none we know."""
    for name, function in OPERATIONS.items():
        try:
            data, slopes = function(*numbers)
        except TypeError:  # another number of parents
            continue
        found, wanted = [data, *slopes], [node["data"], *node["slopes"]]
        if all(math.isclose(a, b, abs_tol=1e-9) for a, b in zip(found, wanted, strict=True)):
            return name
    return OTHER


def name_for(node, nodes, number):
    """A leaf is called by its number, a result by its formula where that is short."""
    if not node["parents"]:
        return f"{node['data']:g}".replace("-", "−")
    parts = [nodes[parent] for parent in node["parents"]]
    texts = [
        f"({one['name']})" if one["op"] in ("+", "−") and node["op"] == "×" else one["name"]
        for one in parts
    ]
    text = f" {node['op']} ".join(texts) if len(texts) > 1 else f"{node['op']}({texts[0]})"
    return text if len(text) <= 12 else f"v{number}"


def layout(nodes):
    """[column, row] of each node: parents left of what they made, a row for each leaf."""
    column = [0] * len(nodes)
    for k, node in enumerate(nodes):
        column[k] = 1 + max((column[parent] for parent in node["parents"]), default=-1)
    used_by = {k: [] for k in range(len(nodes))}
    for k, node in enumerate(nodes):
        for parent in node["parents"]:
            used_by[parent].append(column[k])
    row, leaves = [0.0] * len(nodes), 0
    for k, node in enumerate(nodes):
        if node["parents"]:
            row[k] = sum(row[parent] for parent in node["parents"]) / len(node["parents"])
        else:  # a leaf stands just before what uses it first
            column[k] = min(used_by[k], default=1) - 1
            row[k], leaves = float(leaves), leaves + 1
    for number in set(column):  # nothing on top of something else
        below = -1.0
        for k in sorted((k for k in range(len(nodes)) if column[k] == number), key=row.__getitem__):
            row[k] = max(row[k], below)
            below = row[k] + 1
    return [[column[k], round(row[k], 3)] for k in range(len(nodes))]


def leaves_of(nodes):
    """The numbers of the leaves, in order."""
    return [node["data"] for node in nodes if not node["parents"]]


def compute(nodes, leaves):
    """(data, slopes): the value of each node, and its slopes for its parents, from these leaves."""
    left, data, slopes = list(leaves), [], []
    for node in nodes:
        if not node["parents"]:
            value, own = left.pop(0), []
        elif node["op"] in OPERATIONS:
            value, own = OPERATIONS[node["op"]](*(data[parent] for parent in node["parents"]))
        else:
            value, own = node["data"], node["slopes"]
        data.append(value)
        slopes.append(own)
    return data, slopes


def steps(nodes):
    """Every step: ["start"], ["value", k] forwards, ["seed", last], then ["hand", k] backwards."""
    made = [k for k, node in enumerate(nodes) if node["parents"]]
    forth, back = ([[kind, k] for k in ks] for kind, ks in (("value", made), ("hand", made[::-1])))
    return [["start", 0], *forth, ["seed", len(nodes) - 1], *back]


def gradients(nodes, slopes, step):
    """What has arrived at each node after this step; None where nothing has."""
    found = [None] * len(nodes)
    for kind, k in steps(nodes)[: step + 1]:
        if kind == "seed":
            found[k] = 1.0
        elif kind == "hand":
            for parent, slope in zip(nodes[k]["parents"], slopes[k], strict=True):
                found[parent] = (found[parent] or 0.0) + found[k] * slope
    return found
