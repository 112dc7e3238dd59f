"""Settings of a Tryton server, where only what matters is named."""

from typing import Any

from adapters.erp.tryton import TrytonSettings


def settings(**changes: Any) -> TrytonSettings:
    """Settings of a server that need not be there."""
    given = {
        "system": "erp",
        "base_url": "https://tryton.example",
        "database": "main",
        "login": "pegline",
        "password": "a-password",
    }
    return TrytonSettings.model_validate({**given, **changes})
