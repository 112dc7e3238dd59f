"""What can be missing for a signal, in words, with the way to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.canonical.demand import DemandSignal
from service.exceptions.queue import Finding
from service.feeds.code_names import name_of
from service.signals.results import SUBJECT_TYPE

_REPLAY = "replay the exception"

MESSAGE_ID_REUSED = "message_id_reused"


@dataclass(frozen=True)
class Fault:
    """One thing that is missing or wrong, and how to mend it."""

    kind: str
    detail: str
    remedy: str


def unknown(what: str, code: str, system: str) -> Fault:
    """The sender's code of an account, product or location stands for nothing that is in use."""
    kind = "item" if what == "product" else what
    stocking = " that holds stock" if what == "location" else ""
    return Fault(
        f"unknown_{what}",
        f"{code!r} of {system!r} is no known {what}{stocking}.",
        f"PUT /v1/cross-references with kind {kind!r}, or send the {what}, then {_REPLAY}.",
    )


def unknown_unit(unit: str, item_id: str) -> Fault:
    """The item is not told in this unit, today."""
    return Fault(
        "unknown_unit",
        f"Item {item_id!r} has no conversion from the unit {unit!r}.",
        f"PUT /v1/cross-references of kind 'unit' or send the item's conversion, then {_REPLAY}.",
    )


def quantity_not_exact(signal: DemandSignal, item_id: str, unit_decimals: int) -> Fault:
    """The quantity is no whole number of the item's smallest steps, or too large."""
    return Fault(
        "quantity_not_exact",
        f"{signal.quantity} {signal.unit or 'base units'} of item {item_id!r} cannot be told "
        f"exactly in its base unit with {unit_decimals} decimals.",
        "Replay the exception with a corrected quantity or unit, or let the CRM send a revision.",
    )


def no_location(signal: DemandSignal) -> Fault:
    """Neither line nor account says where the goods are to come from."""
    return Fault(
        "no_location",
        f"Account {signal.account!r} has no sourcing location and was shipped nothing lately.",
        f"Give the account a sourcing_location_id at /v1/accounts and {_REPLAY}, or replay "
        "it with a corrected location.",
    )


def message_id_reused(signal: DemandSignal) -> Finding:
    """Two different messages came under one id; the second is kept here, without effect."""
    return Finding(
        kind=MESSAGE_ID_REUSED,
        subject_type=SUBJECT_TYPE,
        system=signal.system,
        subject_key=signal.message_id,
        payload=signal.model_dump(mode="json"),
        detail=f"The message id {signal.message_id!r} was used before for another body.",
        remedy="Send it again under a new message id, or replay it with a corrected message_id.",
        version=signal.source_version,
    )


def finding_of(signal: DemandSignal, faults: Sequence[Fault]) -> Finding:
    """All faults of a signal as one finding, under the kind of the first."""
    return Finding(
        kind=faults[0].kind,
        subject_type=SUBJECT_TYPE,
        system=signal.system,
        subject_key=subject_key(signal),
        payload=signal.model_dump(mode="json"),
        detail=" ".join(fault.detail for fault in faults),
        remedy=" ".join(fault.remedy for fault in faults),
        version=signal.source_version,
    )


def subject_key(signal: DemandSignal) -> str:
    """Under which key a signal's exceptions are found: its opportunity line."""
    return name_of(signal.opportunity_id, signal.line_id)
