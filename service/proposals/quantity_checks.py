"""Whether a planner's quantity can be ordered."""

from decimal import Decimal

from sqlalchemy.orm import Session

from adapters.canonical.proposal import MESSAGES
from adapters.canonical.quantity import LIMIT, SCALE
from service.feeds.tables import ItemRow, SupplierTermsRow
from service.http.problems import Problem
from service.proposals.tables import ProposalRow


def check_quantity(session: Session, row: ProposalRow, quantity: Decimal) -> None:
    """A 422 problem unless ``quantity`` is positive and a whole number of unit steps."""
    item = session.get(ItemRow, row.item_id)
    decimals = SCALE if item is None else item.unit_decimals
    step = Decimal(1).scaleb(-decimals)
    if not quantity.is_finite() or not 0 < quantity < LIMIT or quantity % step != 0:
        raise Problem(
            422,
            "quantity-impossible",
            "The quantity cannot be ordered",
            f"{row.item_id} is ordered in steps of {step:f} {row.unit}, above zero.",
            remedy="Enter a positive multiple of the step; reject the proposal to order nothing.",
        )


def must_order_something(row: ProposalRow) -> None:
    """A 409 problem for a message about a purchase line: it is about all of the line."""
    if row.kind in MESSAGES:
        raise Problem(
            409,
            "message-without-quantity",
            "A message about a purchase line has no quantity of its own",
            f"{row.external_ref} is about all that is open of {row.purchase_line}.",
            remedy="Approve it, reject it, or put it off.",
        )


def lot_warnings(session: Session, row: ProposalRow, quantity: Decimal) -> tuple[str, ...]:
    """Where ``quantity`` breaks the supplier's terms; the supplier may agree all the same."""
    if row.supplier_id is None:
        return ()
    terms = session.get(SupplierTermsRow, (row.item_id, row.location_id, row.supplier_id))
    if terms is None:
        return ()
    warnings = []
    if quantity < terms.minimum_order_quantity:
        least = _plain(terms.minimum_order_quantity)
        warnings.append(f"{row.supplier_id} delivers at least {least} {row.unit}.")
    if quantity % terms.order_multiple != 0:
        multiple = _plain(terms.order_multiple)
        warnings.append(f"{row.supplier_id} delivers in multiples of {multiple} {row.unit}.")
    return tuple(warnings)


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
