"""Small vaults and what they hold, for the tests of this room."""

import secrets

from witnesskit.model import RecipientSet, Role, SealedCapsule, VaultKind
from witnesskit.vault import layout
from witnesskit.vault.config import AcceptedInvite, Config

RINGS = RecipientSet(("age1custodian", "age1recovery"), ("age1desk", "age1recovery"))
INVITE = AcceptedInvite("ab" * 16, "wk1/abc+00000000+AAAA", "cd" * 32, "ABCDEFGHJKMNPQRSTVWX")


def config(**changes):
    facts = {
        "kind": VaultKind.FIELD,
        "origin": "wk1/abcdefghijkmn",
        "key": "wk1/abcdefghijkmn+00000000+AAAA",
        "policy": "protect-filmer",
        "egress": "socks5h://127.0.0.1:9050",
    }
    return Config(**{**facts, **changes})


def field_vault(folder, **changes):
    return layout.create(folder / "vault", config(**changes))


def sealed(vault, data=b"ciphertext", item=None, role=Role.RECORD, part=1):
    """A capsule file in work/, as a capture leaves it."""
    from witnesskit.digest import sha256_hex
    from witnesskit.vault.items import work_path

    capsule = SealedCapsule(
        secrets.token_hex(16), item or secrets.token_hex(16), role, part, len(data), sha256_hex(data)
    )
    work_path(vault, capsule.item, capsule.id, role, part).write_bytes(data)
    return capsule


def desk_vault(folder, *, lone=False):
    """A desk as ``init`` makes it: (vault, keyring, offline seeds)."""
    from witnesskit.custody.signer import new_origin
    from witnesskit.vault.keyring import new_keyring
    from witnesskit.vault.keyring_file import KEYRING, keyring_file
    from witnesskit.vault.sheet_test import SHEET_TEST, sheet_test

    keyring, seeds = new_keyring(lone=lone)
    origin = new_origin()
    facts = config(kind=VaultKind.DESK, origin=origin, key=keyring.signer(origin).vkey, rings=keyring.own_recipients)
    files = {KEYRING: keyring_file(keyring), SHEET_TEST: sheet_test(keyring)}
    return layout.create(folder / "vault", facts, files), keyring, seeds
