"""Refusals of ``derive``: derivatives whose pictures and sound are coded anew. None of them touches the original."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError

_NOTHING = "nothing was written; the original is unchanged"


class BadRegion(WitnesskitError):
    """A crop or box that does not lie in the picture as it is shown."""

    code = "DERIVE-REGION"
    status = ExitStatus.USAGE
    message = "a region does not lie in the picture as it is shown"
    hint = f"{_NOTHING}; give X,Y,W,H in points of the whole picture after its rotation, before it is made smaller"


class BadSpan(WitnesskitError):
    """A span of time that is empty, or wholly behind the end of the film."""

    code = "DERIVE-SPAN"
    status = ExitStatus.USAGE
    message = "a span of time is empty or lies outside the film"
    hint = f"{_NOTHING}; give START-END as seconds or as minutes:seconds from the start of the film"


class ChoiceDoesNotFit(WitnesskitError):
    """A choice that this kind of file cannot follow, such as a trim of a picture."""

    code = "DERIVE-CHOICE"
    status = ExitStatus.USAGE
    message = "a choice does not fit this kind of file"
    hint = f"{_NOTHING}; a picture has no time, a sound has no regions, a muted sound is nothing"


class Undecodable(WitnesskitError):
    """Nothing in the file could be decoded, so there is nothing to code anew."""

    code = "DERIVE-UNDECODABLE"
    status = ExitStatus.REFUSED
    message = "no picture or sound in the file could be decoded"
    hint = f"{_NOTHING}; send it sealed to your desk"


class ChangingPicture(WitnesskitError):
    """The size of the picture changes inside the film, so that a region means no fixed place."""

    code = "DERIVE-CHANGING-PICTURE"
    status = ExitStatus.REFUSED
    message = "the size of the picture changes inside the film, so a region means no fixed place"
    hint = f"{_NOTHING}; make it without regions, or with --pixelate"


class DerivativeTooLarge(WitnesskitError):
    """The derivative outgrows what is held in memory; it never lies on a disk before it is clean."""

    code = "DERIVE-TOO-LARGE"
    status = ExitStatus.REFUSED
    message = "the derivative is larger than what is held in memory until it is known to be clean"
    hint = f"{_NOTHING}; make it of a part with --trim, or several parts one after the other"
