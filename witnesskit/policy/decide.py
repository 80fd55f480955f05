"""Decisions: what a policy says to one question, with the key that decided.

Each function enforces the keys its docstring names; together they enforce every key of schema.KEYS.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from witnesskit.errors.policy import PolicyConflict, RefusedByPolicy
from witnesskit.media_model import EXPOSURES, Finding, StripChoices
from witnesskit.model import Audience, Role
from witnesskit.policy.schema import COLLECTED, ORIGINAL_DIGESTS, PARTS, REFUSE, TIME_FIELDS, Policy

WITHHELD = "withheld"


@dataclass(frozen=True)
class Decision:
    """Yes or no; ``rule`` is the key that decided, ``policy`` the id of the policy it stands in."""

    allowed: bool
    rule: str
    policy: str
    sentence: str


@dataclass(frozen=True)
class Completeness:
    """Which demanded and wished parts of a capture are not there."""

    complete: bool  # nothing of capture.require is missing
    missing: tuple[str, ...]  # of capture.require
    wanted: tuple[str, ...]  # of capture.want, not there
    rule: str
    policy: str


@dataclass(frozen=True)
class Shown:
    """What a report may show, and the names of what it must name as withheld."""

    values: Mapping[str, str]
    withheld: tuple[str, ...]
    policy: str


def require(decision: Decision) -> None:
    """Raise RefusedByPolicy naming the rule, unless the decision allows."""
    if not decision.allowed:
        raise RefusedByPolicy(decision.rule)


def check_audience(policy: Policy, audience: Audience) -> None:
    """Enforces policy.audience: raises PolicyConflict when the policy was written for another."""
    if policy.rules.policy_audience is not audience:
        raise PolicyConflict(f"policy.audience is {policy.rules.policy_audience}")


def completeness(policy: Policy, held: Collection[str], possible: Collection[str] = PARTS) -> Completeness:
    """Enforces capture.require and capture.want.

    ``held`` are the parts (schema.PARTS) a capture has, ``possible`` those it could have: a file brought by
    hand has no page.
    """
    missing = tuple(part for part in PARTS if part in policy.rules.capture_require and part not in held)
    missing = tuple(part for part in missing if part in possible)
    wanted = tuple(part for part in PARTS if part in policy.rules.capture_want and part not in held)
    rule = "capture.require" if missing else "capture.want"
    return Completeness(not missing, missing, tuple(p for p in wanted if p in possible), rule, policy.id)


def to_collect(policy: Policy) -> tuple[str, ...]:
    """Enforces capture.collect: what is taken along with the media, in the order of schema.COLLECTED."""
    return tuple(word for word in COLLECTED if word in policy.rules.capture_collect)


def media_may_leave(policy: Policy, role: Role | str, finding: Finding) -> Decision:
    """Enforces release.originals, strip.on_unknown and strip.required.

    ``role`` is Role.ORIGINAL, or "copy" for a stripped copy; ``finding`` is the answer of the inspection of
    the very bytes that would leave.
    """
    rules = policy.rules
    if role == Role.ORIGINAL:
        sentence = "originals may leave" if rules.release_originals else "originals do not leave"
        return Decision(rules.release_originals, "release.originals", policy.id, sentence)
    if role != "copy":
        return Decision(False, "release.originals", policy.id, f"{Role(role)} is not media")
    if finding is Finding.UNKNOWN:
        return Decision(False, "strip.on_unknown", policy.id, "no parser understood it, so it does not leave")
    if finding is Finding.FOUND and rules.strip_required:
        return Decision(False, "strip.required", policy.id, "identifying metadata was found in it")
    return Decision(True, "strip.required", policy.id, f"inspected: {finding}")


def strip_choices(policy: Policy) -> StripChoices:
    """Enforces strip.credentials, strip.hidden_footage, strip.further_pages and strip.second_images."""
    rules = policy.rules
    return StripChoices(
        credentials=rules.strip_credentials,
        hidden_footage=rules.strip_hidden_footage,
        further_pages=rules.strip_further_pages,
        second_images=rules.strip_second_images,
    )


def lossless_may_leave(policy: Policy, *, lossless: bool) -> Decision:
    """Enforces release.lossless: a copy whose coded pictures are the original's can be matched with it."""
    allowed = policy.rules.release_lossless or not lossless
    sentence = "coded anew" if not lossless else "coded as the original, which whoever holds that can match"
    return Decision(allowed, "release.lossless", policy.id, sentence)


