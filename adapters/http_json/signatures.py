"""Signed webhooks after Standard Webhooks 1.0: secrets, and what comes in.

A secret is written ``whsec_`` and then 24 to 64 random bytes in Base64. Two secrets are valid
while one takes over from the other.
"""

import base64
import secrets as randomness
from collections.abc import Mapping, Sequence

from standardwebhooks import Webhook, WebhookVerificationError

PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """A new secret to share with one system."""
    return PREFIX + base64.b64encode(randomness.token_bytes(_SECRET_BYTES)).decode("ascii")


def verified(body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> bool:
    """Whether the body was signed with one of the secrets within the last five minutes."""
    for secret in secrets:
        try:
            Webhook(secret).verify(body, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            continue
        return True
    return False
