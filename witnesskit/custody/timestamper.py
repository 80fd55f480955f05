"""Ask a time authority for a timestamp (RFC 3161), and keep no answer that does not hold (docs/spec/anchor.md).

Whoever calls posts the request. QUERY is its content type, REPLY that of the answer, TOKEN_MAX the most to read.
"""

from __future__ import annotations

from collections.abc import Iterable

from witnesskit.errors.custody import StampRefused
from witnesskit.errors.verify import BadToken
from witnesskit.formats import timestamp_token

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


def request_bytes(data: bytes) -> tuple[bytes, int]:
    """A TimeStampReq over SHA-256 of ``data``, which is not empty, and its random nonce.

    It asks for the certificates, and names no policy. All that it tells is the digest and the nonce.
    """
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.cert_request(cert_request=True).nonce(nonce=True).build()
    if request.nonce is None:  # the library's type allows it; without a nonce an old answer could be replayed
        raise StampRefused("no nonce was made")
    return request.as_bytes(), request.nonce


def checked_response(
    untrusted_response: bytes, data: bytes, nonce: int, root_pem: bytes, intermediates: Iterable[bytes]
) -> int:
    """POSIX seconds that the answer tells; raises StampRefused unless it answers this request under this root.

    The bytes to store are those received: a verifier in twenty years reads what the authority wrote.
    """
    try:
        token = timestamp_token.checked(untrusted_response, data, root_pem, intermediates)
    except BadToken as refused:
        raise StampRefused(refused.detail) from None
    if token.nonce != nonce:
        raise StampRefused("it answers another request")
    return token.time
