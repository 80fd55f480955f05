"""Refusals of the parcel between teams: packing, opening, checking, receipts."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class NotABundle(WitnesskitError):
    """The file is not age v1, or what it seals is not a bundle."""

    code = "NOT-A-BUNDLE"
    status = ExitStatus.CANNOT_TELL
    message = "this file is not a bundle"
    hint = "nothing was stored; choose the file with the random name that ends in .age"


class BundleCut(WitnesskitError):
    """The file ends too early; ``detail`` says how many members are whole."""

    code = "BUNDLE-CUT"
    status = ExitStatus.CHANGED
    message = "the bundle was cut off"
    hint = "what verified was kept; copy the bundle again and import it again, only the rest is taken"


class BundleDamaged(WitnesskitError):
    """Some bytes are not those that were sealed; ``detail`` says how many members are whole."""

    code = "BUNDLE-DAMAGED"
    status = ExitStatus.CHANGED
    message = "part of the bundle is damaged"
    hint = "what verified was kept; copy the bundle again and import it again, only the rest is taken"


class BadManifest(WitnesskitError):
    """A tag file breaks its rules or does not agree with the others; ``detail`` names file and rule."""

    code = "MANIFEST"
    status = ExitStatus.CHANGED
    message = "the bundle's own lists do not agree with the specification or with each other"
    hint = "nothing was stored; ask the sender to make the bundle again and keep this one"


class InnerOrder(WitnesskitError):
    """A member is missing, doubled, extra or in another place than the signed list says."""

    code = "INNER-ORDER"
    status = ExitStatus.CHANGED
    message = "the files inside are not the ones in the signed list, in its order"
    hint = "nothing was stored; ask the sender to make the bundle again and keep this one"


class MemberSize(WitnesskitError):
    """A member's size is not the one in the signed list."""

    code = "SIZE"
    status = ExitStatus.CHANGED
    message = "a file inside has another size than the signed list says"
    hint = "nothing was stored; ask the sender to make the bundle again and keep this one"


class MemberHash(WitnesskitError):
    """A member's bytes are not those the signed list names."""

    code = "HASH"
    status = ExitStatus.CHANGED
    message = "a file inside is not the one the signed list names"
    hint = "it was not stored, the others were; show this bundle to the sender and keep it"


class BundleTooBig(WitnesskitError):
    """A size is declared that no bundle needs; told before anything is read into memory."""

    code = "TOO-BIG"
    status = ExitStatus.CANNOT_TELL
    message = "the bundle declares more than is safe to read"
    hint = "nothing was stored; ask the sender for smaller bundles"


class BadSignature(WitnesskitError):
    """``bundle.sig`` is not the named sender's signature over this ``bundle.json``."""

    code = "SIGNATURE"
    status = ExitStatus.CHANGED
    message = "the signature is not the sender's over this bundle"
    hint = "nothing was stored; keep the file and ask the sender by another channel"


class SenderUnknown(WitnesskitError):
    """The signature is good, but nobody here vouches for the key."""

    code = "SENDER-UNKNOWN"
    status = ExitStatus.CANNOT_TELL
    message = "the bundle is signed by a device that nobody here has enrolled"
    hint = "it was set aside and not mixed with other items; compare the fingerprint with the sender, then trust it"


class Forwarded(WitnesskitError):
    """It was sealed to us, but the signed list of recipients does not name our key."""

    code = "FORWARDED"
    status = ExitStatus.CANNOT_TELL
    message = "the sender did not address this bundle to us; somebody passed it on"
    hint = "nothing was stored; ask the sender for a bundle of your own"


class StrangeRecipients(WitnesskitError):
    """The header holds another number of recipients than the signed list."""

    code = "RECIPIENTS"
    status = ExitStatus.CANNOT_TELL
    message = "more or fewer keys can open this file than the sender signed for"
    hint = "nothing was stored; somebody may have added a reader, ask the sender by another channel"


