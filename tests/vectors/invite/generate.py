"""Makes every vector of this folder from fixed seeds; a test compares them with what lies here."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from witnesskit.formats.age_keys import encode_recipient, parse_recipient
from witnesskit.formats.checkpoint import Checkpoint, note_bytes, signature_line
from witnesskit.formats.invite import Invite, encode_invite
from witnesskit.limits import INVITE_MAX
from witnesskit.sealing import rings

FOLDER = Path(__file__).parent
DESK, CUSTODIAN, RECOVERY = bytes([1]) * 32, bytes([2]) * 32, bytes([3]) * 32


def recipients(number, *, hybrid=False):
    (halves,) = rings.offline_halves(CUSTODIAN, RECOVERY, [number], hybrid=hybrid)
    return rings.desk_identity(DESK, number, hybrid=hybrid).recipient, halves.custodian, halves.recovery


def invite():
    desk, custodian, recovery = recipients(1)
    return Invite(
        id="00112233445566778899aabbccddeeff",
        desk=(desk,),
        custodian=(custodian,),
        recovery=(recovery,),
        witness=rings.witness_key(DESK, 1).text,
        next=rings.next_digest(DESK, 1),
        enrol="0123456789ABCDEFGHJK",
        valid_until="2026-12-31",
    )


def note():
    key = rings.named_key(bytes([4]) * 32)
    text = Checkpoint(key.name, 7, bytes(range(32))).text
    signature = Ed25519PrivateKey.from_private_bytes(bytes([4]) * 32).sign(text.encode())
    return note_bytes(text, signature_line(key, signature)).decode()


def of_each(count, *, hybrid=False):
    every = (recipients(number, hybrid=hybrid) for number in range(1, count + 1))
    desk, custodian, recovery = zip(*every, strict=True)
    return replace(invite(), desk=desk, custodian=custodian, recovery=recovery)


OK = encode_invite(invite())
(D1, C1, R1) = recipients(1)
(D2, _C2, _R2) = recipients(2)
(H1, HC1, HR1) = recipients(1, hybrid=True)
MEMBERS = json.loads(OK)


def text(members):
    return json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def changed(**members):
    return text({**MEMBERS, **members})


def swapped(old, new):
    assert OK.count(old) == 1, old
    return OK.replace(old, new)


def with_point(number):
    return changed(desk=[encode_recipient(number.to_bytes(32, "little"))])


def hybrid_with(public):
    return changed(desk=[encode_recipient(public)], custodian=[HC1], recovery=[HR1])


def verifier_key(algorithm, *, wrong=0, short=0):
    """The witness key's text as another program could write it, with one defect."""
    key = rings.witness_key(DESK, 1)
    raw = algorithm + key.public[short:]
    check = bytearray(hashlib.sha256(key.name.encode() + b"\n" + raw).digest()[:4])
    check[0] ^= wrong
    return f"{key.name}+{check.hex()}+{base64.b64encode(raw).decode()}"


HIGH_BIT = int.from_bytes(parse_recipient(D1), "little") | 1 << 255

GOOD = {
    "ok": OK,
    "ok-with-policy-and-checkpoint": encode_invite(
        replace(invite(), policy='[policy]\nname = "тесная"\n', checkpoint=note())
    ),
    "ok-two-of-each": encode_invite(of_each(2)),
    "ok-hybrid": encode_invite(of_each(1, hybrid=True)),
    "ok-hybrid-four-of-each": encode_invite(
        replace(of_each(4, hybrid=True), policy='[policy]\nname = "x"\n', checkpoint=note())
    ),
}

