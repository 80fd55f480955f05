"""What an import costs a desk that has 1,000,000 items, against the same desk with 1,000.

Run ``python benchmarks/import_scale.py [ITEMS]``. Both desks are made with the program's commands; then what they hold is
written through its own functions: items and papers in bundles of twenty from 300 devices, one receipt for each in the log,
the logs of those devices. Stand-ins are what an import never reads: the capsules are not there, and old checkpoints are
empty files. Each round imports a fresh bundle of twenty small files at either desk, and opens either desk anew.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import inputs
import vaults
from measure import Row, compared, paired, tell

from witnesskit.actions import seen
from witnesskit.actions.import_bundle import ImportWish, import_bundle, open_for_import
from witnesskit.actions.opening import open_for_saving
from witnesskit.actions.seen_files import place_of
from witnesskit.custody.prepare import prepare
from witnesskit.formats.merkle_read import leaf_hash
from witnesskit.model import Role, SealedCapsule
from witnesskit.vault import layout
from witnesskit.vault.state import BundleState, ItemState

SMALL = 1_000
BAR = 1.5
EACH = 20  # items of a bundle
SENDERS = 300
LOG_ITEMS = 200  # items that a device sends until it begins a new log
BATCH = 1_000  # bundles written at once


@dataclass(frozen=True)
class Pair:
    """A desk and a device of it."""

    desk: Path
    field: Path
    folder: Path

    @property
    def passphrase(self) -> str:
        return (self.folder / "secrets" / "passphrase.txt").read_text().strip()


def name(*words: object) -> str:
    return hashlib.sha256(repr(words).encode()).hexdigest()


def capsule(item: str, place: int) -> SealedCapsule:
    role = Role.RECORD if place else Role.ORIGINAL
    return SealedCapsule(name(item, place)[:32], item, role, 1, 65_756, name(item, place, "sha256"))


def listed(number: int) -> tuple[dict[str, ItemState], str, BundleState]:
    """One bundle: its items, the paper of its device and the one of its receipt."""
    bundle, sender = name("bundle", number)[:32], f"wk1/{name('sender', number % SENDERS)[:13]}+00000000+A"
    items = [name("item", number, place)[:32] for place in range(EACH)]
    found = {item: ItemState((capsule(item, 0), capsule(item, 1))) for item in items}
    papers = {name(kind, number)[:32]: kind for kind in ("device", "receipt")}
    found |= {one: ItemState((capsule(one, 1),), paper=True, events=(kind,)) for one, kind in papers.items()}
    brought = (*items, name("device", number)[:32])
    facts = BundleState(number // SENDERS + 1, "", "", name("meta", number), brought, sender, 1)
    return found, bundle, facts


def fill(pair: Pair, items: int) -> None:
    """As if so many items had come."""
    with open_for_saving(layout.open_vault(pair.desk), pair.passphrase) as session:
        bundles = items // EACH
        for start in range(0, bundles, BATCH):
            state = session.state
            made = [listed(number) for number in range(start, min(bundles, start + BATCH))]
            state = state.with_items({item: facts for found, *_bundle in made for item, facts in found.items()})
            for _found, bundle, facts in made:
                state = state.with_bundle(bundle, facts)
            state.save()
            session.state = state
        receipts(session, bundles)
        logs(session, items // LOG_ITEMS)


def receipts(session, bundles: int) -> None:
    facts = dict.fromkeys(("bundle", "origin", "log", "root", "result", "sender", "policy"), "0" * 64)
    for start in range(0, bundles, BATCH):
        events = [
            prepare(
                "receipt",
                facts | {"size": 1, "checked": 1, "opened": 0, "missing": [], "copies": 1, "day": "2026-01-01"},
            )
            for _ in range(min(BATCH, bundles - start))
        ]
        session.journal.append_all([(event, {}) for event in events])
    for number in range(2, bundles):
        (session.vault.custody / "checkpoints" / f"{number}.note").touch()
    session.journal.checkpoint(session.signer)


def logs(session, count: int) -> None:
    """Logs of others, each of one line that only its name is read of."""
    for number in range(count):
        line = json.dumps({"type": "genesis", "x": {"origin": f"wk1/{number:013}"}}).encode() + b"\n"
        folder = seen.seen_files.folders(session.vault)[0]
        path = place_of(folder, session.keyring, leaf_hash(line).hex(), line)
        path.write_bytes(line)
        path.with_suffix(".note").touch()


def bundles(pair: Pair) -> Iterator[Path]:
    """Fresh bundles of twenty files; the receipt before goes back first."""
    for number in range(100):
        source, stick = pair.folder / f"new-{number}", pair.folder / f"stick-{number}"
        source.mkdir()
        stick.mkdir()
        for place in range(EACH):
            (source / f"{place}.txt").write_text(f"{pair.folder} {number} {place}")
        for receipt in sorted((pair.folder / "receipts").glob("*.wkr")):
            run("receipt", receipt, "--vault", pair.field)
            receipt.unlink()
        run("add", *sorted(source.iterdir()), "--vault", pair.field)
        run("bundle", stick, "--vault", pair.field)
        yield next(stick.glob("*.age"))


def run(*words: object) -> None:
    subprocess.run([*vaults.PROGRAM, *map(str, words)], check=True, capture_output=True)


def imports(pair: Pair):
    """(seconds that one import takes at a desk that is open, seconds to open it and to close it)."""
    fresh = bundles(pair)
    wish = ImportWish(pair.folder / "receipts")

    def once() -> tuple[float, float]:
        path = next(fresh)
        before = time.perf_counter()
        with open_for_import(layout.open_vault(pair.desk), pair.passphrase) as desk:
            begin = time.perf_counter()
            import_bundle(desk, path, wish, lambda _done, _whole: None)
            end = time.perf_counter()
        return end - begin, time.perf_counter() - before - (end - begin)

    return once


def made(folder: Path, items: int) -> Pair:
    folder.mkdir()
    pair = Pair(*vaults.make(folder), folder)
    fill(pair, items)
    return pair


def rows(items: int, folder: Path) -> list[Row]:
    large, small = made(folder / "large", items), made(folder / "small", SMALL)
    ours, peer = paired(imports(large), imports(small), pairs=7)
    what = f"import of {EACH} items, {items:,} there against {SMALL:,}"
    return [
        compared(what, [one[0] for one in ours], [one[0] for one in peer], BAR),
        compared("opening and closing that desk", [one[1] for one in ours], [one[1] for one in peer], None),
    ]


def main() -> None:
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with inputs.folder(items * 1_500) as folder:
        tell(rows(items, folder))


if __name__ == "__main__":
    main()
