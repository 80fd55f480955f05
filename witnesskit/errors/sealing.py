"""Refusals of the sealing room: what a sealed file can be instead of whole, ours and readable."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class NotAge(WitnesskitError):
    """The first line is not that of an age file."""

    code = "NOT-SEALED"
    status = ExitStatus.CANNOT_TELL
    message = "this is not a sealed file"
    hint = "nothing was changed; compare its name and size with the sender's list"


class Armoured(WitnesskitError):
    """An age file as text, where its bytes are needed."""

    code = "ARMOURED"
    status = ExitStatus.CANNOT_TELL
    message = "this sealed file came as text (armour), and its bytes are needed"
    hint = "nothing was changed; `grep -v -e ----- FILE | base64 -di > FILE.age` gives them, then name FILE.age"


class ArmourMalformed(WitnesskitError):
    """Text around an age file breaks a rule of strict PEM."""

    code = "ARMOUR"
    status = ExitStatus.CANNOT_TELL
    message = "the text around a sealed file is not in the form the specification demands"
    hint = "nothing was changed; what carried it has altered it: ask for it once more, as an attached file"


class NewerAge(WitnesskitError):
    """An age file of a later version than v1."""

    code = "NEWER-AGE"
    status = ExitStatus.NEWER_FORMAT
    message = "this file was sealed with a newer version of age"
    hint = "nothing was changed; install a newer witnesskit and run the command again"


class WrongKey(WitnesskitError):
    """No identity opens any stanza of the header."""

    code = "NOT-FOR-US"
    status = ExitStatus.CANNOT_TELL
    message = "this file is sealed to other keys than the ones here"
    hint = "nothing was changed; give the key it was sealed to with --key, or ask the sender for whom it was sealed"


class MixedRecipients(WitnesskitError):
    """Classical and post-quantum recipients in one list (C2SP age.md: SHOULD NOT be mixed)."""

    code = "MIXED-RECIPIENTS"
    status = ExitStatus.REFUSED
    message = (
        "classical and post-quantum keys were put beside each other, and the weaker one would be worth attacking"
    )
    hint = "nothing was written; use recipients that all begin with age1pq1, or none"


class WrongPassphrase(WitnesskitError):
    """The passphrase does not open the file."""

    code = "WRONG-PASSPHRASE"
    status = ExitStatus.LOCKED
    message = "the passphrase does not open this"
    hint = "nothing was changed; type it again, each character counts"


class PassphraseMemory(WitnesskitError):
    """The system gave too little memory for scrypt (1 GiB for the files we write)."""

    code = "PASSPHRASE-MEMORY"
    status = ExitStatus.LOCKED
    message = "there is not enough memory here to try a passphrase"
    hint = "nothing was changed; close other programs and run it again"


class HeaderFailure(WitnesskitError):
    """Group of what can be wrong with a header; never raised itself."""


class HeaderMalformed(HeaderFailure):
    """The header is outside the grammar or our maxima (limits.py)."""

    code = "HEADER"
    status = ExitStatus.CANNOT_TELL
    message = "the header of a sealed file is not in the form the specification demands"
    hint = "nothing was changed; keep this copy and ask for a fresh one"


class HeaderCut(HeaderFailure):
    """The file ends inside its header."""

    code = "HEADER-CUT"
    status = ExitStatus.CHANGED
    message = "a sealed file ends inside its header"
    hint = "nothing of it can be read; keep this copy and ask for a fresh one"


class HeaderChanged(HeaderFailure):
    """A key opens the file, but the header is not the one that was sealed."""

    code = "HEADER-MAC"
    status = ExitStatus.CHANGED
    message = "the header of a sealed file was changed after it was sealed"
    hint = "nothing was read; keep this copy and ask for a fresh one"


class PayloadFailure(WitnesskitError):
    """Group of what can be wrong behind a good header; ``chunks``: how many before it are whole."""

    def __init__(self, detail: str = "", *, chunks: int = 0) -> None:
        super().__init__(detail)
        self.chunks = chunks


class FileCut(PayloadFailure):
    """The file ends where a chunk ends or just begins; all ``chunks`` before are whole."""

    code = "CUT"
    status = ExitStatus.CHANGED
    message = "a sealed file was cut off"
    hint = "what was read before the cut is whole; keep this copy and ask for a fresh one"


class ChunkDamaged(PayloadFailure):
    """One chunk of 64 KiB, number ``chunks`` + 1, does not verify."""

    code = "DAMAGED"
    status = ExitStatus.CHANGED
    message = "a piece of a sealed file is damaged"
    hint = "the other pieces are whole; keep this copy and ask for a fresh one"


class TailDamaged(PayloadFailure):
    """The last, short chunk does not verify: damaged or cut inside, nobody can tell which."""

    code = "DAMAGED-END"
    status = ExitStatus.CHANGED
    message = "the last piece of a sealed file is damaged, or the file was cut inside it"
    hint = "what comes before it is whole; keep this copy and ask for a fresh one"


class DataAfterEnd(PayloadFailure):
    """The final chunk is whole, and something follows it."""

    code = "DATA-AFTER-END"
    status = ExitStatus.CHANGED
    message = "something was added behind the end of a sealed file"
    hint = "what was sealed is whole up to its end; keep this copy and ask for a fresh one"


class SamePath(WitnesskitError):
    """Input and output are one file, by the same name, a link or a symlink."""

    code = "SAME-PATH"
    status = ExitStatus.USAGE
    message = "input and output are the same file"
    hint = "nothing was touched; choose another name for the output"


class DiskFull(WitnesskitError):
    """No room (or no quota) left while writing."""

    code = "DISK-FULL"
    status = ExitStatus.STORAGE
    message = "the disk is full"
    hint = "what was written before is kept; free some room and run it again"


class NotWritten(WitnesskitError):
    """The system refused a write; ``detail`` is its reason, never a path."""

    code = "NOT-WRITTEN"
    status = ExitStatus.STORAGE
    message = "the disk did not take what was to be written"
    hint = "what was written before is kept; check the medium and run it again"


class NotReadable(WitnesskitError):
    """The system refused a read; ``detail`` is its reason, never a path."""

    code = "NOT-READABLE"
    status = ExitStatus.STORAGE
    message = "a file could not be read"
    hint = "nothing was changed; check the name and the medium, then run it again"