BAD = {
    "INVITE--empty": b"",
    "INVITE--no-line-feed": OK[:-1],
    "CANON--two-line-feeds": OK + b"\n",
    "CANON--carriage-return": OK[:-1] + b"\r\n",
    "CANON--space": swapped(b'"desk":', b'"desk": '),
    "CANON--escaped-slash": swapped(b"witnesskit.invite/1", b"witnesskit.invite\\/1"),
    "CANON--member-order": json.dumps(dict(reversed(MEMBERS.items())), separators=(",", ":")).encode() + b"\n",
    "JSON--cut": OK[:200] + b"\n",
    "JSON--not-utf-8": swapped(b'"policy":""', b'"policy":"\xff"'),
    "JSON--byte-order-mark": b"\xef\xbb\xbf" + OK,
    "JSON--too-long": changed(policy="#" * INVITE_MAX),
    "JSON--too-deep": changed(desk=[["x"]]),
    "JSON--null": swapped(b'"policy":""', b'"policy":null'),
    "NUMBER--float": swapped(b'"policy":""', b'"policy":1.5'),
    "DUPKEY--policy": swapped(b'"policy":""', b'"policy":"","policy":""'),
    "INVITE--a-list": b"[]\n",
    "INVITE--format-missing": text({name: value for name, value in MEMBERS.items() if name != "format"}),
    "INVITE--format-of-a-bundle": changed(format="witnesskit.bundle/1"),
    "INVITE--format-with-a-letter": changed(format="witnesskit.invite/1a"),
    "NEWER-FORMAT--two": changed(format="witnesskit.invite/2", later="x"),
    "INVITE--member-too-many": changed(organisation="x"),
    "INVITE--member-missing": text({name: value for name, value in MEMBERS.items() if name != "checkpoint"}),
    "INVITE--id-too-short": changed(id="0011"),
    "INVITE--id-in-capitals": changed(id="00112233445566778899AABBCCDDEEFF"),
    "INVITE--id-with-line-feed": changed(id="00112233445566778899aabbccddeeff\n"),
    "INVITE--next-too-short": changed(next="00" * 31),
    "INVITE--enrol-too-short": changed(enrol="0123456789ABCDEFGHJ"),
    "INVITE--enrol-with-u": changed(enrol="0123456789ABCDEFGHJU"),
    "INVITE--enrol-small-letters": changed(enrol="0123456789abcdefghjk"),
    "INVITE--valid-until-with-time": changed(valid_until="2026-12-31T00:00:00Z"),
    "INVITE--valid-until-no-such-day": changed(valid_until="2026-02-30"),
    "INVITE--valid-until-without-dashes": changed(valid_until="20261231"),
    "INVITE--valid-until-a-number": changed(valid_until=20261231),
    "INVITE--policy-a-list": changed(policy=[]),
    "INVITE--desk-empty": changed(desk=[]),
    "INVITE--custodian-empty": changed(custodian=[]),
    "INVITE--recovery-empty": changed(recovery=[]),
    "INVITE--desk-five": changed(desk=[recipients(number)[0] for number in range(1, 6)]),
    "INVITE--desk-a-text": changed(desk=D1),
    "INVITE--desk-holds-a-number": changed(desk=[7]),
    "INVITE--recipient-checksum": changed(desk=[D1[:-1] + ("q" if D1[-1] != "q" else "p")]),
    "INVITE--recipient-in-capitals": changed(desk=[D1.upper()]),
    "INVITE--recipient-of-another-kind": changed(desk=["age1pq" + D1[4:]]),
    "INVITE--recipient-is-a-secret": changed(desk=[rings.desk_identity(DESK, 1).text]),
    "INVITE--recipient-of-ssh": changed(desk=["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"]),
    "INVITE--recipient-zero": with_point(0),
    "INVITE--recipient-one": with_point(1),
    "INVITE--recipient-of-small-order": with_point(325606250916557431795983626356110631294008115727848805560023387167927233504),
    "INVITE--recipient-above-the-prime": with_point(2**255 - 19 + 9),
    "INVITE--recipient-with-high-bit": with_point(HIGH_BIT),
    "INVITE--recipient-twice-in-one-list": changed(desk=[D1, D2, D1]),
    "INVITE--recipient-in-desk-and-custodian": changed(custodian=[D1]),
    "INVITE--recipient-in-desk-and-recovery": changed(recovery=[D1]),
    "INVITE--recipient-in-custodian-and-recovery": changed(recovery=[C1]),
    "INVITE--hybrid-desk-alone": changed(desk=[H1]),
    "INVITE--hybrid-recovery-alone": changed(recovery=[HR1]),
    "INVITE--hybrid-beside-classical-in-one-list": changed(desk=[H1, D1], custodian=[HC1], recovery=[HR1]),
    "INVITE--hybrid-custodian-classical": changed(desk=[H1], recovery=[HR1]),
    "INVITE--hybrid-checksum": changed(desk=[H1[:-1] + ("q" if H1[-1] != "q" else "p")], custodian=[HC1], recovery=[HR1]),
    "INVITE--hybrid-point-of-small-order": hybrid_with(parse_recipient(H1)[:1184] + bytes(32)),
    "INVITE--hybrid-above-the-modulus": hybrid_with(b"\xff" * 1184 + parse_recipient(H1)[1184:]),
    "INVITE--hybrid-point-above-the-prime": hybrid_with(
        parse_recipient(H1)[:1184] + (2**255 - 19 + 9).to_bytes(32, "little")
    ),
    "INVITE--hybrid-twice": changed(desk=[H1], custodian=[H1], recovery=[HR1]),
    "INVITE--witness-check-digits": changed(witness=verifier_key(b"\x01", wrong=1)),
    "INVITE--witness-empty": changed(witness=""),
    "INVITE--witness-with-a-space": changed(witness=MEMBERS["witness"] + " "),
    "INVITE--witness-of-another-algorithm": changed(witness=verifier_key(b"\x04")),
    "INVITE--witness-too-short": changed(witness=verifier_key(b"\x01", short=1)),
    "INVITE--checkpoint-without-signature": changed(checkpoint=note().partition("\n\n")[0] + "\n"),
    "INVITE--checkpoint-with-extension": changed(checkpoint=note().replace("\n\n", "\nmore\n\n", 1)),
    "INVITE--checkpoint-is-prose": changed(checkpoint="none"),
}  # fmt: skip


def all_vectors():
    return {f"{name}.invite": data for name, data in {**GOOD, **BAD}.items()}


if __name__ == "__main__":
    for left in FOLDER.glob("*.invite"):
        left.unlink()
    for name, data in all_vectors().items():
        (FOLDER / name).write_bytes(data)
