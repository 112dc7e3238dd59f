"""One write through each port, as tests of faults make them."""

from collections.abc import Callable
from datetime import date
from typing import Any

from adapters.http_json import HttpSettings
from adapters.ports import Written
from tests.adapters.builders_canonical import bucket, event, forecast, outlook, proposal

WEEK = date(2026, 1, 5), date(2026, 1, 11)
Write = Callable[[Any], Written]


def create(system: Any) -> Written:
    return _only(system.erp.create([proposal("PL-1")]))


def tell_outlook(system: Any) -> Written:
    return _only(system.crm.write_outlooks([outlook()]))


def tell_forecast(system: Any) -> Written:
    written: Written = system.planning.write_forecast(forecast("pub-1", 1, bucket(*WEEK, "10")))
    return written


def deliver(system: Any) -> Written:
    return _only(system.events.deliver_events([event()]))


def _only(answers: Any) -> Written:
    [written] = answers
    assert isinstance(written, Written)
    return written


REPEATABLE = (tell_outlook, tell_forecast, deliver)


def settings_for(address: str, **differing: Any) -> HttpSettings:
    usual: dict[str, Any] = {
        "system": "erp",
        "base_url": address,
        "webhook_url": f"{address}/hooks",
        "webhook_secrets": ("whsec_" + "QUFB" * 8,),
    }
    return HttpSettings(**{**usual, **differing})
