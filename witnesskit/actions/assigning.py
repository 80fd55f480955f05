"""From what the person asked and the policy collects to what the worker is told of one link."""

from __future__ import annotations

from dataclasses import dataclass, field

from witnesskit.capture.assignment import MEDIA, PAGE, Assignment, Resume
from witnesskit.capture.egress import DIRECT, check_url, demand_way, parse_egress
from witnesskit.capture.unlisted import is_unlisted
from witnesskit.errors.capture import CookiesOnField, ScreenshotOnField, UnlistedDirect
from witnesskit.model import VaultKind
from witnesskit.policy import decide
from witnesskit.policy.schema import Policy
from witnesskit.vault.layout import Vault


@dataclass(frozen=True)
class Asked:
    """How links are to be saved; what is telling in it has no text form."""

    allow_local: bool = False
    unlisted: bool = False  # links that are keys may be asked for over a direct connection
    cookies: str = field(default="", repr=False)
    screenshot: bool | None = None  # None: where the policy requires one
    place: str = field(default="", repr=False)  # town or district, as the person says


def check(vault: Vault, asked: Asked, url: str) -> None:
    """Refuse a link before anything is sent: raises BadUrl, UnlistedDirect, and what a field device does not do."""
    check_url(url, allow_local=asked.allow_local)
    demand_way(url, parse_egress(vault.config.egress))
    if vault.config.kind is VaultKind.FIELD and asked.cookies:
        raise CookiesOnField
    if vault.config.kind is VaultKind.FIELD and asked.screenshot:
        raise ScreenshotOnField
    if not asked.unlisted and parse_egress(vault.config.egress).kind == DIRECT and is_unlisted(url):
        raise UnlistedDirect


def assignment(policy: Policy, asked: Asked, url: str, resume: tuple[Resume, ...] = ()) -> Assignment:
    """What the worker is told; nothing is collected that the policy does not list."""
    parts = (PAGE, MEDIA, *decide.to_collect(policy))
    return Assignment(url, parts, unlisted=asked.unlisted, cookies=asked.cookies, resume=resume)
