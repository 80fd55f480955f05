"""Commands of a shell, and two small programs, for whoever checks without us: texts that are printed and typed.

Everything that is put into a command is quoted for the shell, or is a digest or a number of ours.
"""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import Sequence
from typing import Final

from witnesskit.media_model import EssenceHash

# an Ed25519 public key in _DER is these twelve bytes and the 32 bytes of the key (RFC 8410 §4)
_DER: Final = r"\060\052\060\005\006\003\053\145\160\003\041\000"
ROOT_PROGRAM: Final = (
    "cat > root.py <<'END'",
    "import base64, hashlib, sys",
    "def root(leaves):",
    "    if len(leaves) == 1: return leaves[0]",
    "    split = 1",
    "    while split * 2 < len(leaves): split *= 2",
    r'    return hashlib.sha256(b"\1" + root(leaves[:split]) + root(leaves[split:])).digest()',
    r'lines = open(sys.argv[1], "rb").read().split(b"\n")[: int(sys.argv[2])]',
    r'print(base64.b64encode(root([hashlib.sha256(b"\0" + line).digest() for line in lines])).decode())',
    "END",
)
OPENED: Final = (
    'opened() { d="$1"; h=$(printf %s "$d" | openssl dgst -sha256 -binary | openssl base64 | tr +/ -_ | tr -d =)',
    """grep -n -F "\\"$h\\"" "$2" | cut -d: -f1; while [ $(( ${#d} % 4 )) -ne 0 ]; do d="$d="; done""",
    'printf %s "$d" | tr -- -_ +/ | openssl base64 -d -A; echo; }',
)
PROOF_PROGRAM: Final = (
    "cat > proof.py <<'END'",
    "import base64, hashlib, json, sys",
    "def pair(left, right): return hashlib.sha256(b'\\1' + left + right).digest()",
    "lines = open(sys.argv[1], encoding='utf-8').read().split('\\n')",
    "told, number = json.loads(base64.b64decode(lines[1].split()[1])), int(lines[2].split()[1])",
    "end = lines.index('', 3)",
    "origin, size, signed = lines[end + 1 : end + 4]",
    "value, place, last = hashlib.sha256(b'\\0' + told['line'].encode()).digest(), number, int(size) - 1",
    "for text in lines[3:end]:",
    "    beside = base64.b64decode(text)",
    "    if place & 1 or place == last:",
    "        value = pair(beside, value)",
    "        while place and not place & 1: place, last = place >> 1, last >> 1",
    "    else: value = pair(value, beside)",
    "    place, last = place >> 1, last >> 1",
    "good = last == 0 and base64.b64encode(value).decode() == signed",
    "print('entry', number, 'is' if good else 'IS NOT', 'among the', size, 'that', origin, 'signed')",
    "for one in told['disclosures']:",
    "    digest = base64.urlsafe_b64encode(hashlib.sha256(one.encode()).digest()).decode().rstrip('=')",
    "    state = 'committed' if digest in told['line'] else 'NOT COMMITTED'",
    "    print(state, base64.urlsafe_b64decode(one + '==').decode())",
    "END",
)
# definition of the essence hash -> what ffmpeg must do with the coded stream before hashing it
_FILTERS: Final = {
    "h264-vcl": " -bsf h264_mp4toannexb,filter_units=pass_types=1-5",
    "hevc-vcl": " -bsf hevc_mp4toannexb,filter_units=pass_types=0-31",
    "raw-packets": "",
}
_STREAM: Final = re.compile(r"(video|audio):([0-9]{1,2})")


def copied(sha256: str, name: str) -> str:
    """Find a file by its digest in the checked list, or in that of a set (bundle.md), and give it its name."""
    return f"""cp "../bag/$(awk '$1=="{sha256}"{{print $2; exit}}' ../bag/*-sha256.txt)" {shlex.quote(name)}"""


def public_key(vkey: str, name: str) -> str:
    """The command that makes a key file for openssl of a verifier key's text."""
    return (
        f"( printf '{_DER}'; printf %s {shlex.quote(vkey)} | cut -d+ -f3- | base64 -d | tail -c +2 )"
        f" | openssl pkey -pubin -inform DER -out {name}"
    )


def signature_line(vkey: str, file: str) -> str:
    """The command that prints the bytes of the line of ``vkey`` in a note: of its name, and of its key hash.

    A note may hold lines of several keys of one name; five characters of base64 tell 30 of the 32 bits of the hash.
    """
    name, _plus, rest = vkey.partition("+")
    mark = base64.b64encode(bytes.fromhex(rest[:8])).decode()[:5]
    return f"grep -F {shlex.quote(f'— {name} {mark}')} {file} | cut -d' ' -f3 | base64 -d"


def essence_commands(file: str, hashes: Sequence[EssenceHash]) -> tuple[str, ...]:
    """Commands that recompute the essence of coded streams; none for definitions that no stock tool computes."""
    commands = []
    for found in hashes:
        stream = _STREAM.fullmatch(found.stream)
        if stream and found.definition in _FILTERS:
            place, bsf = f"0:{stream[1][0]}:{stream[2]}", _FILTERS[found.definition]
            where = shlex.quote(file)
            commands.append(f"ffmpeg -v error -i {where} -map {place} -c copy{bsf} -f streamhash -hash sha256 -")
    return tuple(dict.fromkeys(commands))
