"""Every public name of the core says its purpose in a few lines, and in which shapes."""

import importlib
import inspect
import pkgutil
import re

import pytest

import nnlib


def core_modules():
    for found in pkgutil.walk_packages(nnlib.__path__, "nnlib."):
        if found.name.split(".")[1] not in {"widgets", "palette"}:
            yield importlib.import_module(found.name)


def public_names():
    """{"nn.linear.Linear": class, ...}: the functions and classes, where they are defined."""
    names = {}
    for module in core_modules():
        for name, value in vars(module).items():
            own = getattr(value, "__module__", None) == module.__name__
            if own and not name.startswith("_") and callable(value):
                names[f"{module.__name__.removeprefix('nnlib.')}.{name}"] = value
    return names


PUBLIC = public_names()
SHAPE = re.compile(r"\([A-Za-z0-9'][\w' ²,.]*, ?[\w' ²,.]*\)|\bshapes?\b")
# These act entry by entry on a parameter of any shape, which their module's docstring says,
# or take no array at all.
NO_SHAPE = re.compile(
    r"nn\.init\.|nn\.activation\.|optim\.|nn\.dropout\.|expect\.|random\.|serialization\."
    r"|training\.|metrics\.(Metrics|History)|nn\.(module\.|container\.Sequential|conv\.windows)"
    r"|nn\.(passes\.check_gradient|utils\.)|nn\.loss\.(LossValue|BinaryLoss)"
    r"|data\.(random_split|DataLoader|check_dataset)|datasets\.(mnist\.checked|text\.)|pretrained\."
)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_says_its_purpose_and_its_shapes(name):
    value = PUBLIC[name]
    own = value.__dict__.get("__doc__") if inspect.isclass(value) else value.__doc__
    assert own, f"{name} has no docstring"
    assert len(inspect.cleandoc(own).splitlines()) <= 8
    assert NO_SHAPE.match(name) or SHAPE.search(own), f"{name} does not say in which shapes"


@pytest.mark.parametrize("module", list(core_modules()), ids=lambda m: m.__name__)
def test_every_file_of_the_core_says_its_purpose(module):
    assert module.__doc__
