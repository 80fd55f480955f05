"""Refusals of capsules; those of the tar file inside (INNER-...) are shared and lie in errors/container.py."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError
from witnesskit.errors.container import (
    InnerFailure,
    InnerHeader,
    InnerName,
    InnerShort,
    InnerSlack,
    InnerTrailing,
    InnerType,
)

__all__ = [
    "BadCapsule",
    "CapsuleMemberMissing",
    "CapsuleTooBig",
    "InnerFailure",
    "InnerHeader",
    "InnerName",
    "InnerShort",
    "InnerSlack",
    "InnerTrailing",
    "InnerType",
]


class BadCapsule(WitnesskitError):
    """It opens, but is not a capsule as docs/spec/capsule.md says."""

    code = "CAPSULE-FORM"
    status = ExitStatus.CANNOT_TELL
    message = "a sealed file is not a capsule in the form the specification demands"
    hint = "nothing was changed; age and tar still open it by hand (docs/spec/capsule.md)"


class CapsuleMemberMissing(WitnesskitError):
    """A capsule holds no member or stream of that name."""

    code = "CAPSULE-MEMBER"
    status = ExitStatus.CANNOT_TELL
    message = "a capsule does not hold what was looked for"
    hint = "nothing was changed; look in the item's other capsules"


class CapsuleTooBig(WitnesskitError):
    """More members than we index, or a document larger than we read into memory."""

    code = "CAPSULE-TOO-BIG"
    status = ExitStatus.CANNOT_TELL
    message = "a part of a capsule is larger than we read at once"
    hint = "nothing was changed; age and tar open it by hand (docs/spec/capsule.md)"
