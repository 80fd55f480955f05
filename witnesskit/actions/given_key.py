"""A verifier key that a person gives: its text, or a file that holds it."""

from __future__ import annotations

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
        path = Path(text)
        if len(text) > _PATH_MAX or not path.is_file():
            raise
    return parse_verifier_key(given_text(path, KEY_FILE_MAX).partition("\n")[0], kinds).text
