"""Lines that go to one supplier for one site: what they come to, and what the supplier asks.

A supplier delivers from a minimum order value on, pays the freight from another, and fills
containers. Nothing here changes a quantity: where the minimum is missed, it says which line
raised by whole multiples would reach it, cheapest in days of cover first. All arithmetic is
exact; joint replenishment as in Silver, Pyke and Thomas, Inventory and Production Management in
Supply Chains, 4th ed., chapter 10, keeps these decisions with people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from rules.ordering.quantities import MILLIONTH, readable

_ZERO = Decimal(0)
_CENT = Decimal("0.01")
_LONGEST_COVER_DAYS = Decimal(36_525)


@dataclass(frozen=True)
class OrderLine:
    """A line in base units of its item; what is not known is None.

    ``order_multiple`` is what the supplier delivers multiples of, a whole number of unit steps.
    ``daily_demand`` is the expected demand per day. Volume is in cubic metres, weight in
    kilograms, both per base unit.
    """

    reference: str
    quantity: Decimal
    unit_price: Decimal | None
    currency: str | None
    unit_volume: Decimal | None = None
    unit_weight: Decimal | None = None
    order_multiple: Decimal = Decimal(1)
    daily_demand: Decimal | None = None

    @property
    def value(self) -> Decimal | None:
        """Quantity times price, in the line's currency."""
        return None if self.unit_price is None else self.quantity * self.unit_price


@dataclass(frozen=True)
class Conditions:
    """What a supplier asks of a whole order; None is no condition."""

    currency: str
    minimum_order_value: Decimal | None = None
    freight_free_value: Decimal | None = None
    container_volume: Decimal | None = None
    container_weight: Decimal | None = None
    container_units: Decimal | None = None


@dataclass(frozen=True)
class Distance:
    """How far the order is from a value that the supplier asks for.

    ``missing`` is 0 once it is reached, and None where some line has no price or one in another
    currency: without dated exchange rates a converted value would be a guess.
    """

    limit: Decimal
    missing: Decimal | None

    @property
    def met(self) -> bool | None:
        """Whether it is reached; None if nobody can tell."""
        return None if self.missing is None else self.missing == 0


@dataclass(frozen=True)
class ContainerFill:
    """How many containers the order needs and how full they are.

    ``dimension`` is what fills up first: volume, weight or units. ``fill`` is the share of the
    ``containers`` that it takes, 0 to 1 in millionths, rounded down. ``unmeasured`` lines have
    no measure of it and come on top.
    """

    dimension: str
    containers: int
    fill: Decimal
    unmeasured: int


@dataclass(frozen=True)
class Raise:
    """A line that, raised by ``multiples`` of its order multiple, reaches the minimum alone.

    ``days_of_cover`` is the expected demand that the extra quantity covers, in days to two
    decimals, rounded up; None where no demand is expected within a century.
    """

    reference: str
    multiples: int
    extra_quantity: Decimal
    extra_value: Decimal
    days_of_cover: Decimal | None
    why: str


@dataclass(frozen=True)
class SupplierOrder:
    """What the lines of one supplier and site come to. ``units`` adds base units of all items.

    Volume and weight are those of the lines whose item has the measure; ``unmeasured`` counts
    the others.
    """

    values: Mapping[str, Decimal]
    unpriced: int
    units: Decimal
    volume: Decimal
    weight: Decimal
    unmeasured: Mapping[str, int]
    minimum: Distance | None
    free_freight: Distance | None
    container: ContainerFill | None
    raises: tuple[Raise, ...]


def supplier_order(lines: Sequence[OrderLine], conditions: Conditions | None) -> SupplierOrder:
    """What ``lines`` come to, against ``conditions`` if there are any."""
    asked = conditions or Conditions(currency="")
    minimum = _distance(lines, asked.minimum_order_value, asked.currency)
    return SupplierOrder(
        values=_values(lines),
        unpriced=sum(line.value is None for line in lines),
        units=sum((line.quantity for line in lines), _ZERO),
        volume=sum((line.quantity * (line.unit_volume or _ZERO) for line in lines), _ZERO),
        weight=sum((line.quantity * (line.unit_weight or _ZERO) for line in lines), _ZERO),
        unmeasured={
            "volume": sum(line.unit_volume is None for line in lines),
            "weight": sum(line.unit_weight is None for line in lines),
        },
        minimum=minimum,
        free_freight=_distance(lines, asked.freight_free_value, asked.currency),
        container=_container(lines, asked),
        raises=_raises(lines, minimum, asked.currency),
    )


