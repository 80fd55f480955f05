"""How a court checks every claim of a bundle with the tools of others; tests run each command as it is printed.

Commands stand on one another: they are typed in one terminal, one step after the other, from an empty folder.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Final

from witnesskit.report import shell
from witnesskit.report.checkable import Checkable, CheckableFile, CheckableLog
from witnesskit.report.model import Step
from witnesskit.report.outside_steps import VERIFIED, anchor_steps, key_change, receipt_step

LAST_OPENED: Final = 25  # openings that are printed as commands; all others are checked the same way


def steps(checkable: Checkable) -> Iterator[Step]:
    """Every step, in the order in which they build on one another."""
    yield _names(checkable)
    yield _signed_list(checkable.logs[0])
    yield from (_signature(log, own=log is checkable.logs[0]) for log in checkable.logs)
    yield from (_newest(log) for log in checkable.logs if log.place)
    yield from (_openssh(log) for log in checkable.logs if log.sshsig_sha256)
    yield _roots(checkable)
    yield from _openings(checkable)
    yield from _files(checkable)
    yield from (key_change(change) for change in checkable.key_changes)
    yield from (receipt_step(receipt) for receipt in checkable.receipts)
    for anchor in checkable.anchors:
        yield from anchor_steps(anchor)
    if checkable.verifier[0]:
        yield _second_verifier(*checkable.verifier, checkable.logs[0].vkey)


def _names(checkable: Checkable) -> Step:
    commands = ["mkdir check", "cd check"]
    for log in checkable.logs:
        if log.place:
            commands += [
                f"cp ../bag/{log.place[0]} {log.name}.log",
                f"cp ../bag/{log.place[1]} {log.name}.newest.note",
            ]
        else:
            commands.append(shell.copied(log.sha256, f"{log.name}.log"))
        commands.append(shell.copied(log.note_sha256, f"{log.name}.note"))
        if log.sshsig_sha256:
            commands.append(shell.copied(log.sshsig_sha256, f"{log.name}.note.sshsig"))
    commands += [shell.copied(file.sha256, file.name) for file in checkable.files]
    for anchor in checkable.anchors:
        commands.append(shell.copied(anchor.sha256, f"{anchor.log}.{anchor.name}"))
        commands.append(shell.copied(anchor.note_sha256, f"{anchor.log}.{anchor.size}.note"))
    if checkable.verifier[0]:
        commands.append(shell.copied(checkable.verifier[1], checkable.verifier[0]))
    return Step(
        "Give the files their names",
        tuple(dict.fromkeys(commands)),
        "nothing; each file is found by its SHA-256 in the list that was checked. Stay in this folder",
    )


def _signature(log: CheckableLog, *, own: bool) -> Step:
    compare = "compare it with the one that the desk told you over another channel"
    vouched = "it is a device's; the desk's receipt, below, is what vouches for it"
    return Step(
        f"Check the signature under the log {log.origin} (its first {log.size} entries)",
        (
            shell.public_key(log.vkey, f"{log.name}.pem"),
            f"awk '/^$/{{exit}}{{print}}' {log.name}.note > text",
            f"{shell.signature_line(log.vkey, f'{log.name}.note')} | tail -c +5 > sig",
            f"openssl pkeyutl -verify -pubin -inkey {log.name}.pem -rawin -in text -sigfile sig",
        ),
        f"{VERIFIED}. The key is {log.vkey}: {compare if own else vouched}",
    )


def _newest(log: CheckableLog) -> Step:
    """The checkpoint that covers the entry of this very bundle: no paper in it can tell its size and root."""
    note = f"{log.name}.newest.note"
    return Step(
        f"Check the newest signature under the log {log.origin}, which covers the entry of this bundle too",
        (
            f"awk '/^$/{{exit}}{{print}}' {note} > text",
            f"{shell.signature_line(log.vkey, note)} | tail -c +5 > sig",
            f"openssl pkeyutl -verify -pubin -inkey {log.name}.pem -rawin -in text -sigfile sig",
            *shell.ROOT_PROGRAM,
            f'python3 root.py {log.name}.log "$(sed -n 2p {note})"',
            f"sed -n 3p {note}",
        ),
        f"{VERIFIED}, then twice the same root: what was computed from all entries, and what was signed",
    )


def _signed_list(log: CheckableLog) -> Step:
    """``bundle.sig``: the desk's signature over the list of files; its log is the first one."""
    count = 'grep -c "\\"{0}_sha256\\":\\"$(sha256sum < ../bag/{1} | cut -d\' \' -f1)\\"" ../bag/bundle.json'
    return Step(
        "Check who signed the list of files",
        (
            "sed -n 2p ../bag/bundle.sig | grep -x \"$(sha256sum < ../bag/bundle.json | cut -d' ' -f1)\"",
            count.format("manifest", "manifest-sha256.txt"),
            count.format("members", "members.jsonl"),
            shell.public_key(log.vkey, "sender.pem"),
            "head -n 2 ../bag/bundle.sig > text",
            f"{shell.signature_line(log.vkey, '../bag/bundle.sig')} | tail -c +5 > sig",
            "openssl pkeyutl -verify -pubin -inkey sender.pem -rawin -in text -sigfile sig",
        ),
        f"a digest, 1, 1, and {VERIFIED}",
    )


