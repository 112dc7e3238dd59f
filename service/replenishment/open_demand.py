"""Open orders and opportunities of a key, sorted by what they do to its demand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from adapters.canonical.demand import QuantityBasis
from service.replenishment.inputs import KeyInputs, OpportunityInput, OrderInput
from service.replenishment.past_windows import Graces


@dataclass(frozen=True)
class OpenDemand:
    """The open orders due before the protection interval ends, by effect.

    ``linked`` orders stand on top of the baseline. ``unlinked`` ones consume it, unless they
    are overdue: those belong to no coming day, they are backorders.
    """

    linked: tuple[OrderInput, ...]
    unlinked: tuple[OrderInput, ...]
    backorders: Decimal

    @property
    def linked_quantity(self) -> Decimal:
        """Firm demand on top of the baseline."""
        return sum((order.quantity for order in self.linked), Decimal(0))

    @property
    def unlinked_quantity(self) -> Decimal:
        """Firm demand that consumes the baseline."""
        return sum((order.quantity for order in self.unlinked), Decimal(0))


def interval_end(inputs: KeyInputs) -> date:
    """The first day after the protection interval."""
    return inputs.setting.business_date + timedelta(days=inputs.baseline.interval_days)


def open_demand(inputs: KeyInputs) -> OpenDemand:
    """Sort the orders of ``inputs``.

    The ERP may report a backorder both with the stock and as an overdue open order; the larger
    of the two counts, less what is linked to an opportunity and counted there.
    """
    today, end = inputs.setting.business_date, interval_end(inputs)
    due = [order for order in inputs.orders if order.due < end]
    linked = tuple(order for order in due if order.on_top)
    overdue = sum((order.quantity for order in due if order.due < today), Decimal(0))
    overdue_linked = sum((order.quantity for order in linked if order.due < today), Decimal(0))
    reported = inputs.stock.backorders if inputs.stock else Decimal(0)
    return OpenDemand(
        linked=linked,
        unlinked=tuple(order for order in due if not order.on_top and order.due >= today),
        backorders=max(reported, overdue) - overdue_linked,
    )


def graces_of(inputs: KeyInputs) -> Graces:
    """How long after their windows the deals of ``inputs`` still count."""
    return Graces(inputs.setting.won_grace_days, inputs.setting.open_grace_days)


def expected_opportunities(inputs: KeyInputs) -> list[OpportunityInput]:
    """The opportunities that can still bring or take demand, with the window that is left.

    A won or open line is expected today once its window is over, until its grace has passed;
    then it counts nothing and stands in the exception queue.
    """
    return still_expected(inputs.opportunities, graces_of(inputs), inputs.setting.business_date)


def still_expected(
    opportunities: Iterable[OpportunityInput], graces: Graces, today: date
) -> list[OpportunityInput]:
    """Those of ``opportunities`` that can still bring or take demand, with what is left."""
    expected = []
    for one in opportunities:
        if one.window_end >= today:
            expected.append(one)
        elif graces.awaits(one.status, one.window_end, today):
            late = {"window_start": min(one.window_start, today), "window_end": today}
            if one.quantity_basis == QuantityBasis.INCREMENTAL:
                late["window_start"] = today
            expected.append(one.model_copy(update=late))
    return expected