def missing_value(limit: Decimal, values: Sequence[Decimal | None]) -> Decimal | None:
    """What ``values`` together lack up to ``limit``; 0 if nothing, None if one is not known."""
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return None
    return max(limit - sum(known, _ZERO), _ZERO)


def _values(lines: Sequence[OrderLine]) -> Mapping[str, Decimal]:
    values: dict[str, Decimal] = {}
    for line in lines:
        if line.value is not None and line.currency is not None:
            values[line.currency] = values.get(line.currency, _ZERO) + line.value
    return dict(sorted(values.items()))


def _distance(lines: Sequence[OrderLine], limit: Decimal | None, currency: str) -> Distance | None:
    if limit is None:
        return None
    values = [line.value if line.currency == currency else None for line in lines]
    return Distance(limit, missing_value(limit, values))


def _container(lines: Sequence[OrderLine], asked: Conditions) -> ContainerFill | None:
    """The dimension of which the lines need the most containers; the first named of equals."""
    measures: dict[str, tuple[Decimal | None, list[Decimal | None]]] = {
        "volume": (asked.container_volume, [line.unit_volume for line in lines]),
        "weight": (asked.container_weight, [line.unit_weight for line in lines]),
        "units": (asked.container_units, [Decimal(1) for _ in lines]),
    }
    loads: dict[str, tuple[Fraction, int]] = {}
    for dimension, (capacity, per_unit) in measures.items():
        if capacity is not None:
            pairs = zip(lines, per_unit, strict=True)
            total = sum((line.quantity * (each or _ZERO) for line, each in pairs), _ZERO)
            loads[dimension] = Fraction(total) / Fraction(capacity), per_unit.count(None)
    if not loads:
        return None
    dimension = max(loads, key=lambda name: loads[name][0])
    load, unmeasured = loads[dimension]
    containers = -(-load.numerator // load.denominator)
    return ContainerFill(
        dimension, containers, _down(load / containers) if containers else _ZERO, unmeasured
    )


def _down(share: Fraction) -> Decimal:
    return (share.numerator * 10**6 // share.denominator) * MILLIONTH


def _raises(
    lines: Sequence[OrderLine], minimum: Distance | None, currency: str
) -> tuple[Raise, ...]:
    if minimum is None or not minimum.missing:
        return ()
    possible = [_raise(line, minimum.missing, currency) for line in lines]
    found = [one for one in possible if one is not None]
    return tuple(sorted(found, key=_by_cover))


def _by_cover(one: Raise) -> tuple[bool, Decimal, Decimal, str]:
    """Fewest days of cover first; what nobody is expected to want comes last."""
    unused = one.days_of_cover is None
    return unused, one.days_of_cover or _ZERO, one.extra_value, one.reference


def _raise(line: OrderLine, missing: Decimal, currency: str) -> Raise | None:
    if line.currency != currency or not line.unit_price:
        return None
    step_value = Fraction(line.order_multiple) * Fraction(line.unit_price)
    needed = Fraction(missing) / step_value
    multiples = -(-needed.numerator // needed.denominator)
    extra = multiples * line.order_multiple
    days = None
    if line.daily_demand:
        cover = Fraction(extra) / Fraction(line.daily_demand) * 100
        days = -(-cover.numerator // cover.denominator) * _CENT
    if days is None or days > _LONGEST_COVER_DAYS:
        days, covered = None, "hardly any demand is expected for it"
    else:
        covered = f"{readable(days)} days of demand"
    value = extra * line.unit_price
    return Raise(
        reference=line.reference,
        multiples=multiples,
        extra_quantity=extra,
        extra_value=value,
        days_of_cover=days,
        why=(
            f"{multiples} × {readable(line.order_multiple)} more cost {value:,.2f} {currency} "
            f"and reach the minimum: {covered}"
        ),
    )
