"""Refusals of the rooms that read pictures and films."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class BadMedia(WitnesskitError):
    """A picture or film breaks the rules of its own format; ``detail`` names the rule."""

    code = "MEDIA-BAD"
    status = ExitStatus.REFUSED
    message = "the file breaks the rules of its own format"
    hint = "the original is unchanged; share another copy of it, or send it sealed to your desk"


class MediaCut(WitnesskitError):
    """A picture or film ends before its own end mark."""

    code = "MEDIA-CUT"
    status = ExitStatus.REFUSED
    message = "the file ends before the picture or film does"
    hint = "the original is unchanged; fetch it again, or send it sealed to your desk as it is"


class MediaTooLarge(WitnesskitError):
    """A picture or film is larger, or in more parts, than we accept (``limits``)."""

    code = "MEDIA-TOO-LARGE"
    status = ExitStatus.REFUSED
    message = "the file is larger or in more parts than is safe to take apart"
    hint = "the original is unchanged; send it sealed to your desk"


class UnsupportedMedia(WitnesskitError):
    """A valid kind of file that we do not know well enough to promise anything."""

    code = "MEDIA-UNSUPPORTED"
    status = ExitStatus.REFUSED
    message = "this kind of coding is not known well enough to make a safe copy"
    hint = "the original is unchanged; send it sealed to your desk"
