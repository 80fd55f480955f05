"""What a computer keeps of a program's memory and folders without being asked: swap, hibernation, cores, indexes.

Read from /proc and /sys as Linux tells it; what cannot be told counts as kept. Nothing is changed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from witnesskit.actions.finding import LOOK, OK, Finding
from witnesskit.jail.own_memory import is_kept

_DEEP: Final = 8  # layers of block devices: a volume on a volume on a disk
_CRYPT: Final = "CRYPT-"  # of a device that the kernel encrypts
_INDEXERS: Final = (
    ("GNOME's search", (".cache/tracker3", ".cache/tracker", ".cache/localsearch3", ".local/share/tracker")),
    ("KDE's search", (".local/share/baloo/index",)),
    ("a cache of thumbnails", (".cache/thumbnails", ".thumbnails")),
)


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None


@dataclass(frozen=True)
class Computer:
    """Where to look: the folder that holds ``proc`` and ``sys``, and the person's home."""

    root: Path = Path("/")
    home: Path | None = field(default_factory=_home)

    def text(self, path: str) -> str | None:
        """A small file of the system; None if it is not there or cannot be read."""
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None


def traces(computer: Computer, vault: Path | None) -> tuple[Finding, ...]:
    """One finding for each way; ``look`` where something may be kept. ``vault``: its folder, if there is one."""
    found = (_swap(computer), _hibernation(computer), _cores(computer))
    return found if vault is None else (*found, indexes(computer, vault))


def _swap(computer: Computer) -> Finding:
    listed = computer.text("proc/swaps")
    if listed is None:
        return Finding("swap", LOOK, "it cannot be told whether memory is written to a disk", "switch swap off")
    places = [line.split() for line in listed.splitlines()[1:] if line.strip()]
    open_ones = sum(not _swap_is_closed(computer, place) for place in places)
    if open_ones:
        step = "switch it off (`swapoff -a`), or encrypt the disk it lies on"
        return Finding("swap", LOOK, f"memory is written to {open_ones} place(s) of a disk without encryption", step)
    return Finding("swap", OK, "what is swapped is encrypted or stays in memory" if places else "there is no swap")


def _swap_is_closed(computer: Computer, place: list[str]) -> bool:
    """In compressed memory alone, or on an encrypted device."""
    name, kind = _unescaped(place[0]), place[1] if len(place) > 1 else ""
    if kind == "file":
        return _is_encrypted(computer, _device_of(computer, name))
    block = f"sys/class/block/{Path(name).name}"
    if Path(name).name.startswith("zram"):
        return (computer.text(f"{block}/backing_dev") or "none").strip() == "none"
    return _is_encrypted(computer, block)


def _device_of(computer: Computer, path: str) -> str:
    """Of the file system that ``path`` lies on: its place below ``sys``, empty if it cannot be told."""
    found, longest = "", -1
    for line in (computer.text("proc/self/mountinfo") or "").splitlines():
        words = line.split(" ")
        place = _unescaped(words[4]) if len(words) > 4 else ""
        if place and (place == "/" or path.startswith(f"{place}/")) and len(place) >= longest:
            found, longest = f"sys/dev/block/{words[2]}", len(place)
    return found


def _is_encrypted(computer: Computer, block: str, deep: int = _DEEP) -> bool:
    """The device itself, or everything that it lies on."""
    if not block or not deep:
        return False
    if (computer.text(f"{block}/dm/uuid") or "").startswith(_CRYPT):
        return True
    try:
        below = sorted(os.listdir(computer.root / block / "slaves"))  # noqa: PTH208 - names only
    except OSError:
        return False
    return bool(below) and all(_is_encrypted(computer, f"sys/class/block/{name}", deep - 1) for name in below)


def _hibernation(computer: Computer) -> Finding:
    able = "disk" in (computer.text("sys/power/state") or "").split()
    off = "[disabled]" in (computer.text("sys/power/disk") or "[disabled]")
    if not able or off:
        return Finding("hibernation", OK, "this computer does not write its memory to a disk to sleep")
    device = (computer.text("sys/power/resume") or "").strip()
    words = (computer.text("proc/cmdline") or "").split()
    asked = any(word.startswith("resume=") for word in words) and "noresume" not in words
    if device in ("", "0:0") and not asked:
        return Finding("hibernation", OK, "this computer is not set up to write its memory to a disk to sleep")
    if device not in ("", "0:0") and _is_encrypted(computer, f"sys/dev/block/{device}"):
        return Finding("hibernation", OK, "memory is written to an encrypted disk when this computer hibernates")
    step = "take `resume=` out of what the system is started with, or encrypt the disk"
    return Finding(
        "hibernation", LOOK, "all memory is written to a disk in clear when this computer hibernates", step
    )


def _cores(computer: Computer) -> Finding:
    handled = (computer.text("proc/sys/kernel/core_pattern") or "").startswith("|")
    if is_kept():
        beside = "; of other programs a handler gets it" if handled else ""
        return Finding("core dumps", OK, f"nothing is written of this program's memory if it dies{beside}")
    step = "run `ulimit -c 0`, and switch the handler of core dumps off"
    return Finding("core dumps", LOOK, "this program's memory may be written to a disk if it dies", step)


def indexes(computer: Computer, vault: Path) -> Finding:
    """What searches a home notes names, sizes and days of the files in it, a vault's too."""
    home = computer.home
    inside = home is not None and Path(os.path.realpath(vault)).is_relative_to(os.path.realpath(home))
    names = [name for name, marks in _INDEXERS if home and inside and any((home / mark).exists() for mark in marks)]
    if not names:
        return Finding("indexes", OK, "no index of files that is known looks into the vault's folder")
    step = "move the vault out of the home folder, or take its folder out of what is searched"
    return Finding("indexes", LOOK, f"names and days of the vault's files may be kept by {' and '.join(names)}", step)


def _unescaped(text: str) -> str:
    """Octal escapes of spaces and the like, as Linux writes them in its tables."""
    return text.encode("latin-1", "replace").decode("unicode_escape", "replace") if "\\" in text else text
