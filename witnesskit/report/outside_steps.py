"""Steps for what others said of a log: receipts, time authorities, witnesses, and the key that replaces its key."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Final

from witnesskit.report import shell
from witnesskit.report.checkable import CheckableAnchor, CheckableKeyChange, CheckableReceipt
from witnesskit.report.model import Step

VERIFIED: Final = "Signature Verified Successfully (OpenSSL 3.0 or later)"


def key_change(change: CheckableKeyChange) -> Step:
    """The recovery key that was committed before has signed this change."""
    text = change.text.removesuffix("\n").split("\n")
    return Step(
        f"Check that entry {change.n} of the log {change.log} was allowed to replace its key",
        (
            f"sed -n {change.n + 1}p {change.log}.log",
            f"printf %s {shlex.quote(change.auth_key)} | sha256sum",
            shell.public_key(change.auth_key, "recovery.pem"),
            f"printf '%s\\n' {' '.join(map(shlex.quote, text))} > text",
            f"printf %s {shlex.quote(change.auth)} | base64 -d > sig",
            "openssl pkeyutl -verify -pubin -inkey recovery.pem -rawin -in text -sigfile sig",
        ),
        f"the entry, with the values of the next commands; {change.committed}, which the log committed before as the"
        f" digest of its recovery key; and {VERIFIED}",
    )


def receipt_step(receipt: CheckableReceipt) -> Step:
    """The desk's own log names exactly the lines that it received."""
    commands = [f"opened {shlex.quote(text)} {receipt.log}.log" for text in receipt.disclosures]
    commands.append(f"python3 root.py {receipt.received}.log {receipt.size}")
    return Step(
        f"Check the receipt in entry {receipt.n} of the log {receipt.log} for the log {receipt.received}",
        tuple(commands),
        f"the line {receipt.n + 1} before each value; the root {receipt.root} and the size {receipt.size} among the"
        f" values; and last the root of the received lines, computed: {receipt.root} again",
    )


def anchor_steps(anchor: CheckableAnchor) -> Iterator[Step]:
    """What stock tools can say of one file of evidence; nothing where they cannot check it."""
    file, note = f"{anchor.log}.{anchor.name}", f"{anchor.log}.{anchor.size}.note"
    if anchor.kind == "rfc3161":
        yield _timestamp(anchor, file, note)
    for vkey, time in anchor.vkeys if anchor.kind == "cosignature" else ():
        yield _cosignature(file, vkey, time)
    if anchor.kind == "receipt":
        yield _proof(anchor, file)
    if anchor.kind == "ots":
        yield Step(
            f"Check the Bitcoin proof {file}",
            (f"ots verify -f {note} {file}",),
            "the block and its day; needs the OpenTimestamps client and block headers, so it is not run offline",
        )


def _timestamp(anchor: CheckableAnchor, file: str, note: str) -> Step:
    epoch = str(anchor.time) if anchor.time else (
        f"$(date -u -d \"$(openssl ts -reply -in {file} -text 2>/dev/null | sed -n 's/^Time stamp: //p')\" +%s)"
    )  # fmt: skip
    return Step(
        f"Check the time that {anchor.provider or 'an authority'} gave to the first {anchor.size} entries",
        (
            f"openssl ts -reply -in {file} -text",
            f"openssl ts -verify -data {note} -in {file} -CAfile ../root-{anchor.provider}.pem -attime {epoch}",
        ),
        f"the time, behind “Time stamp:”; then “Verification: OK”. The file root-{anchor.provider}.pem is the "
        "authority's root certificate: get it from the authority, not from this bundle, and lay it beside the folder "
        "bag. Without -attime nothing verifies once a certificate has expired; "
        "if the token does not carry the certificates between, add -untrusted FILE",
    )


def _cosignature(file: str, vkey: str, time: int) -> Step:
    name = vkey.partition("+")[0]
    return Step(
        f"Check the cosignature of the witness {name} in {file}",
        (
            shell.public_key(vkey, "witness.pem"),
            f"(printf 'cosignature/v1\\ntime {time}\\n'; awk '/^$/{{exit}}{{print}}' {file}) > text",
            f"{shell.signature_line(vkey, file)} | tail -c +13 > sig",
            "openssl pkeyutl -verify -pubin -inkey witness.pem -rawin -in text -sigfile sig",
            f"date -u -d @{time}",
        ),
        f"{VERIFIED}, and the time that the witness told. Compare {vkey} with the key that the witness published",
    )


def _proof(anchor: CheckableAnchor, file: str) -> Step:
    return Step(
        f"Check the receipt of {anchor.provider} for the first {anchor.size} entries",
        (*shell.PROOF_PROGRAM, f"python3 proof.py {file}"),
        "that the entry is among those signed, and “committed” before each value; among them the origin, the size"
        " and the root of this log. The signature under it is checked as those above, with the giver's own key",
    )
