"""The server's own pages: ``/`` with all cases as links, ``/cases.json``, ``/log.json`` and ``/reset`` (POST)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape

from .cases import CASES, url
from .handler import Handler
from .kept import told


def listed(bases: Mapping[str, str]) -> list[dict[str, object]]:
    """Every case as ``/cases.json`` gives it; ``files``: size and SHA-256 of what must be kept, where it is fixed."""
    return [
        {
            "name": case.name, "url": url(case, bases), "what": case.what, "outcome": case.outcome, "kept": case.kept,
            "via": case.via, "files": told(case.kept),
        }
        for case in CASES
    ]  # fmt: skip


def route(handler: Handler, path: str) -> bool:
    """Answer for the server's own pages; the front page is what a control of a living site gets."""
    site = handler.site
    if path == "/" and "front-down" not in site.flags:
        handler.html(_front(site.bases), "The front page of a living site")
    elif path == "/cases.json":
        _json(handler, {"cases": listed(site.bases), "bases": site.bases})
    elif path == "/log.json":
        _json(handler, site.log())
    elif path == "/reset" and handler.command == "POST":
        site.reset()
        handler.head(204, None, {})
    else:
        return False
    return True


def _front(bases: Mapping[str, str]) -> str:
    rows = "".join(
        f'<tr><td><a href="{escape(url(case, bases))}">{escape(case.name)}</a></td><td>{escape(case.what)}</td>'
        f"<td>{case.outcome}</td><td>{escape(case.kept)}</td></tr>"
        for case in CASES
    )
    return f"<h1>What can happen to a link</h1><table>{rows}</table>"


def _json(handler: Handler, value: object) -> None:
    handler.send(200, json.dumps(value, indent=1).encode(), "application/json")
