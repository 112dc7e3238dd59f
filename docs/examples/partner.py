"""The other side of a connection by HTTP, to try one out.

    python docs/examples/partner.py 8090 SECRET_FILE        listen, and log what is told
    python docs/examples/partner.py URL SECRET_FILE BODY    sign a body, and send it

It checks each event's signature as docs/connecting.md asks. A real one also keeps what it is told,
and acts on each webhook-id once.
"""

import datetime as dt
import logging
import sys
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks import Webhook, WebhookVerificationError

_LOG = logging.getLogger("partner")
_SECRET_FILE = Path(sys.argv[2])


class Partner(BaseHTTPRequestHandler):
    """Takes outlooks and forecasts (PUT) and signed events (POST)."""

    def do_PUT(self) -> None:
        """Put the outlook, or the forecast, in place of the last."""
        self._body()
        self._answer(204, f"PUT {self.path}")

    def do_POST(self) -> None:
        """Take an event that is signed with the secret, and no other."""
        try:
            event = _webhook().verify(self._body(), dict(self.headers))
        except WebhookVerificationError:
            self._answer(401, "an event with a wrong signature")
        else:
            self._answer(204, f"event {event['type']} {event['subject']}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  http.server's name
        """Nothing: ``_answer`` says what came."""

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _answer(self, status: int, what: str) -> None:
        _LOG.info("%s -> %d", what, status)
        self.send_response(status)
        self.end_headers()


def send(url: str, body: Path) -> None:
    """Send a body as a signed webhook."""
    now = dt.datetime.now(dt.UTC)
    text = body.read_text(encoding="utf-8")
    headers = {
        "content-type": "application/json",
        "webhook-id": body.stem,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": _webhook().sign(body.stem, now, text),
    }
    request = urllib.request.Request(url, text.encode(), headers)  # noqa: S310  the user's own URL
    with urllib.request.urlopen(request) as answer:  # noqa: S310  the same
        _LOG.info("%s", answer.read().decode())


def _webhook() -> Webhook:
    return Webhook(_SECRET_FILE.read_text(encoding="ascii").strip())


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if sys.argv[1].isdecimal():
        ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Partner).serve_forever()
    else:
        send(sys.argv[1], Path(sys.argv[3]))
