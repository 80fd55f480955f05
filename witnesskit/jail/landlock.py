"""Landlock by system call: no access to any file, no TCP, no signal to others (Linux 5.13 and later)."""

from __future__ import annotations

import ctypes
import struct
from typing import Final

_CREATE_RULESET: Final = 444  # one number on every architecture
_RESTRICT_SELF: Final = 446
_VERSION_FLAG: Final = 1

_FILE_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15}  # ABI -> number of access rights known to it
_FILE_RIGHTS_NEWEST: Final = 16  # ABI 5 added ioctl on devices
_TCP_BIND_AND_CONNECT: Final = 0b11  # ABI 4
_ABSTRACT_SOCKETS_AND_SIGNALS: Final = 0b11  # ABI 6


def abi(libc: ctypes.CDLL) -> int:
    """Version of Landlock in this kernel; 0 where there is none."""
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION_FLAG)
    return max(0, int(version))


def ruleset(version: int) -> bytes:
    """``struct landlock_ruleset_attr`` that handles every right this version knows, so that all are denied."""
    rights = (1 << _FILE_RIGHTS.get(version, _FILE_RIGHTS_NEWEST)) - 1
    fields = [rights]
    if version >= 4:
        fields.append(_TCP_BIND_AND_CONNECT)
    if version >= 6:
        fields.append(_ABSTRACT_SOCKETS_AND_SIGNALS)
    return struct.pack(f"={len(fields)}Q", *fields)


def deny_everything(libc: ctypes.CDLL) -> bool:
    """Give up every right of Landlock, for good; needs no_new_privs. False where it could not be done."""
    version = abi(libc)
    if not version:
        return False
    attributes = ruleset(version)
    descriptor = libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    return bool(descriptor >= 0 and libc.syscall(_RESTRICT_SELF, descriptor, 0) == 0)
