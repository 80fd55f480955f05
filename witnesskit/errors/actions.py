"""Refusals of what a user does, where no single room is at fault."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class AlreadyTrusted(WitnesskitError):
    """A field vault has accepted an invite already: one invite, one device."""

    code = "ALREADY-TRUSTED"
    status = ExitStatus.REFUSED
    message = "this vault already trusts a desk"
    hint = "nothing was changed; make a new vault for another invite"


class ReceiptForeign(WitnesskitError):
    """A receipt that is not about what was packed here."""

    code = "RECEIPT-FOREIGN"
    status = ExitStatus.CANNOT_TELL
    message = "this receipt is not about what was packed here"
    hint = "nothing was changed; ask the desk for the receipt of this device's bundle"


class NothingToForget(WitnesskitError):
    """No item may be erased."""

    code = "NOTHING-TO-FORGET"
    status = ExitStatus.REFUSED
    message = "nothing may be erased yet"
    hint = "everything is still here; bundle it, let the desk import it, and read its receipt first"


class TooFewCopies(WitnesskitError):
    """The receipt states fewer copies than the policy demands before erasing."""

    code = "TOO-FEW-COPIES"
    status = ExitStatus.REFUSED
    message = "the desk has too few copies for the policy"
    hint = "everything is still here; ask the desk to import again with --second-copy, and read the new receipt"


class NotForBundle(WitnesskitError):
    """Options of the other vault kind."""

    code = "BUNDLE-OPTIONS"
    status = ExitStatus.USAGE
    message = "these options do not fit this vault"
    hint = "a field vault packs for its desk and takes none; a desk needs --audience and --to"


class NoSuchItem(WitnesskitError):
    """Nothing to report or to pack."""

    code = "NO-ITEM"
    status = ExitStatus.REFUSED
    message = "there is no item for this"
    hint = "nothing was written; see `witnesskit status --items` for what is here"


class CustodianKeyNeeded(WitnesskitError):
    """Originals were asked for without the key that opens them."""

    code = "CUSTODIAN-KEY"
    status = ExitStatus.LOCKED
    message = "originals open only with the custodian sheet"
    hint = "nothing was written; give --custodian-sheet, or choose an audience that gets copies only"


class ChainRefused(WitnesskitError):
    """The chain of custody inside a bundle does not hold."""

    code = "CHAIN-REFUSED"
    status = ExitStatus.CHANGED
    message = "the chain of custody in this bundle does not hold"
    hint = "nothing of it was taken over; keep the file and ask the sender for a fresh copy"


class ForeignItem(WitnesskitError):
    """A device sends a capsule of an item, or under a number, that is not its own."""

    code = "ITEM-FOREIGN"
    status = ExitStatus.CHANGED
    message = "the bundle writes into what another device brought"
    hint = "nothing was stored; keep the file, and ask the team which of the two devices was copied or taken"


class DemoBesideField(WitnesskitError):
    """The demo must not run beside a field vault."""

    code = "DEMO-BESIDE-FIELD"
    status = ExitStatus.REFUSED
    message = "the demo does not run beside a field vault"
    hint = "nothing was done; run it on another computer, or in an account without a field vault"


class PortTaken(WitnesskitError):
    """The port that was asked for cannot be had."""

    code = "PORT-TAKEN"
    status = ExitStatus.USAGE
    message = "the fault server cannot have that port"
    hint = "nothing was served; name another with --port, or leave it out for any that is free"


class FoldersOverlap(WitnesskitError):
    """Copies would be written into the folder of the originals, or around it."""

    code = "FOLDERS-OVERLAP"
    status = ExitStatus.USAGE
    message = "the folder of the copies lies inside the folder of the originals, or around it"
    hint = "nothing was written; name a folder apart, so that no original is shared by mistake"


class AnswerUnknown(WitnesskitError):
    """A question or an answer that the exposure sheet does not have."""

    code = "ANSWER-UNKNOWN"
    status = ExitStatus.USAGE
    message = "the exposure sheet has no such question or answer"
    hint = "nothing was recorded; answer vantage, voice, reflection, interior, face and plate with yes, no or unsure"


class NothingToAnswerFor(WitnesskitError):
    """An item without a copy: there is nothing a person could have looked at."""

    code = "NO-COPY"
    status = ExitStatus.USAGE
    message = "the item has no copy that could be shared, so there is nothing to answer for"
    hint = "nothing was recorded; derive a copy first, look at it, then answer"


class NothingToDerive(WitnesskitError):
    """An item without a clean copy that the desk opens."""

    code = "NOTHING-TO-DERIVE"
    status = ExitStatus.CANNOT_TELL
    message = "the item has no clean copy here that a derivative could be made of"
    hint = "nothing was changed; open the original with the custodian's sheet and derive from the file"


class NotForThePublic(WitnesskitError):
    """Copies that are there and may not leave for the public; ``detail`` says which rule and why."""

    code = "NOT-FOR-THE-PUBLIC"
    status = ExitStatus.REFUSED
    message = "no copy of these items may be published as it is"
    hint = (
        "nothing was published; `witnesskit derive --item ID` makes a copy that is coded anew, then look at it and "
        "answer with `witnesskit inspect --item ID --answer ...`"
    )


class NothingToVerify(WitnesskitError):
    """The path is neither a vault, a bundle nor a bag."""

    code = "NOTHING-TO-VERIFY"
    status = ExitStatus.CANNOT_TELL
    message = "this is neither a vault, a bundle nor an opened bag"
    hint = "nothing was changed; name the vault's folder, the .age file, or the folder it was opened into"


class AnchorExists(WitnesskitError):
    """Evidence of that name lies there and is logged; it is never replaced."""

    code = "ANCHOR-EXISTS"
    status = ExitStatus.REFUSED
    message = "there is already evidence of this name about this checkpoint"
    hint = "nothing was changed; what lies there is logged and stays as it came"


class NoAuthority(WitnesskitError):
    """There is nobody to ask for the time."""

    code = "NO-AUTHORITY"
    status = ExitStatus.USAGE
    message = "no authority of time is named yet"
    hint = "nothing was sent; name at least two with `witnesskit trust authority NAME --url URL --root ROOT.pem`"


class AuthorityKnown(WitnesskitError):
    """A name that is taken, or a root certificate under a second name; ``detail`` says which."""

    code = "AUTHORITY-KNOWN"
    status = ExitStatus.REFUSED
    message = "this authority is named here already"
    hint = "nothing was changed; two names of one authority prove no more than one, remove the other first"


class BadAuthorityName(WitnesskitError):
    """A name for an authority that no file could have."""

    code = "AUTHORITY-NAME"
    status = ExitStatus.USAGE
    message = "an authority of time cannot have that name here"
    hint = "nothing was changed; choose up to 32 small letters, digits and hyphens, the first a letter or digit"


class BadAuthority(WitnesskitError):
    """Certificates that cannot stand for an authority; ``detail`` names the rule."""

    code = "AUTHORITY"
    status = ExitStatus.USAGE
    message = "these are not the certificates of an authority of time"
    hint = "nothing was changed; give one root certificate, signed by itself, and the others as intermediates"


class WrongTime(WitnesskitError):
    """An authority tells a time that neither this computer nor another authority tells."""

    code = "TIME-DIFFERS"
    status = ExitStatus.CANNOT_TELL
    message = "its time is neither that of this computer nor that of another authority"
    hint = "its answer was not stored; set this computer's clock, then run it again"


class NotTheProgram(WitnesskitError):
    """The verifier here does not answer as its own vectors say."""

    code = "VALIDATE"
    status = ExitStatus.BUG
    message = "do not trust this installation: it does not answer as its own vectors say"
    hint = "believe none of its answers; what is sealed is safe, install witnesskit again and run this again"


class BadTrustFolder(WitnesskitError):
    """A trust folder, or a certificate named beside it, is not as docs/spec/trust.md wants it."""

    code = "TRUST-FOLDER"
    status = ExitStatus.USAGE
    message = "what was given as trusted cannot be used"
    hint = "nothing was checked; compare the folder with docs/spec/trust.md, one root certificate for each authority"


class BadHashList(WitnesskitError):
    """A list of digests of which not one line can be read."""

    code = "HASH-LIST"
    status = ExitStatus.USAGE
    message = "no line of this file is one of a sha256sum list"
    hint = "nothing was checked; a line is 64 hex digits, two spaces and a name, as sha256sum writes it"


class NotTheSame(WitnesskitError):
    """Two items whose originals are not equal, by anything that the log commits."""

    code = "NOT-THE-SAME"
    status = ExitStatus.REFUSED
    message = "nothing shows that these two are the same"
    hint = "nothing was logged; only originals with equal digests, or with equal coded pictures and sound, are linked"


class NoSuchField(WitnesskitError):
    """A field that the log does not hold of this item; ``detail`` names those that it does."""

    code = "NO-FIELD"
    status = ExitStatus.USAGE
    message = "the log holds no such field of this item"
    hint = "nothing was written or logged; `witnesskit disclose ITEM --list` shows what there is"


class FieldWithheld(WitnesskitError):
    """A field that the policy of this audience does not let out; ``detail`` names the rule."""

    code = "FIELD-WITHHELD"
    status = ExitStatus.REFUSED
    message = "the policy of this audience does not let this field out"
    hint = "nothing was written or logged; `witnesskit disclose ITEM --list` shows what may leave"


class NothingToCompare(WitnesskitError):
    """A place without a log: nothing that could be compared with another copy of it."""

    code = "NO-LOG"
    status = ExitStatus.CANNOT_TELL
    message = "there is no custody log here"
    hint = "nothing was changed; name a log.jsonl, a custody folder, a vault, a bag or a bundle with its --key"


class KeyFileSealed(WitnesskitError):
    """A file of age identities that is an age file itself."""

    code = "KEY-FILE-SEALED"
    status = ExitStatus.LOCKED
    message = "this key file is itself sealed with a passphrase"
    hint = "nothing was read; open it in memory (`age -d -o /dev/shm/key FILE`), name that file, and remove it later"


class KeyFixed(WitnesskitError):
    """The sheet is this desk's, but its log commits another offline key than the sheet holds."""

    code = "KEY-FIXED"
    status = ExitStatus.REFUSED
    message = "this desk's log was begun with an offline key that the recovery sheet does not hold"
    hint = "nothing was changed; this log's key cannot be replaced: keep the vault, and begin a new one for new items"


class DayToCome(WitnesskitError):
    """A day of the past is needed."""

    code = "DAY-TO-COME"
    status = ExitStatus.USAGE
    message = "that day has not come yet"
    hint = "nothing was changed; give the first day on which the key may have been in other hands"


class ReceiptUnknown(WitnesskitError):
    """No receipt for that device under that number or bundle."""

    code = "RECEIPT-UNKNOWN"
    status = ExitStatus.USAGE
    message = "this desk logged no such receipt for that device"
    hint = "nothing was changed; give the bundle's id as its receipt names it, or leave the option out for the newest"


class StillOpen(WitnesskitError):
    """Another user's process, or one that the system does not end."""

    code = "STILL-OPEN"
    status = ExitStatus.STORAGE
    message = "a process that may not be ended still has this vault open"
    hint = "it is not locked; end that process as the user who started it, or switch the computer off"


class PanicAtDesk(WitnesskitError):
    """A desk's vault, which holds what others entrusted to it."""

    code = "PANIC-AT-DESK"
    status = ExitStatus.REFUSED
    message = "this is a desk's vault: it holds what many devices sent"
    hint = "nothing was touched; with --desk it is destroyed at once, and there is no way back"
