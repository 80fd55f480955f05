"""A seccomp filter without a library: an allow-list of system calls, everything else answers EPERM.

What remains is to read and write open descriptors, to hold memory that is not executable, to tell the
time and to end. No open, no socket, no exec, no fork, no signal to others.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from typing import Final

_X86_64: Final = {
    "read": 0, "write": 1, "close": 3, "fstat": 5, "lseek": 8, "munmap": 11, "brk": 12, "rt_sigaction": 13,
    "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17, "readv": 19, "writev": 20, "sched_yield": 24,
    "mremap": 25, "madvise": 28, "nanosleep": 35, "getpid": 39, "exit": 60, "gettimeofday": 96, "getuid": 102,
    "getgid": 104, "geteuid": 107, "getegid": 108, "getppid": 110, "sigaltstack": 131, "gettid": 186,
    "time": 201, "futex": 202, "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229,
    "clock_nanosleep": 230, "exit_group": 231, "set_robust_list": 273, "preadv": 295, "getrandom": 318,
    "membarrier": 324, "preadv2": 327, "rseq": 334,
}  # fmt: skip
_GENERIC: Final = {
    "close": 57, "lseek": 62, "read": 63, "write": 64, "readv": 65, "writev": 66, "pread64": 67, "preadv": 69,
    "fstat": 80, "exit": 93, "exit_group": 94, "futex": 98, "set_robust_list": 99, "nanosleep": 101,
    "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115, "sched_yield": 124,
    "restart_syscall": 128, "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135,
    "rt_sigreturn": 139, "gettimeofday": 169, "getpid": 172, "getppid": 173, "getuid": 174, "geteuid": 175,
    "getgid": 176, "getegid": 177, "gettid": 178, "brk": 214, "munmap": 215, "mremap": 216, "madvise": 233,
    "getrandom": 278, "membarrier": 283, "preadv2": 286, "rseq": 293,
}  # fmt: skip
# machine -> (audit number, allowed calls, mmap, mprotect, newfstatat)
_MACHINES: Final = {
    "x86_64": (0xC000003E, _X86_64, 9, 10, 262),
    "aarch64": (0xC00000B7, _GENERIC, 222, 226, 79),
    "riscv64": (0xC00000F3, _GENERIC, 222, 226, 79),
}
_X32_BIT: Final = 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # classic BPF
_ALLOW: Final = 0x7FFF0000
_DENY: Final = 0x00050000 | errno.EPERM
_KILL: Final = 0x80000000
_NUMBER, _ARCHITECTURE, _THIRD, _FOURTH = 0, 4, 32, 40  # offsets in struct seccomp_data

_PROT_EXEC: Final = 4
_AT_EMPTY_PATH: Final = 0x1000
_PR_SET_SECCOMP: Final = 22
_MODE_FILTER: Final = 2

_Step = tuple[int, int, int, int]  # code, jump if true, jump if false, constant


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def program(machine: str) -> bytes:
    """The filter for ``machine`` as BPF bytes; empty where we do not know its numbers."""
    if machine not in _MACHINES or struct.calcsize("P") != 8:
        return b""
    audit, allowed, mmap, mprotect, newfstatat = _MACHINES[machine]
    steps: list[_Step] = [
        (_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, audit), (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, _X32_BIT), (_RETURN, 0, 0, _KILL),
    ]  # fmt: skip
    for number in sorted(allowed.values()):
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    for number in (mmap, mprotect):  # memory, but never code
        steps += [(_EQUAL, 0, 4, number), (_LOAD, 0, 0, _THIRD), (_ANY_BIT, 0, 1, _PROT_EXEC)]
        steps += [(_RETURN, 0, 0, _DENY), (_RETURN, 0, 0, _ALLOW)]
    # how a newer C library spells fstat: of an open descriptor only
    steps += [(_EQUAL, 0, 3, newfstatat), (_LOAD, 0, 0, _FOURTH), (_EQUAL, 0, 1, _AT_EMPTY_PATH)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _DENY)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def deny_the_rest(libc: ctypes.CDLL) -> bool:
    """Put the filter on, for good; needs no_new_privs. False where it could not be done."""
    steps = program(os.uname().machine)
    if not steps:
        return False
    filter_program = _Program(len(steps) // 8, steps)
    return bool(libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(filter_program), 0, 0) == 0)
