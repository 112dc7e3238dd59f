"""Static files under an address that changes with their content, so they may be kept for ever."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC_DIR = Path(__file__).parent / "static"
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def static_url(name: str) -> str:
    """The address of a static file, with a part of its SHA-256."""
    return f"/static/{name}?v={_fingerprint(name)}"


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((STATIC_DIR / name).read_bytes()).hexdigest()[:16]


class FingerprintedFiles(StaticFiles):
    """Serves the static folder; only the address with the right fingerprint is kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, and for how long it may be kept."""
        response = await super().get_response(path, scope)
        asked_for = scope["query_string"].decode("latin-1")
        if response.status_code == 200 and asked_for == f"v={_fingerprint(path)}":  # noqa: PLR2004  OK
            response.headers["cache-control"] = _FOR_EVER
        else:
            response.headers["cache-control"] = "no-cache"
        return response