class RolledBackSender(WitnesskitError):
    """The sender's counter or its link to the bundle before goes back."""

    code = "ROLLBACK"
    status = ExitStatus.CHANGED
    message = "the bundle's number does not follow from what this sender sent before"
    hint = "it was set aside; the device may have been copied or restored, ask the team"


class QuotaReached(WitnesskitError):
    """One device sends more than a desk gives it room for."""

    code = "QUOTA"
    status = ExitStatus.REFUSED
    message = "this device would have more here than one device may"
    hint = "nothing was stored; look at what it sent, and allow more with --quota where it is right"


class BundleIdReused(WitnesskitError):
    """A bundle of this id was imported before, with another content."""

    code = "ID-REUSED"
    status = ExitStatus.CHANGED
    message = "another bundle was imported under this number before"
    hint = "it was set aside; keep both files and ask the team"


class SourceHash(WitnesskitError):
    """A file to be packed is not the one the custody log names."""

    code = "SOURCE-HASH"
    status = ExitStatus.CHANGED
    message = "a file in the vault differs from what was sealed, so no bundle was made"
    hint = "the unfinished bundle was removed; run witnesskit verify on this vault"


class NothingToPack(WitnesskitError):
    """A bag without payload is no bag."""

    code = "NOTHING-TO-PACK"
    status = ExitStatus.USAGE
    message = "there is nothing to put into a bundle"
    hint = "nothing was written; witnesskit status tells what was delivered already"


class MixedVolumes(WitnesskitError):
    """Files of several bundles, where the volumes of one are needed."""

    code = "VOLUMES-MIXED"
    status = ExitStatus.USAGE
    message = "these files are not the volumes of one bundle"
    hint = "nothing was changed; name the files of one bundle, or each bundle by itself"


class VolumesLacking(WitnesskitError):
    """A word about a whole bundle needs all of it; ``detail`` names the volumes that were not given."""

    code = "VOLUMES-LACKING"
    status = ExitStatus.CANNOT_TELL
    message = "not all volumes of this bundle were given"
    hint = "nothing was changed; name the other files too, or the folder in which all of them lie"


class NothingToImport(WitnesskitError):
    """Files are taken as they are named; of a folder only what has a name of ours."""

    code = "NOTHING-TO-IMPORT"
    status = ExitStatus.USAGE
    message = "no bundle lies in these folders"
    hint = "nothing was changed; a bundle's name ends with .age; --watch waits for what comes later"


class VolumeTooLarge(WitnesskitError):
    """The content does not go into one file of less than 4 GiB."""

    code = "VOLUME-TOO-LARGE"
    status = ExitStatus.USAGE
    message = "this is more than one bundle file can hold"
    hint = "nothing was written; name larger volumes with --volume-size, or put fewer items into each bundle"


class ReadBackDiffers(WitnesskitError):
    """What the medium gives back is not what was written to it."""

    code = "READ-BACK"
    status = ExitStatus.STORAGE
    message = "the disk or stick does not give back what was written to it"
    hint = "the bundle was removed and nothing counts as delivered; use another stick"


class BagEntry(WitnesskitError):
    """An opened bag folder holds a link, a device, a folder or a file that does not belong there."""

    code = "BAG-ENTRY"
    status = ExitStatus.CHANGED
    message = "the folder holds something that is not part of an opened bundle, or lacks something"
    hint = "nothing was changed; open the bundle again in an empty folder"


class BadReceipt(WitnesskitError):
    """A receipt is not in the form of docs/spec/receipt.md."""

    code = "RECEIPT-FORM"
    status = ExitStatus.CANNOT_TELL
    message = "this is not a receipt in a form we know"
    hint = "nothing was changed; ask the desk for the receipt file again"


class ReceiptSignature(WitnesskitError):
    """A receipt is not signed by the key that was promised with the invite."""

    code = "RECEIPT-SIGNATURE"
    status = ExitStatus.CHANGED
    message = "the receipt is not signed by the desk of this vault's invite"
    hint = "nothing was changed and nothing may be deleted; ask the desk by another channel"