def exposure_may_leave(policy: Policy, answers: Mapping[str, str]) -> Decision:
    """Enforces release.exposure_refuse; ``answers`` is exposure -> yes, no or unsure."""
    states = {name: answers.get(name, "unanswered") for name in EXPOSURES}
    refused = [f"{name} {state}" for name, state in states.items() if state in policy.rules.release_exposure_refuse]
    sentence = f"exposure: {', '.join(refused)}" if refused else "a person has answered for what the picture shows"
    return Decision(not refused, "release.exposure_refuse", policy.id, sentence)


def mark_may_leave(policy: Policy, level: str, *, secret: bool) -> Decision:
    """Enforces release.marks; ``level``: the mark of an item, or empty; ``secret``: the person said so for this time.

    What is marked secret leaves only where the policy lists it and the person asked for it.
    """
    listed = (level or "unmarked") in policy.rules.release_marks
    allowed = listed and (level != "secret" or secret)
    sentence = f"marked {level or 'not at all'}"
    if listed and not allowed:
        sentence += ", which leaves only with --secret"
    return Decision(allowed, "release.marks", policy.id, sentence)


def consent_may_leave(policy: Policy, state: str, lacking: Collection[str]) -> Decision:
    """Enforces release.consent; ``state``: given, withdrawn, unclear or unknown; ``lacking``: what it does not cover.

    A withdrawn consent refuses under every policy, and so does one of which nobody can tell whether it is.
    """
    refused = state in ("withdrawn", "unclear")
    if policy.rules.release_consent == "required":
        refused = refused or state != "given" or bool(lacking)
    sentence = f"consent {state}" + (f", and not for {', '.join(sorted(lacking))}" if lacking else "")
    return Decision(not refused, "release.consent", policy.id, sentence)


def show(policy: Policy, values: Mapping[str, str]) -> Shown:
    """Enforces release.fields, release.original_digests and release.time on one item's values.

    Keys of ``values`` are schema.FIELDS and ORIGINAL_DIGESTS; any other key is withheld. Times are RFC 3339.
    """
    shown = {}
    withheld = []
    for name, value in values.items():
        shown_value = value_of(policy, name, value)
        if shown_value == WITHHELD:
            withheld.append(name)
        else:
            shown[name] = shown_value
    return Shown(shown, tuple(withheld), policy.id)


def value_of(policy: Policy, name: str, value: str) -> str:
    """One value as the policy lets it be shown, or ``withheld``."""
    rules = policy.rules
    if name in ORIGINAL_DIGESTS:
        return value if rules.release_original_digests else WITHHELD
    if name not in rules.release_fields:
        return WITHHELD
    return time_of(policy, value) if name in TIME_FIELDS else value


def time_of(policy: Policy, time: str) -> str:
    """Enforces release.time: an RFC 3339 time exactly, its day, or ``withheld``."""
    if policy.rules.release_time == "exact":
        return time
    return time[:10] if policy.rules.release_time == "day" else WITHHELD


def device_may_keep(policy: Policy, kept: Collection[str]) -> Decision:
    """Enforces device.traces; ``kept`` names what a computer keeps of memory and folders without being asked."""
    allowed = not kept or policy.rules.device_traces != REFUSE
    sentence = (
        f"this computer keeps traces by: {', '.join(kept)}" if kept else "this computer keeps no trace that is known"
    )
    return Decision(allowed, "device.traces", policy.id, sentence)


def may_forget(policy: Policy, *, receipted: bool, copies: int) -> Decision:
    """Enforces forget.needs and copies.min: may a field device erase what it delivered?

    ``receipted``: a receipt signed under the invite's key says all of it arrived; ``copies`` is the number
    of copies that receipt states.
    """
    rules = policy.rules
    if rules.forget_needs == "receipt" and not receipted:
        return Decision(False, "forget.needs", policy.id, "the desk has not signed for it")
    enough = copies >= rules.copies_min
    sentence = f"{copies} of at least {rules.copies_min} copies are known"
    return Decision(enough, "copies.min", policy.id, sentence)
