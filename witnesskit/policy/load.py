"""Policies from files: those shipped with witnesskit by name, others by path."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

from witnesskit.digest import sha256_hex
from witnesskit.errors.policy import BadPolicy, NoSuchPolicy
from witnesskit.limits import POLICY_MAX
from witnesskit.policy.schema import Fault, Policy, faults, rules_of

DEFAULT: Final = "protect-filmer"

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_FOLDERS: Final = (_PACKAGE / "_policies", _PACKAGE.parent / "policies")  # installed; editable


def parse(untrusted_data: bytes) -> Policy:
    """The policy in ``untrusted_data`` (TOML); raises BadPolicy naming the first fault."""
    document, found = _document(untrusted_data)
    if found:
        raise BadPolicy(f"{found[0].key} {found[0].sentence}")
    name, version = document["policy"]["name"], document["policy"]["version"]
    return Policy(name, version, f"{name}@{version}#{sha256_hex(untrusted_data)}", rules_of(document))


def lint(untrusted_data: bytes) -> tuple[Fault, ...]:
    """Everything wrong with a policy file; empty when it can be followed."""
    return _document(untrusted_data)[1]


def shipped_names() -> tuple[str, ...]:
    """Names of the policies that come with witnesskit."""
    return tuple(sorted(path.stem for path in _folder().glob("*.toml")))


def shipped_bytes(name: str) -> bytes:
    """The file of a shipped policy; raises NoSuchPolicy."""
    if name not in shipped_names():
        raise NoSuchPolicy
    return (_folder() / f"{name}.toml").read_bytes()


def shipped(name: str = DEFAULT) -> Policy:
    """A policy that comes with witnesskit; raises NoSuchPolicy."""
    return parse(shipped_bytes(name))


def load(path: Path) -> Policy:
    """The policy in a file; raises BadPolicy."""
    return parse(read(path))


def read(path: Path) -> bytes:
    """The bytes of a policy file, no more than a policy can have; raises BadPolicy."""
    try:
        with path.open("rb") as stream:
            return stream.read(POLICY_MAX + 1)
    except OSError:
        raise BadPolicy("the file cannot be read") from None


def find(name_or_path: str) -> Policy:
    """A shipped policy by name, else the file of that path; raises NoSuchPolicy or BadPolicy."""
    if name_or_path in shipped_names():
        return shipped(name_or_path)
    if not name_or_path.endswith(".toml"):
        raise NoSuchPolicy
    return load(Path(name_or_path))


def _folder() -> Path:
    for folder in _FOLDERS:
        if (folder / f"{DEFAULT}.toml").is_file():
            return folder
    raise NoSuchPolicy("the shipped policies are not installed")


def _document(untrusted_data: bytes) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    if len(untrusted_data) > POLICY_MAX:
        return {}, (Fault("file", f"is larger than {POLICY_MAX} bytes"),)
    try:
        document = tomllib.loads(untrusted_data.decode("utf-8"))
    except UnicodeDecodeError:
        return {}, (Fault("file", "is not UTF-8"),)
    except (ValueError, RecursionError):  # TOMLDecodeError is a ValueError; dates out of range are too
        return {}, (Fault("file", "is not TOML"),)
    return document, faults(document)
