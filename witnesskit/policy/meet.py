"""Two policies at once: the stricter wins, key by key; an invite may only tighten."""

from __future__ import annotations

from dataclasses import fields

from witnesskit.errors.policy import PolicyConflict, PolicyLoosens
from witnesskit.policy.schema import (
    CONSENTS,
    CREDENTIALS,
    DEVICE_TRACES,
    FURTHER_PAGES,
    HIDDEN_FOOTAGE,
    SECOND_IMAGES,
    TIMES,
    Policy,
    Rules,
)


def stricter(a: Policy, b: Policy) -> Policy:
    """What both allow and either demands; raises PolicyConflict for different audiences.

    The id names both, so that an event tells which files decided.
    """
    if a.rules.policy_audience is not b.rules.policy_audience:
        raise PolicyConflict(f"{a.rules.policy_audience} and {b.rules.policy_audience}")
    ids = sorted({part for policy in (a, b) for part in policy.id.split(" + ")})
    names = sorted({part for policy in (a, b) for part in policy.name.split("+")})
    return Policy("+".join(names), max(a.version, b.version), " + ".join(ids), _meet(a.rules, b.rules))


def loosened(present: Policy, offered: Policy) -> tuple[str, ...]:
    """The keys in which ``offered`` allows what ``present`` refuses; empty when it only tightens."""
    if present.rules.policy_audience is not offered.rules.policy_audience:
        return ("policy.audience",)
    both = _meet(present.rules, offered.rules)
    return tuple(
        field.name.replace("_", ".", 1)
        for field in fields(Rules)
        if getattr(both, field.name) != getattr(offered.rules, field.name)
    )


def tighten(present: Policy, offered: Policy) -> Policy:
    """``offered``, if it only tightens ``present``; raises PolicyLoosens naming every key that does not."""
    if keys := loosened(present, offered):
        raise PolicyLoosens(", ".join(keys))
    return offered if present.rules != offered.rules else present


def _meet(a: Rules, b: Rules) -> Rules:
    require = a.capture_require | b.capture_require
    return Rules(
        policy_audience=a.policy_audience,
        capture_require=require,
        capture_want=(a.capture_want | b.capture_want) - require,
        capture_collect=a.capture_collect & b.capture_collect,
        strip_on_unknown="refuse",
        strip_required=a.strip_required or b.strip_required,
        strip_credentials=_stricter(CREDENTIALS, a.strip_credentials, b.strip_credentials),
        strip_hidden_footage=_stricter(HIDDEN_FOOTAGE, a.strip_hidden_footage, b.strip_hidden_footage),
        strip_further_pages=_stricter(FURTHER_PAGES, a.strip_further_pages, b.strip_further_pages),
        strip_second_images=_stricter(SECOND_IMAGES, a.strip_second_images, b.strip_second_images),
        release_lossless=a.release_lossless and b.release_lossless,
        release_exposure_refuse=a.release_exposure_refuse | b.release_exposure_refuse,
        release_originals=a.release_originals and b.release_originals,
        release_original_digests=a.release_original_digests and b.release_original_digests,
        release_consent=_stricter(CONSENTS, a.release_consent, b.release_consent),
        release_marks=a.release_marks & b.release_marks,
        release_time=_stricter(TIMES, a.release_time, b.release_time),
        release_fields=a.release_fields & b.release_fields,
        copies_min=max(a.copies_min, b.copies_min),
        forget_needs="receipt",
        device_traces=_stricter(DEVICE_TRACES, a.device_traces, b.device_traces),
    )


def _stricter(words: tuple[str, ...], a: str, b: str) -> str:
    return min(a, b, key=words.index)
