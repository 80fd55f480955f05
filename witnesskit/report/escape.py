"""Untrusted text made safe to read: what is invisible or turns the line around is shown as its number."""

from __future__ import annotations

import html
import unicodedata
from typing import Final

# joiners that scripts need, and visible Arabic and Syriac signs that Unicode files under "format"
_NEEDED: Final = frozenset("\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def plain(untrusted_text: str) -> str:
    """``untrusted_text`` on one line, every control, bidi and invisible character as ``\\x1b`` or ``\\u202e``."""
    return "".join(_number(character) if _hidden(character) else character for character in untrusted_text)


def markup(untrusted_text: str) -> str:
    """``untrusted_text`` as HTML in its own direction; escaped characters are marked as such."""
    pieces = []
    for character in untrusted_text:
        if _hidden(character):
            pieces.append(f'<span class="code">{_number(character)}</span>')
        else:
            pieces.append(html.escape(character, quote=True))
    return f"<bdi>{''.join(pieces)}</bdi>"


def _hidden(character: str) -> bool:
    return character not in _NEEDED and unicodedata.category(character) in _HIDDEN


def _number(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
