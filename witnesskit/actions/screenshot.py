"""The picture of the full page, taken at a desk beside a capture and sealed like everything else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Final

from witnesskit.actions.assigning import Asked
from witnesskit.actions.clock import now
from witnesskit.actions.finishing import Gathered
from witnesskit.actions.plain_json import plain
from witnesskit.actions.saving import Saving
from witnesskit.actions.session import Session
from witnesskit.capture import browser
from witnesskit.capture.browser import Shot
from witnesskit.capture.control import same_site
from witnesskit.capture.egress import parse_egress
from witnesskit.capture.page_signs import is_login_address
from witnesskit.capture.user_agent import USER_AGENT
from witnesskit.model import Json, Role, VaultKind

SCREENSHOT: Final = "screenshot"
Shoot = Callable[[Saving, Gathered], bool]  # whether it was broken off by Ctrl-C
_NOT_ASKED: Final = "missing: not asked for (--screenshot)"
_NO_BROWSER: Final = "missing: no browser is installed on this desk"
_BROKEN_OFF: Final = "missing: interrupted"
_ON_FIELD: Final = "refused: a field device runs no browser"


def shoot_for(session: Session, asked: Asked) -> Shoot:
    """What is done about the picture of each link: by a desk that was asked, or whose policy requires it."""
    if session.vault.config.kind is VaultKind.FIELD:
        return partial(_told, why=_ON_FIELD)
    wanted = asked.screenshot
    if wanted is None:
        wanted = SCREENSHOT in session.policy.rules.capture_require
    if not wanted:
        return partial(_told, why=_NOT_ASKED)
    return partial(_take, allow_local=asked.allow_local) if browser.find() else partial(_told, why=_NO_BROWSER)


def _told(_saving: Saving, gathered: Gathered, *, why: str) -> bool:
    gathered.completeness[SCREENSHOT] = why
    return False


def _take(saving: Saving, gathered: Gathered, *, allow_local: bool) -> bool:
    """Take it now, and say what it is: the whole page that was asked for, or what it shows in its place."""
    egress = parse_egress(saving.session.vault.config.egress)
    at = now()
    try:
        shot = browser.shoot(str(gathered.source["url"]), egress, USER_AGENT, allow_local=allow_local)
    except KeyboardInterrupt:  # the rest of the item is there, and is saved as it is
        gathered.completeness[SCREENSHOT] = _BROKEN_OFF
        return True
    facts: dict[str, Json] = {"taken_at": at, "viewport": "1280x800", "browser": shot.browser, "reason": shot.reason}
    facts |= {"http_status": shot.status, "final_url": shot.final_url, "width": shot.width, "height": shot.height}
    facts |= {name: shot.facts[name] for name in ("asked", "received", "own_sandbox") if name in shot.facts}
    if shot.png:
        writer = saving.capsule(Role.RECORD)
        stream = writer.stream(f"{SCREENSHOT}/1")
        stream.write(shot.png)
        stream.close()
        saving.close(writer)
        facts |= {"sha256": hashlib.sha256(shot.png).hexdigest(), "bytes": len(shot.png)}
    gathered.capture[SCREENSHOT] = plain({name: value for name, value in facts.items() if value != ""})
    gathered.completeness[SCREENSHOT] = _state(shot, gathered)
    return False


def _elsewhere(shot: Shot, gathered: Gathered) -> str:
    """Where the browser was led, if that is no longer the page: a place to log in, or another site."""
    asked = str(gathered.source["url"])
    if is_login_address(shot.final_url, asked):
        return "a page to log in came"
    page = gathered.capture.get("html", {}).get("final_url")
    if not any(same_site(shot.final_url, str(one)) for one in (asked, page) if one):
        return "another site came"
    return ""


def _state(shot: Shot, gathered: Gathered) -> str:
    """``ok`` only for the whole of the page that was asked for."""
    if not shot.png:
        return f"missing: {shot.reason}"
    if shot.reason:
        return f"missing: {shot.reason}; a picture of what had loaded is kept"
    if shot.status >= 400:
        return f"missing: the site answered {shot.status}; a picture of that is kept"
    if elsewhere := _elsewhere(shot, gathered):
        return f"missing: {elsewhere}; a picture of that is kept"
    html: Json = gathered.completeness.get("html", "")
    if str(html).startswith("missing: another page"):
        return f"{html}; a picture of it is kept"
    return "ok"
