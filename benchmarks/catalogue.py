"""The desk's catalogue of 1,000,000 items, made through its adapter: pages and searches against reading one row by its key.

Run ``python benchmarks/catalogue.py [ITEMS]``. Ratios are medians of eleven paired runs in the same database, each of many
questions; the price of one more item is compared with that in a catalogue of 1,000. The sealed snapshot is written and
opened too, with the memory that takes; the disk is that of BENCH_FOLDER.
"""

from __future__ import annotations

import hashlib
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count, cycle
from pathlib import Path

from measure import Row as Line
from measure import compared, paired, tell

from witnesskit.sealing.identity import Identity
from witnesskit.vault.catalogue.kept import KeptCatalogue, empty, open_kept
from witnesskit.vault.catalogue.port import Digest, Row, Search

BAR = 20.0
FLAT = 2.0
PAIRS = 11
SMALL = 1_000
QUESTIONS = 40  # asked in one run
ADDED = 500  # items of one run of the price of an item
BATCH = 2_000
KEY = Identity(b"b" * 32)
WORDS = [f"word{number}" for number in range(5000)]
RANDOM = random.Random(1)


def row(number: int) -> Row:
    """A film with a page and a copy; two words stand in every one, the others as unevenly as in a language."""
    name = hashlib.sha256(b"%d" % number).hexdigest()
    title = " ".join(WORDS[min(4999, int(RANDOM.expovariate(1 / 300)))] for _ in range(10))
    kinds = ("capsule", "capsule", "original", "copy", "page")
    return Row(
        seq=number // 50 << 33 | number % 50, item=name[:32], mark=number, kind="url", url=f"https://site{number % 200}.example/p/{name[:11]}",
        host=f"site{number % 200}.example", source=f"site{number % 200}.example", title=f"police square {title}",
        captured=f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}", imported="2026-01-01", outcome="saved", missing="screenshot",
        sender="k7f2-93", digests=tuple(Digest(kind, digest(number, place)) for place, kind in enumerate(kinds)),
    )  # fmt: skip


def digest(number: int, place: int) -> str:
    return hashlib.sha256(b"%d %d" % (number, place)).hexdigest()


def filled(folder: Path, items: int) -> KeptCatalogue:
    found = empty(folder, KEY)
    for start in range(0, items, BATCH):
        found.put(row(number) for number in range(start, min(items, start + BATCH)))
    return found


def each(question: Callable[[], object]) -> Callable[[], float]:
    """Microseconds of one question, over many."""

    def run() -> float:
        begin = time.perf_counter()
        for _ in range(QUESTIONS):
            question()
        return (time.perf_counter() - begin) / QUESTIONS * 1e6

    return run


def questions(found: KeptCatalogue, items: int) -> Iterator[Line]:
    names = cycle([hashlib.sha256(b"%d" % RANDOM.randrange(items)).hexdigest()[:32] for _ in range(1000)])
    digests = cycle([digest(RANDOM.randrange(items), place % 5) for place in range(1000)])

    def key() -> object:
        return found.get(next(names))

    asked: dict[str, tuple[Callable[[], object], float | None]] = {
        "newest page of 20": (lambda: found.page(Search()), BAR),
        "newest 20 of a word in every item": (lambda: found.page(Search(text="police")), BAR),
        "newest 20 of two such words": (lambda: found.page(Search(text="police square")), BAR),
        "newest 20 of two frequent words": (lambda: found.page(Search(text="word1 word2")), BAR),
        "a digest": (lambda: found.page(Search(digest=next(digests))), BAR),
        "newest 20 of one site": (lambda: found.page(Search(source="site7.example")), None),
        "20 in the middle": (lambda: found.page(Search(before=items // 100 << 33)), None),
        "20 of two words in the middle": (lambda: found.page(Search(text="police square", before=items // 100 << 33)), None),
    }  # fmt: skip
    for what, (question, bar) in asked.items():
        ours, peer = paired(each(question), each(key), pairs=PAIRS)
        yield compared(f"{what} / one row by its key", ours, peer, bar, "us")


def price(large: KeptCatalogue, small: KeptCatalogue, *, keep: bool) -> Line:
    """Of one more item, in memory alone or with its sealed changes on the disk."""
    numbers = count(10_000_000)

    def adding(found: KeptCatalogue) -> Callable[[], float]:
        def run() -> float:
            rows = [row(next(numbers)) for _ in range(20 if keep else ADDED)]
            begin = time.perf_counter()
            for one in rows:
                found.put([one])
                if keep:
                    found.keep()
            return (time.perf_counter() - begin) / len(rows) * 1e6

        return run

    ours, peer = paired(adding(large), adding(small), pairs=PAIRS)
    what = "one more item, sealed on the disk" if keep else "one more item, in memory"
    return compared(f"{what} / among {SMALL} items", ours, peer, FLAT, "us")


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> None:
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as name:
        folder = Path(name)
        begin = time.perf_counter()
        made = filled(folder / "large", items)
        told = [Line(f"{items} items put in", f"{time.perf_counter() - begin:.0f} s", f"{peak():.0f} MiB peak")]
        told.append(Line("one index of words made of them", f"{seconds(made.rows.optimise):.1f} s", ""))
        sealed = seconds(made.keep)
        size = (folder / "large" / "snapshot").stat().st_size / 2**20
        told.append(Line("snapshot sealed", f"{sealed:.1f} s", f"{size:.0f} MiB, {peak():.0f} MiB peak"))
        tell(told)
        made.close()
        opened: list[KeptCatalogue] = []
        took = seconds(lambda: opened.append(open_kept(folder / "large", KEY)))
        tell([Line("snapshot opened", f"{took:.1f} s", f"{peak():.0f} MiB peak")])
        tell(list(questions(opened[0], items)))
        small = filled(folder / "small", SMALL)
        small.keep()
        small.close()
        small = open_kept(folder / "small", KEY)
        tell([price(opened[0], small, keep=False)])
        small.keep(), opened[0].keep()
        tell([price(opened[0], small, keep=True)])


if __name__ == "__main__":
    main()
