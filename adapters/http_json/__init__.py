"""Any system that speaks JSON over HTTP, and hears of events by signed webhooks."""

from adapters.http_json.exchange import open_http
from adapters.http_json.settings import HttpSettings

__all__ = ["HttpSettings", "open_http"]
