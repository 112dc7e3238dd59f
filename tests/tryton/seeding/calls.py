"""Calls to the Tryton that is being seeded, many records at a time."""

from collections.abc import Iterable, Mapping
from typing import Any

from proteus import config

from tests.tryton.seeded import ADMINISTRATOR

_FOR_THE_CONTEXT: tuple[bool, dict[str, Any]] = (True, {})
Values = Mapping[str, Any]


def create(model: str, *records: Values) -> list[int]:
    """Create all ``records`` in one call; their ids in the same order."""
    return list(_proxy(model).create([dict(record) for record in records], _context()))


def write(model: str, ids: Iterable[int], values: Values) -> None:
    """Change all of them alike."""
    _proxy(model).write(list(ids), dict(values), _context())


def press(model: str, ids: Iterable[int], *buttons: str) -> None:
    """Press one button after the other on all of them."""
    for button in buttons:
        getattr(_proxy(model), button)(list(ids), _context())


def find(model: str, *domain: tuple[str, str, Any]) -> list[int]:
    """The ids of all that match, oldest first."""
    return list(_proxy(model).search(list(domain), 0, None, [("id", "ASC")], _context()))


def one(model: str, *domain: tuple[str, str, Any]) -> int:
    """The id of the only one that matches."""
    [found] = find(model, *domain)
    return found


def read(model: str, ids: Iterable[int], *names: str) -> list[dict[str, Any]]:
    """The named fields of each, in the order of ``ids``."""
    wanted = list(ids)
    rows = {row["id"]: row for row in _proxy(model).read(wanted, list(names), _context())}
    return [rows[record] for record in wanted]


def shipped_with_tryton(name: str) -> int:
    """The id of a record of Tryton's own, such as ``sale.group_sale``."""
    return int(_proxy("ir.model.data").get_id(name, _context()))


def work_for(company: int) -> None:
    """All that follows is that company's."""
    ourselves = find("res.user", ("login", "=", ADMINISTRATOR.user))
    write("res.user", ourselves, {"companies": [("add", [company])]})
    write("res.user", ourselves, {"company": company})
    config.get_config()._context = _proxy("res.user").get_preferences(*_FOR_THE_CONTEXT)  # noqa: SLF001  proteus offers no other way


def _proxy(model: str) -> Any:
    return config.get_config().get_proxy(model)


def _context() -> dict[str, Any]:
    return dict(config.get_config().context)
