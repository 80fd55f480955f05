"""Write the vectors: python -m tests.vectors.bundle.make [FOLDER]

Beside this file only one volume of each kind is kept, into another FOLDER all of them are written, the same each time.
Each file is a volume with one defect, named CODE-what.age; ok-*.age are whole. expected.json says what must be told:
``refused`` when the volume is opened, or ``damage`` and the ordinals ``kept`` when its members are taken.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.vectors.bundle.parts import (
    CHUNK,
    DESK,
    LARGE,
    OTHER_SENDER,
    RECOVERY,
    SMALL,
    STRANGER,
    TAG,
    Draft,
    canonical,
    capsule,
    chunk_at,
    entry,
    hex32,
    noise,
    patched,
    payload_start,
    volume,
)
from witnesskit.formats.age import Stanza

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    name: str
    data: bytes
    refused: str = ""
    damage: tuple[str, ...] = ()
    kept: tuple[int, ...] = ()

    @property
    def expected(self) -> dict[str, object]:
        if self.refused:
            return {"refused": self.refused}
        return {"damage": list(self.damage), "kept": list(self.kept)}


def refused(what: str, data: bytes, code: str) -> Case:
    return Case(f"{code}-{what}", data, refused=code)


def damaged(what: str, data: bytes, code: str, kept: tuple[int, ...], *more: str) -> Case:
    return Case(f"{code}-{what}", data, damage=(code, *more), kept=kept)


def cases() -> list[Case]:
    groups = (whole, envelopes, cuts_and_rot, containers, orders, hashes, lists, senders, volumes)
    return [case for group in groups for case in group()]


def whole() -> list[Case]:
    odd = "\x1b[31m\u202egpj.exe\x00../../etc/passwd"
    named = (*SMALL, ({"kind": "media", "name": odd}, b"x"))
    return [
        Case("ok-small", volume(Draft()), kept=(1, 2, 3, 4)),
        Case("ok-three-chunks", volume(Draft(LARGE)), kept=(1, 2, 3, 4, 5)),
        Case("ok-empty-member", volume(Draft((*SMALL, ({"kind": "report"}, b"")))), kept=(1, 2, 3, 4, 5)),
        Case(
            "ok-name-with-escapes",
            volume(Draft(named, listing=lambda data: data.replace(b"\\u001B", b"\\u001b"))),
            kept=(1, 2, 3, 4, 5),
        ),
    ]


def envelopes() -> list[Case]:
    good = volume(Draft())
    header_end = payload_start(good) - 16
    scrypt = Stanza("scrypt", ("A" * 22, "30"), bytes(32))
    low = Stanza("X25519", ("A" * 43,), bytes(32))
    changed = bytearray(good)
    changed[40] ^= 1  # one bit of the first share
    mac = bytearray(good)
    mac[header_end - 10] ^= 1

    def decoy(stanzas: list[Stanza]) -> list[Stanza]:
        return [*stanzas, Stanza("X25519", ("C" * 42 + "A",), noise("decoy", 32))]

    three = volume(Draft(stanzas=decoy))
    decoy_changed = three.replace(b"C" * 42 + b"A", b"C" * 41 + b"DA", 1)
    return [
        refused("random", noise("random", 5000), "NOT-A-BUNDLE"),
        refused("zip", b"PK\x03\x04" + noise("zip", 3000), "NOT-A-BUNDLE"),
        refused("a-capsule", volume(Draft(entries=lambda _: [entry("capsule.json", b"{}")])), "NOT-A-BUNDLE"),
        refused("no-tar", volume(Draft(plaintext=lambda _: noise("no tar", 65536))), "NOT-A-BUNDLE"),
        refused("age-v2", good.replace(b"age-encryption.org/v1", b"age-encryption.org/v2", 1), "NEWER-AGE"),
        refused("empty", b"", "NOT-A-BUNDLE"),
        refused("cut-in-header", good[:100], "HEADER-CUT"),
        refused("cut-before-nonce", good[:header_end], "HEADER-CUT"),
        refused("257-stanzas", volume(Draft(stanzas=lambda found: found * 129)), "HEADER"),
        refused("long-line", good[:22] + b"-> " + b"x" * 8000 + b"\n" + good[22:], "HEADER"),
        refused("passphrase-beside-keys", volume(Draft(stanzas=lambda found: [*found, scrypt])), "HEADER"),
        refused("low-order-share", volume(Draft(stanzas=lambda found: [low, *found])), "HEADER"),
        refused("another-key", volume(Draft(recipients=(STRANGER, RECOVERY))), "NOT-FOR-US"),
        refused("share-changed", bytes(changed), "NOT-FOR-US"),
        refused("scrypt-30", volume(Draft(stanzas=lambda _: [scrypt])), "NOT-FOR-US"),
        refused("mac-line", bytes(mac), "HEADER-MAC"),
        refused("decoy-changed", decoy_changed, "HEADER-MAC"),
    ]


def cuts_and_rot() -> list[Case]:
    good = volume(Draft(LARGE))
    start = payload_start(good)
    step = CHUNK + TAG

    def flipped(number: int, at: int = 5000) -> bytes:
        data = bytearray(good)
        data[chunk_at(good, number).start + at] ^= 0x10
        return bytes(data)

    zeroed = bytearray(good)
    zeroed[start + 2 * step + 4096 : start + 2 * step + 8192] = bytes(4096)
    first, second = good[chunk_at(good, 1)], good[chunk_at(good, 2)]
    swapped = good[: chunk_at(good, 1).start] + second + first + good[chunk_at(good, 3).start :]
    repeated = good[: chunk_at(good, 2).start] + first + good[chunk_at(good, 2).start :]
    return [
        damaged("on-a-chunk-border", good[: start + 2 * step], "CUT", (1, 2, 3)),
        damaged("inside-a-chunk", good[: start + 2 * step + 30_000], "DAMAGED-END", (1, 2, 3)),
        damaged("last-byte-gone", good[:-1], "DAMAGED-END", (1, 2, 3, 4)),
        damaged("bit-in-a-member", flipped(1, 60_000), "DAMAGED", (1, 2, 5)),
        refused("bit-in-the-lists", flipped(0), "DAMAGED"),
        damaged("sector-zeroed", bytes(zeroed), "DAMAGED", (1, 2, 3)),
        damaged("chunks-swapped", swapped, "DAMAGED", (1, 2)),
        damaged("chunk-repeated", repeated, "DAMAGED", (1, 2, 3)),
        damaged("appended", good + b"more", "DATA-AFTER-END", (1, 2, 3, 4, 5)),
        damaged("two-glued", good + good, "DATA-AFTER-END", (1, 2, 3, 4, 5)),
    ]


def containers() -> list[Case]:
    def with_header(offset: int, data: bytes, at: int = 6) -> bytes:
        def change(entries: list[bytes]) -> list[bytes]:
            return [*entries[:at], patched(entries[at], offset, data), *entries[at + 1 :]]

        return volume(Draft(entries=change))

    def replaced(at: int, block: bytes) -> bytes:
        return volume(Draft(entries=lambda entries: [*entries[:at], block, *entries[at:]]))

    def slack(entries: list[bytes]) -> list[bytes]:
        return [*entries[:6], entries[6][:-1] + b"x", *entries[7:]]

    pax = patched(entry("data/00000002", b"30 path=../../outside........\n"), 156, b"x")
    longer = patched(entry("data/00000002", b"n" * 200), 156, b"L")
    wrong_sum = volume(Draft(entries=lambda e: [*e[:6], e[6][:148] + b"000000\0 " + e[6][156:], *e[7:]]))
    return [
        refused("parent", with_header(0, b"../00000000002"), "INNER-NAME"),
        refused("absolute", with_header(0, b"/data/00000002"), "INNER-NAME"),
        refused("symlink", with_header(156, b"2/etc/passwd"), "INNER-TYPE"),
        refused("hard-link", with_header(156, b"1bundle.json"), "INNER-TYPE"),
        refused("device", with_header(156, b"3"), "INNER-TYPE"),
        refused("fifo", with_header(156, b"6"), "INNER-TYPE"),
        refused("folder", with_header(156, b"5"), "INNER-TYPE"),
        refused("pax", replaced(6, pax), "INNER-TYPE"),
        refused("gnu-long-name", replaced(6, longer), "INNER-TYPE"),
        refused("gnu-sparse", with_header(156, b"S"), "INNER-TYPE"),
        refused("old-type", with_header(156, b"\0"), "INNER-TYPE"),
        refused("base-256-size", with_header(124, b"\x80" + bytes(10) + b"\x02"), "INNER-HEADER"),
        refused("negative-size", with_header(124, b"\xff" * 12), "INNER-HEADER"),
        refused("checksum", wrong_sum, "INNER-HEADER"),
        refused("owner", with_header(265, b"amina"), "INNER-HEADER"),
        refused("time", with_header(136, b"14000000000\0"), "INNER-HEADER"),
        refused("stray-zero-block", replaced(6, bytes(512)), "INNER-HEADER"),
        damaged("data-in-slack", volume(Draft(entries=slack)), "INNER-SLACK", (1, 3, 4)),
        damaged(
            "data-in-padding",
            volume(Draft(plaintext=lambda data: data[:-9] + b"x" + data[-8:])),
            "INNER-TRAILING",
            (1, 2, 3, 4),
        ),
        refused("larger-class", volume(Draft(plaintext=lambda data: data + bytes(16384))), "INNER-TRAILING"),
        refused("no-end", volume(Draft(plaintext=lambda data: data[:20_480])), "INNER-SHORT"),
        refused("ends-in-a-member", volume(Draft(plaintext=lambda data: data[:13_000])), "INNER-SHORT"),
        refused("ends-in-the-lists", volume(Draft(plaintext=lambda data: data[:1500])), "INNER-SHORT"),
    ]


def orders() -> list[Case]:
    def moved(*order: int) -> bytes:
        return volume(Draft(entries=lambda entries: [entries[at] for at in order]))

    longer = volume(Draft(contents=lambda ordinal, data: data + b"x" * 600 if ordinal == 2 else data))
    shorter = volume(Draft(contents=lambda ordinal, data: data[:-600] if ordinal == 2 else data))
    return [
        refused("longer", longer, "SIZE"),
        refused("shorter", shorter, "SIZE"),
        refused("twice", moved(0, 1, 2, 3, 4, 5, 6, 6, 7, 8), "INNER-ORDER"),
        refused("missing-in-the-middle", moved(0, 1, 2, 3, 4, 5, 7, 8), "INNER-ORDER"),
        refused("missing-at-the-end", moved(0, 1, 2, 3, 4, 5, 6, 7), "INNER-ORDER"),
        refused("extra", moved(0, 1, 2, 3, 4, 5, 6, 7, 8, 8), "INNER-ORDER"),
        refused("members-swapped", moved(0, 1, 2, 3, 4, 5, 7, 6, 8), "INNER-ORDER"),
        refused("lists-swapped", moved(0, 2, 1, 3, 4, 5, 6, 7, 8), "INNER-ORDER"),
        refused("signature-last", moved(0, 1, 2, 3, 5, 6, 7, 8, 4), "INNER-ORDER"),
    ]


def hashes() -> list[Case]:
    def altered(ordinal: int, data: bytes) -> bytes:
        return b"X" + data[1:] if ordinal == 3 else data

    def other_hash(ordinal: int, line: dict[str, object]) -> dict[str, object]:
        return {**line, "sha256": "0" * 64} if ordinal == 3 else line

    def path(ordinal: int, line: dict[str, object]) -> dict[str, object]:
        return {**line, "sha256": "../../x"} if ordinal == 3 else line

    return [
        damaged("member-altered", volume(Draft(contents=altered)), "HASH", (1, 2, 4)),
        damaged("signed-but-wrong", volume(Draft(line=other_hash)), "HASH", (1, 2, 4)),
        refused("hash-is-a-path", volume(Draft(line=path)), "MANIFEST"),
    ]


def lists() -> list[Case]:
    def after(name: str, old: bytes, new: bytes) -> bytes:
        def change(files: dict[str, bytes]) -> dict[str, bytes]:
            assert old in files[name], name
            return {**files, name: files[name].replace(old, new, 1)}

        return volume(Draft(after_signing=change))

    def meta(**changes: object) -> bytes:
        return volume(Draft(extra=changes))

    def raw(change: object) -> bytes:
        return volume(Draft(meta_bytes=change))

    def listing(old: bytes, new: bytes) -> bytes:
        return volume(Draft(listing=lambda data: data.replace(old, new, 1)))

    def declared(size: int) -> bytes:
        def change(entries: list[bytes]) -> list[bytes]:
            return [*entries[:3], patched(entries[3], 124, b"%011o\0" % size), *entries[4:]]

        return volume(Draft(entries=change))

    def manifest(change: object) -> bytes:
        return volume(Draft(manifest=change))

    late = (SMALL[1], SMALL[0], *SMALL[2:])
    twice = (*SMALL[:2], (SMALL[1][0], SMALL[2][1]))
    bad = "MANIFEST"
    return [
        refused("manifest-altered", after("manifest-sha256.txt", b"data/00000002", b"data/00000009"), bad),
        refused("listing-altered", after("members.jsonl", b'"part":1', b'"part":2'), bad),
        refused(
            "manifest-names-a-path", manifest(lambda data: data.replace(b"data/00000002", b"../ta/0000002")), bad
        ),
        refused("manifest-lacks-a-line", manifest(lambda data: data[: data.rindex(b"\n", 0, -1) + 1]), bad),
        refused("bagit-other-encoding", volume(Draft(bagit=lambda data: data.replace(b"UTF-8", b"UTF-7"))), bad),
        refused("members-count", meta(members=5), bad),
        refused("bytes-count", meta(bytes=9), bad),
        refused("payload-of-a-pebibyte", meta(bytes=2**50), bad),
        refused("negative-count", meta(members=-1), bad),
        refused("true-as-number", meta(counter=True), bad),
        refused("duplicate-key", raw(lambda data: data.replace(b'{"aud', b'{"audience":"desk","aud', 1)), bad),
        refused(
            "deep", raw(lambda data: data.replace(b"[", b"[" * 100_000, 1).replace(b"]", b"]" * 100_000, 1)), bad
        ),
        refused("long-number", raw(lambda data: data.replace(b'"counter":2', b'"counter":' + b"9" * 5000)), bad),
        refused("float", raw(lambda data: data.replace(b'"counter":2', b'"counter":2.0')), bad),
        refused("null", raw(lambda data: data.replace(b'"policy":""', b'"policy":null')), bad),
        refused("bad-utf8", raw(lambda data: data.replace(b'"policy":""', b'"policy":"\xff"')), bad),
        refused("not-an-object", raw(lambda _: b"[]\n"), bad),
        refused("no-line-feed", raw(lambda data: data[:-1]), bad),
        refused("spaces", raw(lambda data: data.replace(b",", b", ", 1)), bad),
        refused("key-missing", volume(Draft(meta=lambda m: {k: v for k, v in m.items() if k != "policy"})), bad),
        refused("key-too-many", meta(note="x"), bad),
        refused("unknown-audience", meta(audience="press"), bad),
        refused("no-recipients", meta(recipients=[]), bad),
        refused("volume-two-of-one", meta(volume=2), bad),
        refused("sender-no-key", meta(sender="wk1/x+00000000+AAAA"), bad),
        refused("newer", meta(format="witnesskit.bundle/2"), "NEWER-FORMAT"),
        refused("other-format", meta(format="witnesskit.capsule/1"), bad),
        refused("line-spaces", listing(b":", b": "), bad),
        refused("line-key-too-many", listing(b'"role":"record"', b'"role":"record","seen":1'), bad),
        refused("line-duplicate-key", listing(b'"part":1,', b'"part":1,"part":1,'), bad),
        refused("line-kind", listing(b'"kind":"capsule"', b'"kind":"program"'), bad),
        refused("line-negative-size", listing(b'"size":700', b'"size":-700'), bad),
        refused("line-leading-zero", listing(b'"size":700', b'"size":0700'), bad),
        refused("line-ordinal", listing(b'"ordinal":2', b'"ordinal":7'), bad),
        refused("line-capsule-without-item", listing(b'"item":"', b'"atem":"'), bad),
        refused("line-two-in-one", listing(b"}\n{", b"},{"), bad),
        refused("line-broken-in-two", listing(b'"kind":"capsule",', b'"kind":"capsule",\n'), bad),
        refused("line-name-surrogate", listing(b'"ordinal":1', b'"name":"\\ud800","ordinal":1'), bad),
        refused("line-name-escaped", listing(b'"ordinal":1', b'"name":"\\u0041","ordinal":1'), bad),
        refused("line-name-empty", listing(b'"ordinal":1', b'"name":"","ordinal":1'), bad),
        refused("line-name-long", listing(b'"ordinal":1', b'"name":"' + b"n" * 1025 + b'","ordinal":1'), bad),
        refused("chain-not-first", volume(Draft(late)), bad),
        refused("capsule-twice", volume(Draft(twice)), bad),
        refused("listing-of-8-gib", declared(8**11 - 1), "TOO-BIG"),
    ]


def senders() -> list[Case]:
    def swap(old: bytes, new: bytes) -> bytes:
        return volume(Draft(signature=lambda data: data.replace(old, new, 1)))

    def twice(data: bytes) -> bytes:
        return data + data[data.rindex("— ".encode()) :]

    def later(files: dict[str, bytes]) -> dict[str, bytes]:
        value = {**json.loads(files["bundle.json"]), "counter": 3}
        return {**files, "bundle.json": canonical(value) + b"\n"}

    def third(stanzas: list[Stanza]) -> list[Stanza]:
        return [*stanzas, Stanza("X25519", ("C" * 42 + "A",), noise("third", 32))]

    return [
        refused("by-another-key", volume(Draft(sender=OTHER_SENDER)), "SIGNATURE"),
        refused("over-another-bundle", volume(Draft(after_signing=later)), "SIGNATURE"),
        refused("empty", volume(Draft(signature=lambda _: b"")), "SIGNATURE"),
        refused("twice", volume(Draft(signature=twice)), "SIGNATURE"),
        refused("other-domain", swap(b"bundle v1", b"receipt v1"), "SIGNATURE"),
        refused("to-others", volume(Draft(signed_recipients=(RECOVERY, STRANGER))), "FORWARDED"),
        refused("one-more-key", volume(Draft(stanzas=third)), "RECIPIENTS"),
        refused("one-key-less", volume(Draft(recipients=(DESK,))), "RECIPIENTS"),
    ]


def volumes() -> list[Case]:
    """Sets of volumes, segments, rosters, decoys."""
    of_three = {"set": hex32("set"), "volume": 2, "volumes": 3}
    data = noise("cut", 9_000)
    whole = {"offset": 2_000, "whole_sha256": hashlib.sha256(data).hexdigest(), "whole_size": 9_000}
    about, _ = capsule("cut", 0)
    roster = b'{"file":"%s.age","header_sha256":"%s","size":65834,"volume":1}\n' % (b"a" * 16, b"0" * 64)

    def segment(**changes: object) -> bytes:
        line = {name: value for name, value in {**about, **whole, **changes}.items() if value is not None}
        return volume(Draft((*SMALL, (line, data[2_000:7_000])), extra=of_three))

    def larger(content: bytes) -> bytes:
        return content + bytes(131_072 - len(content))

    def decoy(stanzas: list[Stanza]) -> list[Stanza]:
        return [*stanzas, Stanza("X25519", ("C" * 42 + "A",), noise("decoy", 32))]

    bad, kept = "MANIFEST", (1, 2, 3, 4, 5)
    ending = volume(Draft((*SMALL, ({"kind": "roster"}, roster)), extra={**of_three, "volume": 3}))
    return [
        Case("ok-segment", segment(), kept=kept),
        Case("ok-set-of-a-larger-class", volume(Draft(extra=of_three, plaintext=larger)), kept=kept[:4]),
        Case("ok-roster", ending, kept=kept),
        Case("ok-decoys", volume(Draft(extra={"decoys": 1}, stanzas=decoy)), kept=kept[:4]),
        refused("no-class", volume(Draft(extra=of_three, plaintext=lambda found: found + bytes(512))), "INNER-TRAILING"),
        refused("decoy-that-is-missing", volume(Draft(extra={"decoys": 1})), "RECIPIENTS"),
        refused("decoys-zero", volume(Draft(extra={"decoys": 0})), bad),
        refused("volume-beyond-the-set", volume(Draft(extra={**of_three, "volume": 4})), bad),
        refused("set-of-one-under-another-id", volume(Draft(extra={"set": hex32("set")})), bad),
        refused("set-under-its-own-id", volume(Draft(extra={**of_three, "set": hex32("bundle")})), bad),
        refused("segment-beyond-its-end", segment(offset=5_000), bad),
        refused("segment-that-is-all", segment(offset=0, whole_size=5_000), bad),
        refused("segment-without-a-place", segment(offset=None), bad),
        refused("segment-without-a-whole", segment(whole_sha256=None, whole_size=None), bad),
        refused("segment-below-zero", segment(offset=-1), bad),
        refused("roster-that-is-cut", segment(kind="roster", item=None, capsule=None, role=None, part=None), bad),
    ]


def stored(found: list[Case]) -> list[Case]:
    """One volume of each code, and every small file; the others are pinned by their SHA-256."""
    first: dict[str, Case] = {}
    for case in found:
        first.setdefault(case.refused or case.name.split("-")[0] + "".join(case.damage), case)
    return [case for case in found if len(case.data) < 10_000 or case in first.values()]


def expected(found: list[Case]) -> str:
    kept = stored(found)
    files = {
        case.name: {**case.expected, "stored": case in kept, "sha256": hashlib.sha256(case.data).hexdigest()}
        for case in found
    }
    return json.dumps({"identity": DESK.text, "files": files}, indent=1) + "\n"


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    for old in HERE.glob("*.age") if folder == HERE else ():
        old.unlink()
    found = cases()
    for case in stored(found) if folder == HERE else found:
        (folder / f"{case.name}.age").write_bytes(case.data)
    (folder / "expected.json").write_text(expected(found))


if __name__ == "__main__":
    main()
