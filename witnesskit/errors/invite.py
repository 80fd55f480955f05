"""Refusals of invites: the file, its digits, its day, and its one-time code."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class BadInvite(WitnesskitError):
    """The file breaks a rule of docs/spec/invite.md; ``detail`` names the field."""

    code = "INVITE"
    status = ExitStatus.CANNOT_TELL
    message = "this is not an invite in the form the specification demands"
    hint = "nothing was changed; ask the desk for a new invite"


class InviteExpired(WitnesskitError):
    """The last day of the invite is over."""

    code = "INVITE-EXPIRED"
    status = ExitStatus.REFUSED
    message = "this invite is no longer valid"
    hint = "nothing was changed; check this computer's date, or ask the desk for a new invite"


class DigitsDiffer(WitnesskitError):
    """The typed digits are not those of this file: a slip, or another file than the desk's."""

    code = "INVITE-DIGITS"
    status = ExitStatus.CANNOT_TELL
    message = "the digits are not those of this invite, so the file may not come from the desk"
    hint = "nothing was changed; have all six groups read again, and ask for a new invite if they still differ"


class DigitsIncomplete(WitnesskitError):
    """Not thirty digits."""

    code = "INVITE-DIGITS-COUNT"
    status = ExitStatus.USAGE
    message = "six groups of five digits are needed"
    hint = "nothing was changed; have all six groups read to you, by voice and not by the way the file came"


class EnrolmentUnknown(WitnesskitError):
    """No invite of this desk carries that enrolment code."""

    code = "ENROL-UNKNOWN"
    status = ExitStatus.CANNOT_TELL
    message = "the sender uses an enrolment code that this desk never gave out"
    hint = "nothing was taken over; ask the person, by voice, which invite they accepted"


class EnrolmentUsed(WitnesskitError):
    """Another sender has used the one-time code before."""

    code = "ENROL-USED"
    status = ExitStatus.CANNOT_TELL
    message = "the sender's enrolment code was used before by another device"
    hint = "nothing was taken over; one of the two is not the invited device: ask the person, by voice"
