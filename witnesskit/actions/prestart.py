"""Find the vault and start the capture worker, with as few imports as that needs.

The worker loads its libraries while the rest of the program loads its own: that is most of a short capture's time.
"""

from __future__ import annotations

import os
from pathlib import Path

from witnesskit.capture import worker
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.worker import Worker
from witnesskit.errors.capture import JsRuntimeOnField
from witnesskit.model import VaultKind
from witnesskit.vault import layout
from witnesskit.vault.layout import Vault


def find_vault(path: Path | None, kind: VaultKind | None = None) -> Vault:
    """The vault of ``--vault``, WITNESSKIT_VAULT, around the current folder; raises WrongVaultKind."""
    vault = layout.find(_here(), os.environ, path)
    if kind is not None:
        layout.demand(vault, kind)
    return vault


def _here() -> Path:
    """The current folder; the root where it was removed under our feet."""
    try:
        return Path.cwd()
    except OSError:
        return Path("/")


def prestart(vault: Vault, *, allow_local: bool, js_runtime: Path | None = None) -> Worker:
    """Start the worker while the person still types; it contacts nobody before it is given a link.

    Raises NoWorker, NoJsRuntime, JsRuntimeOnField.
    """
    if js_runtime and vault.config.kind is VaultKind.FIELD:
        raise JsRuntimeOnField
    runtime = str(js_runtime.absolute()) if js_runtime else ""
    return worker.prestart(parse_egress(vault.config.egress), allow_local=allow_local, js_runtime=runtime)