def _openssh(log: CheckableLog) -> Step:
    return Step(
        f"The same with OpenSSH, for the log {log.origin}",
        (
            f"printf '%s\\n' {shlex.quote(log.allowed_signers)} > allowed_signers",
            f"ssh-keygen -Y verify -f allowed_signers -I {shlex.quote(log.origin)} -n checkpoint@witnesskit"
            f" -s {log.name}.note.sshsig < {log.name}.note",
        ),
        f"Good “checkpoint@witnesskit” signature for {log.origin}. Better: make the line of allowed_signers yourself"
        " from the key that you were told (sshsig.md)",
    )


def _roots(checkable: Checkable) -> Step:
    commands, expected = [*shell.ROOT_PROGRAM], []
    for log in checkable.logs:
        commands += [f"python3 root.py {log.name}.log {log.size}", f"sed -n 3p {log.name}.note"]
        expected.append(f"twice {log.root} for {log.origin}")
    return Step(
        "Check that every entry of each log is among those that were signed",
        tuple(commands),
        f"{'; '.join(expected)}: what was computed from all entries, then what was signed. "
        "If one entry is changed, missing or moved, the two differ",
    )


def _openings(checkable: Checkable) -> Iterator[Step]:
    opened = [file for file in checkable.files if file.disclosure][:LAST_OPENED]
    if not opened and not checkable.receipts:
        return
    commands = [*shell.OPENED]
    for file in opened:
        commands.append(_said(f"line {file.n + 1}, {file.sha256}: {file.label}"))
        commands.append(f"opened {shlex.quote(file.disclosure)} {file.log}.log")
    yield Step(
        "Check that entries of the log commit these files",
        tuple(commands),
        "for each the number of the line and a list with the digest that stand in the line above the command. "
        "No number: nothing committed it. Further openings are in openings.jsonl and are checked the same way",
    )


def _said(text: str) -> str:
    """A line that every shell reads and that does nothing: what the next command must print."""
    return f": {shlex.quote(text)}"


def _files(checkable: Checkable) -> Iterator[Step]:
    yield from _digests(checkable)
    copies = [file for file in checkable.files if file.name.startswith("copy-")]
    if copies:
        yield Step(
            "Look yourself for metadata in the copies",
            tuple(f"exiftool -a -G1 -ee {shlex.quote(file.name)}" for file in copies),
            "no place, device, name or time of recording; technical values such as width and duration remain",
        )
    coded = [command for file in checkable.files for command in _coded(file)]
    if coded:
        yield Step(
            "Compare coded picture and sound",
            tuple(coded),
            "for each the digest that stands in a line above it; a copy whose coded picture and sound are those of "
            "the original gives the same",
        )


def _coded(file: CheckableFile) -> tuple[str, ...]:
    commands = shell.essence_commands(file.name, file.essence)
    told = (f"{one.stream} of {file.label}: {one.sha256}" for one in file.essence)
    return (*map(_said, told), *commands) if commands else ()


def _digests(checkable: Checkable) -> Iterator[Step]:
    if checkable.files:
        lines = [f"{file.sha256}  {file.name}" for file in checkable.files]
        yield Step(
            "Check the files themselves",
            ("sha256sum --strict -c <<'END'", *lines, "END"),
            "OK behind every name; the digests that were committed stand in the command",
        )


def _second_verifier(name: str, sha256: str, vkey: str) -> Step:
    return Step(
        "Run the second verifier",
        (f"sha256sum {name}", f"python3 {name} ../bag --signer {shlex.quote(vkey)}"),
        f"{sha256}; then every finding, and last the answer, which begins with UNCHANGED. It needs Python 3.11 with "
        "the package cryptography. It is here so that it is not lost; whoever could change the bundle could change "
        "it too: get it, or its SHA-256, from elsewhere as well",
    )
