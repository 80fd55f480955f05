"""Refusals of the vault: its folder, its room, its keys, and what people type from paper."""

from __future__ import annotations

from witnesskit.errors import ExitStatus, WitnesskitError


class NoVault(WitnesskitError):
    """No vault.toml where one was looked for."""

    code = "NO-VAULT"
    status = ExitStatus.USAGE
    message = "there is no vault here"
    hint = "go into the vault's folder, give --vault, or make one with witnesskit init"


class VaultExists(WitnesskitError):
    """A vault lies at or above the place where one was to be made."""

    code = "VAULT-EXISTS"
    status = ExitStatus.USAGE
    message = "there is a vault here already"
    hint = "nothing was changed; use it, or choose a folder outside it"


class FolderNotEmpty(WitnesskitError):
    """The folder for a new vault, or for copies, holds something."""

    code = "FOLDER-NOT-EMPTY"
    status = ExitStatus.USAGE
    message = "the folder that is to be filled is not empty"
    hint = "nothing was changed; choose a new folder"


class CloudFolder(WitnesskitError):
    """The folder is copied to somebody else's computer; ``detail`` is the service."""

    code = "CLOUD-FOLDER"
    status = ExitStatus.REFUSED
    message = "this folder is copied to another computer by a synchronising program"
    hint = "nothing was changed; choose a folder outside it, or move the vault out of it"


class VaultForeign(WitnesskitError):
    """A vault found in a parent folder belongs to another user of this computer."""

    code = "VAULT-FOREIGN"
    status = ExitStatus.REFUSED
    message = "the vault found in a parent folder belongs to another user"
    hint = "nothing was read; give --vault if you mean it"


class BadVault(WitnesskitError):
    """vault.toml is damaged or not in the form of docs/spec/vault.md."""

    code = "VAULT-CONFIG"
    status = ExitStatus.STORAGE
    message = "vault.toml is not in the form the specification demands"
    hint = "the capsules are not touched; put back a copy of vault.toml"


class BadState(WitnesskitError):
    """The state file is damaged or not in the form of docs/spec/vault.md."""

    code = "VAULT-STATE"
    status = ExitStatus.STORAGE
    message = "the vault's state file is not in the form the specification demands"
    hint = "capsules and log are not touched; put back copies of the files named state and, at a desk, state.sqlite"


class BadKeyring(WitnesskitError):
    """The opened keyring or signing key is not in the form of docs/spec/vault.md."""

    code = "KEYRING"
    status = ExitStatus.STORAGE
    message = "the vault's keys are not in the form the specification demands"
    hint = "the capsules are not touched; put back a copy of the folder named keys"


class VaultBusy(WitnesskitError):
    """Another command holds the vault's lock."""

    code = "VAULT-BUSY"
    status = ExitStatus.STORAGE
    message = "another witnesskit command is writing to this vault"
    hint = "nothing was changed; run it again when the other has ended"


class NoRoom(WitnesskitError):
    """The disk has not enough free bytes; told before anything is written."""

    code = "NO-ROOM"
    status = ExitStatus.STORAGE
    message = "there is not enough free room on this disk"
    hint = "what was saved before stays saved; free some room or deliver a bundle, then run it again"


class StorageFault(WitnesskitError):
    """The operating system refused a read or write; ``detail`` is its error name, never a path."""

    code = "STORAGE-FAULT"
    status = ExitStatus.STORAGE
    message = "the disk or its file system refused"
    hint = "what was saved before stays saved; check the medium, then run the same command again"


class NotTrusted(WitnesskitError):
    """A field vault without rings: nothing can be sealed yet."""

    code = "NO-RINGS"
    status = ExitStatus.USAGE
    message = "this vault has accepted no desk yet, so there is nobody to seal to"
    hint = "nothing was saved; run witnesskit trust add INVITE first"


class VaultLocked(WitnesskitError):
    """The signing key is wrapped and no passphrase was given."""

    code = "VAULT-LOCKED"
    status = ExitStatus.LOCKED
    message = "this vault is locked with a passphrase"
    hint = "nothing was changed; run it again and give the passphrase"


class CapsuleMissing(WitnesskitError):
    """No capsule of that id is in the vault."""

    code = "CAPSULE-MISSING"
    status = ExitStatus.CANNOT_TELL
    message = "a capsule is not in this vault"
    hint = "look for it in the bundle or on the device it came from"


