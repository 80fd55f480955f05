"""Every refusal is a leaf of one tree with code, status, message and hint."""

import importlib
import pkgutil
import re

import witnesskit.errors
from witnesskit.errors import ExitStatus, WitnesskitError


def leaves():
    for module in pkgutil.iter_modules(witnesskit.errors.__path__, "witnesskit.errors."):
        importlib.import_module(module.name)
    found, queue = [], [WitnesskitError]
    while queue:
        for child in queue.pop().__subclasses__():
            queue.append(child)
            if child.__module__.startswith("witnesskit.") and not child.__subclasses__():
                found.append(child)
    return sorted(set(found), key=lambda leaf: leaf.code)


def test_every_leaf_says_what_happened_and_one_next_step():
    for leaf in leaves():
        where = f"{leaf.__module__}.{leaf.__name__}"
        assert re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)*", leaf.code), where
        assert isinstance(leaf.status, ExitStatus), where
        assert leaf.status is not ExitStatus.DONE, where
        assert leaf.message and leaf.hint, where
        for text in (leaf.message, leaf.hint):
            assert not text.endswith("."), where
            assert text[0] == text[0].lower() or text.split()[0].isupper(), where


def test_codes_are_unique():
    codes = [leaf.code for leaf in leaves()]
    assert sorted(set(codes)) == codes


def test_the_detail_follows_the_message():
    leaf = leaves()[0]
    assert str(leaf()) == leaf.message
    assert str(leaf("n 3")) == f"{leaf.message}: n 3"
