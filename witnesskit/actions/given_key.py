"""A verifier key that a person gives: its text, or a file that holds it."""

from __future__ import annotations

import os
from collections.abc import Container
from pathlib import Path

from witnesskit.actions.given_file import given_text
from witnesskit.errors.formats import BadKey
from witnesskit.keys import ED25519, parse_verifier_key
from witnesskit.limits import KEY_FILE_MAX

_PATH_MAX = 4096  # characters


def key_text(text: str, kinds: Container[bytes] = (ED25519,)) -> str:
    """A verifier key of one of ``kinds``, or the first line of the file of that name.

    Raises BadKey, FileUnreadable.
    """
    try:
        return parse_verifier_key(text, kinds).text
    except BadKey:
        if len(text) > _PATH_MAX or not os.path.isfile(text):  # noqa: PTH113 - a key that was cut is no name of a file
            raise
    return parse_verifier_key(given_text(Path(text), KEY_FILE_MAX).partition("\n")[0], kinds).text