class CapsuleChanged(WitnesskitError):
    """A capsule's bytes are not those that were sealed."""

    code = "CAPSULE-CHANGED"
    status = ExitStatus.CHANGED
    message = "a capsule differs from what was sealed"
    hint = "keep this copy and look for another one in the bundle it came from"


class SheetNotConfirmed(WitnesskitError):
    """No invite before the recovery sheet was typed back from paper (decision 3)."""

    code = "SHEET-NOT-CONFIRMED"
    status = ExitStatus.REFUSED
    message = "the recovery sheet was not yet typed back from paper"
    hint = "no invite was written; run witnesskit init --confirm-sheet"


class PoolEmpty(WitnesskitError):
    """Every invite number with public halves of the offline seeds is used up."""

    code = "POOL-EMPTY"
    status = ExitStatus.REFUSED
    message = "all prepared invites are used up"
    hint = "no invite was written; bring both offline sheets together and refill the pool"


class SheetTypo(WitnesskitError):
    """A line typed from a sheet fails its check character; ``detail`` names the line."""

    code = "SHEET-TYPO"
    status = ExitStatus.USAGE
    message = "the sheet was not typed as it is printed"
    hint = "nothing was changed; compare the named line with the paper and type it again"


class SheetWrong(WitnesskitError):
    """A sheet typed without a slip that belongs to another desk or another ring."""

    code = "SHEET-WRONG"
    status = ExitStatus.CANNOT_TELL
    message = "this is a sheet, but not the one that belongs here"
    hint = "nothing was changed; look for the sheet that was printed with this vault"


class ShortIdTypo(WitnesskitError):
    """A short id fails its check character or holds a character that is never used."""

    code = "ID-TYPO"
    status = ExitStatus.USAGE
    message = "this short id holds a typing error"
    hint = "nothing was changed; type it again, it holds no 0, 1, i, l or o"


class ShortIdUnknown(WitnesskitError):
    """No item has that short id."""

    code = "ID-UNKNOWN"
    status = ExitStatus.USAGE
    message = "no item here has this id"
    hint = "nothing was changed; witnesskit status --items lists the ids"


class ShortIdAmbiguous(WitnesskitError):
    """More than one item has that short id; ``detail`` gives longer ones."""

    code = "ID-AMBIGUOUS"
    status = ExitStatus.USAGE
    message = "more than one item has this id"
    hint = "nothing was changed; use one of the longer ids"


class BadAuthorities(WitnesskitError):
    """A desk's authorities are damaged or not in the form of docs/spec/vault.md."""

    code = "AUTHORITIES"
    status = ExitStatus.STORAGE
    message = "the list of authorities of time is not in the form the specification demands"
    hint = "the log and the capsules are not touched; put back a copy of `authorities` and of the folder trust"


class AuthorityUnknown(WitnesskitError):
    """No authority has that name."""

    code = "AUTHORITY-UNKNOWN"
    status = ExitStatus.USAGE
    message = "no authority of time has this name here"
    hint = "nothing was changed; `witnesskit trust authority --list` shows their names"


class BadOperatorKey(WitnesskitError):
    """A file or a name that is no operator's key, or one that may not sign here; ``detail`` says why."""

    code = "OPERATOR-KEY"
    status = ExitStatus.CANNOT_TELL
    message = "this is no operator's key that could sign this log"
    hint = "nothing was signed; `witnesskit key operator NAME --out FILE` makes one"


class BadSealedFile(WitnesskitError):
    """A file of the folder "sealed" is damaged; ``detail`` is which."""

    code = "SEALED-FILE"
    status = ExitStatus.STORAGE
    message = "a sealed file of this vault is damaged"
    hint = "nothing was changed, and what is saved is not touched; put back a copy of this file, or move it away"


class NotWithoutPassphrase(WitnesskitError):
    """Something was asked that a vault can keep only under a passphrase."""

    code = "NOT-WITHOUT-PASSPHRASE"
    status = ExitStatus.REFUSED
    message = "this vault has no passphrase, so it keeps no links, not even sealed ones"
    hint = "nothing was kept; give the links to `witnesskit archive`, or make the vault with `init --lock-key`"
