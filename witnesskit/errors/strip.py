"""Refusals of the makers of shareable copies. None of them touches the original."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError

_SAFE = "the original is unchanged; send it sealed to your desk, or share it only with people you trust"


class UnknownFormat(WitnesskitError):
    """No rewriter knows this container, so nothing is promised about it."""

    code = "STRIP-UNKNOWN-FORMAT"
    status = ExitStatus.REFUSED
    message = "no safe copy can be made of this kind of file"
    hint = _SAFE


class CopyNotClean(WitnesskitError):
    """The second look at a finished copy found something, or did not understand it."""

    code = "STRIP-COPY-NOT-CLEAN"
    status = ExitStatus.REFUSED
    message = "the copy was made but is not clean, so it was deleted"
    hint = _SAFE


class Unstrippable(WitnesskitError):
    """A known container in a form from which not everything identifying can be taken; leaves name the form."""

    code = "STRIP-REFUSED"
    status = ExitStatus.REFUSED
    message = "the file holds parts that cannot be made safe"
    hint = _SAFE


class FragmentedFilm(Unstrippable):
    """A film in fragments (moof) that are no continuation of each other."""

    code = "STRIP-FRAGMENTED"
    message = "the film is stored in fragments that do not fit together"


class EncryptedFilm(Unstrippable):
    """A protected film: what is inside its samples cannot be seen."""

    code = "STRIP-ENCRYPTED"
    message = "the film is encrypted, so nothing can be said about what is inside"


class ExternalData(Unstrippable):
    """A film whose pictures or sound lie in another file, which may be named by a path."""

    code = "STRIP-EXTERNAL"
    message = "the film refers to data in other files"


class UnknownCoding(Unstrippable):
    """A track coded in a way whose hiding places are not known."""

    code = "STRIP-CODING"
    message = "a track is coded in a way that is not known well enough"


class CredentialsKept(Unstrippable):
    """Content credentials that the policy keeps: they name people and hold for the original only."""

    code = "STRIP-CREDENTIALS"
    message = "the file carries content credentials, and the policy keeps them with the original"


class HiddenFootage(Unstrippable):
    """Footage that an edit list hides, where the policy refuses to pass it on."""

    code = "STRIP-HIDDEN-FOOTAGE"
    message = "the film holds footage that players do not show, and the policy does not pass it on"


class FurtherPages(Unstrippable):
    """Pages behind the first, where the policy refuses to pass them on."""

    code = "STRIP-FURTHER-PAGES"
    message = "the file holds further pages, and the policy does not pass them on"


class SecondImages(Unstrippable):
    """Second pictures (gain map, depth, another shot), where the policy refuses a copy without them."""

    code = "STRIP-SECOND-IMAGES"
    message = "the file holds further pictures, and the policy makes no copy without them"


class TextInPictures(Unstrippable):
    """Free data inside coded pictures that cannot be blanked without changing the pictures' digest."""

    code = "STRIP-IN-BITSTREAM"
    message = "the coded pictures or sound carry free data that cannot be taken out"


class HiddenInPicture(Unstrippable):
    """Coded data that no decoder shows and that cannot be cut without coding the picture anew."""

    code = "STRIP-HIDDEN-DATA"
    message = "the coded picture holds data that is not shown and cannot be taken out"


class CameraRaw(Unstrippable):
    """A raw file of a camera: what renders it and what names the camera lie in the same maker notes."""

    code = "STRIP-CAMERA-RAW"
    message = "a camera raw cannot be made safe: its maker notes are needed to show it, and they name the camera"
    hint = "the original is unchanged; develop it to a TIFF or JPEG and make the copy of that, or send it sealed"


class SurplusInPicture(Unstrippable):
    """A strip or tile that decodes to more than is shown: cut rows, or anything."""

    code = "STRIP-SURPLUS"
    message = "the coded picture holds more than is shown, and it cannot be cut without coding it again"
