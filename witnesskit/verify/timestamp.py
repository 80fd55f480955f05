"""A time authority's word, under a root that the person gave (RFC 3161; docs/spec/anchor.md)."""

from __future__ import annotations

from collections.abc import Sequence

from witnesskit.formats import timestamp_token


def token_time(untrusted_token: bytes, data: bytes, root_pem: bytes, intermediates: Sequence[bytes]) -> int:
    """POSIX seconds at which the authority of ``root_pem`` saw ``data``; raises BadToken, which tells the rule."""
    return timestamp_token.checked(untrusted_token, data, root_pem, intermediates).time
