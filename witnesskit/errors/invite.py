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


class DeviceUnknown(WitnesskitError):
    """No invite of this desk was given to anybody of that name, and no device signs under it."""

    code = "DEVICE-UNKNOWN"
    status = ExitStatus.USAGE
    message = "no device of that name is known to this desk"
    hint = "nothing was changed; give the name that `invite --name` was given, or the device's origin (wk1/...)"


class DeviceAmbiguous(WitnesskitError):
    """Several devices of one name; ``detail`` holds their origins."""

    code = "DEVICE-AMBIGUOUS"
    status = ExitStatus.USAGE
    message = "several devices have that name"
    hint = "nothing was changed; name the device by its origin"


class DeviceLost(WitnesskitError):
    """A bundle of a device that was marked as lost, made after the last receipt that counts."""

    code = "DEVICE-LOST"
    status = ExitStatus.REFUSED
    message = "this bundle comes from a device that was marked as lost or seized"
    hint = (
        "the whole file was set aside, still encrypted, in the vault's folder `quarantine`; nothing of it was taken "
        "in and no receipt was written"
    )
