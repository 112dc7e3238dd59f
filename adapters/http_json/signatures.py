"""Signed webhooks after Standard Webhooks 1.0: secrets, what goes out, what comes in.

A secret is written ``whsec_`` and then 24 to 64 random bytes in Base64. Two are valid while one
takes over from the other: what goes out is signed with both, what comes in by either.
"""

import base64
import secrets as randomness
from collections.abc import Mapping, Sequence
from datetime import datetime

from standardwebhooks import Webhook, WebhookVerificationError

PREFIX = "whsec_"
_SECRET_BYTES = 32
MOST_SECRETS = 2
_FEWEST_BYTES, _MOST_BYTES = 24, 64


def new_secret() -> str:
    """A new secret to share with one system."""
    return PREFIX + base64.b64encode(randomness.token_bytes(_SECRET_BYTES)).decode("ascii")


def check_secret(secret: str) -> None:
    """Raise a ValueError unless ``secret`` is one; the message does not repeat it."""
    sound = secret.startswith(PREFIX)
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not sound or not _FEWEST_BYTES <= len(key) <= _MOST_BYTES:
        raise ValueError(
            f"a webhook secret is {PREFIX} and {_FEWEST_BYTES} to {_MOST_BYTES} bytes in Base64"
        )


def signed_headers(
    message_id: str, sent_at: datetime, body: bytes, secrets: Sequence[str]
) -> dict[str, str]:
    """The headers that sign ``body``; ``message_id`` is the same at every try, the time is not."""
    text = body.decode("utf-8")
    signatures = [Webhook(secret).sign(message_id, sent_at, text) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def verified(body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> bool:
    """Whether ``body``, as it came, was signed with one of the secrets.

    Signatures older or newer than five minutes do not count. Within them the same message can
    come again: who receives keeps the ``webhook-id`` of what was done. However many secrets
    there are, the work is the same: its time does not tell which names are connected.
    """
    nobodys = [new_secret()] * (MOST_SECRETS - len(secrets))
    found = [_verified(body, headers, secret) for secret in (*secrets, *nobodys)]
    return any(found)


def _verified(body: bytes, headers: Mapping[str, str], secret: str) -> bool:
    try:
        check_secret(secret)  # a short one, set by hand, could be guessed
        Webhook(secret).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):  # the latter for headers out of shape
        return False
    return True
