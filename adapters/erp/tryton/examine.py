"""Whether Tryton is set up for what we are to do there, asked without changing anything."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.erp.tryton.permissions import access_to, buttons_denied
from adapters.erp.tryton.rpc import Row, Rpc, Search
from adapters.erp.tryton.settings import Writing
from adapters.http_client import RefusedCallerError
from adapters.ports import Examined, Idempotency, IncomingKind

_SERIES = "8.0"
OUR_MODULE = "pegline_reference"


@dataclass(frozen=True)
class _Need:
    """What something asks of Tryton: a module, and what may be done to its models.

    ``unless`` says how to do without it, ``part`` which writing needs it.
    """

    name: str
    module: str
    rights: Mapping[str, Sequence[str]]
    unless: str
    part: Writing | None = None


_MAKES = ("read", "write", "create")
_WRITING = (
    _Need(
        "requisitions",
        "purchase_requisition",
        {"purchase.requisition": _MAKES, "purchase.request": ("read",)},
        "or do not push proposals to it",
        Writing.PROPOSALS,
    ),
    _Need(
        "transfers",
        "stock",
        {"stock.shipment.internal": _MAKES, "stock.move": _MAKES},
        "or do not push proposals to it",
        Writing.PROPOSALS,
    ),
    _Need(
        "messages about purchases",
        "purchase",
        {"purchase.purchase": ("read", "write"), "ir.note": _MAKES},
        "or do not push proposals to it",
        Writing.PROPOSALS,
    ),
    _Need(
        "outlooks",
        "sale_opportunity",
        {"sale.opportunity": ("read", "write"), "ir.note": _MAKES},
        "or do not connect it as a CRM",
        Writing.OUTLOOKS,
    ),
    _Need(
        "forecasts",
        "stock_forecast",
        {"stock.forecast": (*_MAKES, "delete"), "stock.forecast.line": (*_MAKES, "delete")},
        "or do not connect it as a planning system",
        Writing.FORECASTS,
    ),
)
_READING: Mapping[IncomingKind, tuple[str, Sequence[str]]] = {
    IncomingKind.LOCATIONS: ("stock", ("stock.location",)),
    IncomingKind.ITEMS: ("product", ("product.product", "product.uom")),
    IncomingKind.ACCOUNTS: ("party", ("party.party",)),
    IncomingKind.SUPPLIER_TERMS: ("purchase", ("purchase.product_supplier",)),
    IncomingKind.TRANSFER_LANES: ("stock_supply", ("stock.order_point", "stock.location")),
    IncomingKind.ORDER_POINTS: ("stock_supply", ("stock.order_point",)),
    IncomingKind.SALES_LINES: ("sale", ("stock.move", "sale.line", "stock.shipment.out")),
    IncomingKind.STOCK_POSITIONS: ("stock", ("product.product", "stock.move")),
    IncomingKind.OPEN_ORDERS: ("purchase_request", ("purchase.line", "sale.line", "stock.move")),
    IncomingKind.DEMAND_SIGNALS: ("sale_opportunity", ("sale.opportunity",)),
    IncomingKind.PROPOSAL_ANSWERS: (
        "purchase_requisition",
        ("purchase.requisition", "purchase.request", "purchase.line", "stock.shipment.internal"),
    ),
}


def examine(rpc: Rpc) -> list[Examined]:
    """What was found, one by one; raises PortError where Tryton does not answer."""
    try:
        context = rpc.context
    except RefusedCallerError as refused:
        remedy = "Check the address, the database, and the password of the user in Tryton."
        return [Examined("log-in", ok=False, detail=refused.detail, remedy=remedy)]
    modules = _modules(rpc)
    return [
        Examined("log-in", ok=True, detail=f"{rpc.settings.login} in {rpc.settings.database}"),
        _series(modules),
        *_company(rpc, context),
        *_idempotency(rpc, modules),
        *_needs(rpc, modules),
        *_approval(rpc, modules),
    ]


def _modules(rpc: Rpc) -> Mapping[str, Row]:
    """The modules that are activated, by name."""
    search = Search("ir.module", ["name", "version"], [("state", "=", "activated")])
    return {row["name"]: row for row in rpc.rows(search)}


def _series(modules: Mapping[str, Row]) -> Examined:
    version = (modules.get("company") or {}).get("version") or "unknown"
    ok = version.startswith(f"{_SERIES}.")
    remedy = "" if ok else f"This adapter was made for the series {_SERIES}."
    return Examined("version", ok=ok, detail=f"Tryton, company module {version}", remedy=remedy)


def _company(rpc: Rpc, context: Mapping[str, object]) -> Iterator[Examined]:
    try:
        domain = [("id", "=", rpc.company)]
    except RefusedCallerError as refused:
        remedy = "Choose a company in the preferences of the user in Tryton."
        yield Examined("company", ok=False, detail=refused.detail, remedy=remedy)
        return
    for row in rpc.rows(Search("company.company", ["rec_name", "currency.code"], domain)):
        detail = f"{row['rec_name']}, in {row['currency.']['code']}"
        yield Examined("company", ok=True, detail=detail)
    employee = rpc.settings.employee or context.get("employee")
    yield Examined(
        "employee",
        ok=employee is not None,
        detail=f"asks as employee {employee}" if employee else "no employee to ask as",
        remedy=""
        if employee
        else "Choose an employee in the preferences of the user in Tryton, or set employee.",
    )


def _idempotency(rpc: Rpc, modules: Mapping[str, Row]) -> Iterator[Examined]:
    there = OUR_MODULE in modules
    if rpc.settings.idempotency is Idempotency.UNIQUE:
        remedy = f"Activate {OUR_MODULE} in Tryton, or set idempotency to search_first."
        yield Examined(
            f"module {OUR_MODULE}",
            ok=there,
            detail="activated" if there else "not activated",
            remedy="" if there else remedy,
        )
    elif there:
        yield Examined(
            f"module {OUR_MODULE}",
            ok=True,
            detail="activated, and not used",
            remedy="Set idempotency to unique: then nothing can make a document twice.",
        )


def _needs(rpc: Rpc, modules: Mapping[str, Row]) -> Iterator[Examined]:
    """Modules and rights for what is written, and for the kinds that are read."""
    reading = [
        _Need(
            str(kind).replace("_", " "),
            module,
            dict.fromkeys(models, ("read",)),
            f"or do not read {kind}",
        )
        for kind, (module, models) in _READING.items()
        if kind in rpc.settings.reads
    ]
    needs = [*reading, *(need for need in _WRITING if need.part in rpc.settings.writes)]
    known = [need for need in needs if need.module in modules]
    access = access_to(rpc, {model for need in known for model in need.rights})
    for need in needs:
        what = f"{'read' if need in reading else 'write'} {need.name}"
        if need.module not in modules:
            remedy = f"Activate {need.module} in Tryton, {need.unless}."
            yield Examined(what, ok=False, detail=f"no module {need.module}", remedy=remedy)
            continue
        denied = [
            f"{right} {model}"
            for model, rights in need.rights.items()
            for right in rights
            if not access[model][right]
        ]
        yield Examined(
            what,
            ok=not denied,
            detail=f"not allowed: {', '.join(denied)}" if denied else "allowed",
            remedy=f"Add the user to the groups of {need.module} in Tryton, {need.unless}."
            if denied
            else "",
        )


def _approval(rpc: Rpc, modules: Mapping[str, Row]) -> Iterator[Examined]:
    asks = rpc.settings.approve and Writing.PROPOSALS in rpc.settings.writes
    if not asks or "purchase_requisition" not in modules:
        return
    denied = buttons_denied(rpc, "purchase.requisition", ["approve"])
    yield Examined(
        "approve requisitions",
        ok=not denied,
        detail="not allowed" if denied else "allowed",
        remedy="Add the user to the group Purchase Requisition Approval in Tryton, or leave "
        "approval to people there."
        if denied
        else "",
    )
