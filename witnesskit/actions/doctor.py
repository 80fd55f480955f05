"""``doctor``: is this installation, and this vault, what it promises to be? Nothing is sent anywhere."""

from __future__ import annotations

import base64
import ctypes
import hashlib
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Final

from witnesskit.actions.device_traces import Computer, traces
from witnesskit.actions.doctor_vault import vault_findings
from witnesskit.actions.examine import MODULE
from witnesskit.actions.finding import BAD, LOOK, OK, Finding
from witnesskit.actions.library_ranges import libraries
from witnesskit.actions.tool_identity import is_editable, own_lines
from witnesskit.errors import WitnesskitError
from witnesskit.errors.vault import NoVault
from witnesskit.jail import landlock, wrap
from witnesskit.jail.run import Given, run
from witnesskit.policy import load
from witnesskit.vault import layout

_REINSTALL: Final = "install witnesskit again in a fresh environment"


def doctor(vault_path: Path | None, passphrase: str = "") -> tuple[Finding, ...]:
    """Everything that was looked at, in order; raises NoVault only for a vault that was named and is not there."""
    return (
        *(jail_level(), jail_layers(), files_as_installed(), library_versions(), clock_runs(), policies_parse()),
        *traces(Computer(), None),
        *_of_vault(vault_path, passphrase),
    )


def _of_vault(vault_path: Path | None, passphrase: str) -> Iterator[Finding]:
    try:
        vault = layout.find(Path.cwd(), os.environ, vault_path)
    except NoVault:
        if vault_path is not None:
            raise
        yield Finding("vault", OK, "no vault was found here; only the installation was looked at")
    except WitnesskitError as error:
        yield Finding("vault", BAD, f"the vault cannot be opened: {error}", error.hint)
    else:
        yield from vault_findings(vault, passphrase)


def jail_level() -> Finding:
    """Open a harmless file as any hostile one is opened, and see what the child was allowed."""
    name = "jail"
    try:
        with Path(__file__).open("rb") as harmless:
            reply = run(MODULE, "inspect", {}, [Given(harmless.fileno())])
    except WitnesskitError as error:
        step = "save as always, look at files on another computer, and install witnesskit again here"
        return Finding(name, BAD, f"files cannot be looked at in a limited process: {error}", step)
    if reply.level == "full":
        return Finding(name, OK, f"hostile files are opened in a jail: full ({', '.join(reply.layers)})")
    return Finding(
        name, LOOK, f"hostile files are opened with limits only ({', '.join(reply.layers)})",
        "install bubblewrap, or look at hostile files at the desk only",
    )  # fmt: skip


def jail_layers() -> Finding:
    """Landlock and bubblewrap, each for itself."""
    try:
        version = landlock.abi(ctypes.CDLL(None))
    except (OSError, AttributeError):
        version = 0
    bubblewrap = bool(wrap.prefix())
    first = f"Landlock version {version}" if version else "Landlock is not here"
    told = f"{first}, bubblewrap {'works' if bubblewrap else 'does not work or is not here'}"
    if version or bubblewrap:
        return Finding("jail layers", OK, told)
    return Finding("jail layers", LOOK, told, "install bubblewrap: the jail has one layer less without both")


def files_as_installed() -> Finding:
    """Every file of ours against the digest that its installer recorded."""
    name = "files"
    try:
        found = metadata.distribution("witnesskit")
        if is_editable(found):
            return Finding(
                name, LOOK, "this is a folder that somebody works in, not an installed release", _REINSTALL
            )
        lines = own_lines(found)
        changed = [line for line in lines if not _as_recorded(found, line)]
    except (metadata.PackageNotFoundError, OSError, ValueError):
        return Finding(name, LOOK, "nothing is recorded of what was installed", _REINSTALL)
    if changed or not lines:
        return Finding(name, BAD, f"{len(changed)} of {len(lines)} files are not as they were installed", _REINSTALL)
    return Finding(name, OK, f"{len(lines)} files are as they were installed")


def _as_recorded(found: metadata.Distribution, line: str) -> bool:
    path, digest, _size = line.rsplit(",", 2)
    try:
        data = Path(str(found.locate_file(path))).read_bytes()
    except OSError:
        return False
    wanted = digest.removeprefix("sha256=")
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode() == wanted


def library_versions() -> Finding:
    """The libraries, inside the ranges that this version was made for."""
    try:
        found = libraries()
    except metadata.PackageNotFoundError:
        return Finding("libraries", LOOK, "nothing is recorded of what this version needs", _REINSTALL)
    odd = [f"{one.name} {one.found or 'is missing'} (made for {one.wanted})" for one in found if not one.fits]
    if odd:
        return Finding("libraries", BAD, f"outside the supported range: {'; '.join(odd)}", _REINSTALL)
    return Finding("libraries", OK, f"{len(found)} libraries are inside their supported ranges")


def clock_runs() -> Finding:
    """A clock that is behind the day this program was installed is wrong; ahead, nothing here can tell."""
    installed = max(path.stat().st_mtime for path in Path(__file__).parent.glob("*.py"))
    if time.time() + 86_400 < installed:
        day = datetime.fromtimestamp(installed, UTC).strftime("%Y-%m-%d")
        return Finding("clock", BAD, f"the clock is behind {day}, when this program was installed", "set the clock")
    today = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    return Finding(
        "clock", OK, f"it is {today} UTC by this computer, later than what it knows; compare it with yours"
    )


def policies_parse() -> Finding:
    """Every policy that is shipped can be followed."""
    try:
        names = load.shipped_names()
        for name in names:
            load.shipped(name)
    except (WitnesskitError, OSError) as error:
        return Finding("shipped policies", BAD, f"a policy cannot be followed: {error}", _REINSTALL)
    return Finding("shipped policies", OK, f"{len(names)} policies can be followed")
