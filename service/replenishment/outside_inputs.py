"""Where another planning system is in charge: its plan as inputs, or why it cannot be used.

A plan that does not speak of the whole protection interval, or is too old, is not used: our own
forecast stands in, and the exception queue says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from forecasting.outside_forecast import Bucket, outside_interval
from service.exceptions.queue import Finding
from service.feeds.outside_tables import OutsideForecastRow
from service.feeds.tables import SupplierTermsRow
from service.forecasts.outside_told import named_terms, told_buckets, told_recommendations
from service.forecasts.scopes import Use, deciding_scopes
from service.forecasts.tables import ForecastScopeRow, SeriesForecastRow
from service.proposals.taken_since import taken_since
from service.replenishment.inputs import (
    BaselineInput,
    CommittedInput,
    OutsideForecastInput,
    RecommendedInput,
)
from service.work.dirty_keys import Key

SUBJECT_TYPE = "item_location"


@dataclass(frozen=True)
class OutsidePlans:
    """What other systems say of the keys that they are in charge of.

    ``baselines`` is what stands in place of our own forecast: an interval's mean and quantiles,
    and whose they are. ``terms`` are those of the suppliers that recommendations name.
    ``unusable`` says why our own forecast is used although another system is in charge.
    """

    baselines: dict[Key, tuple[float, tuple[float, ...], OutsideForecastInput]] = field(
        default_factory=dict
    )
    recommended: dict[Key, RecommendedInput] = field(default_factory=dict)
    terms: dict[Key, SupplierTermsRow] = field(default_factory=dict)
    unusable: dict[Key, Finding] = field(default_factory=dict)

    def baseline(self, key: Key, own: BaselineInput) -> BaselineInput:
        """The baseline that counts for ``key``.

        How wrong our own forecasts were says nothing about another's, so the error is unknown.
        """
        if key not in self.baselines:
            return own
        mean, quantiles, outside = self.baselines[key]
        return own.model_copy(
            update={
                "mean": mean,
                "quantiles": quantiles,
                "backtest_error": None,
                "outside": outside,
            }
        )


def outside_plans(
    session: Session, own: Mapping[Key, SeriesForecastRow], today: date, *, to_lot: bool
) -> OutsidePlans:
    """The outside plans of the keys in ``own``, which holds our forecasts."""
    scopes = deciding_scopes(session, own.keys(), today)
    by_use = {
        use: {key: scope for key, scope in scopes.items() if scope.use == use.value} for use in Use
    }
    plans = OutsidePlans()
    told = told_buckets(session, by_use[Use.FORECAST], today)
    _judge(told, by_use[Use.FORECAST], own, today, plans)
    _recommendations(session, by_use[Use.RECOMMENDATION], today, plans, to_lot=to_lot)
    return plans


@dataclass(frozen=True)
class ForecastInUse:
    """Another system's forecast that is used in place of ours: all that it tells from today on."""

    system: str
    version: int
    buckets: tuple[Bucket, ...]


def forecasts_in_use(
    session: Session, own: Mapping[Key, SeriesForecastRow], today: date
) -> dict[Key, ForecastInUse]:
    """Where another system's forecast is used in place of that in ``own``; judged as above."""
    scopes = deciding_scopes(session, own.keys(), today)
    of_forecasts = {key: scope for key, scope in scopes.items() if scope.use == Use.FORECAST.value}
    told = told_buckets(session, of_forecasts, today)
    plans = OutsidePlans()
    _judge(told, of_forecasts, own, today, plans)
    return {
        key: ForecastInUse(
            of_forecasts[key].system,
            max(row.version for row in told[key]),
            tuple(_bucket(row) for row in told[key]),
        )
        for key in plans.baselines
    }


def _judge(
    told: Mapping[Key, Sequence[OutsideForecastRow]],
    scopes: Mapping[Key, ForecastScopeRow],
    own: Mapping[Key, SeriesForecastRow],
    today: date,
    plans: OutsidePlans,
) -> None:
    for key, scope in scopes.items():
        forecast = own[key]
        last = today + timedelta(days=forecast.interval_days - 1)
        rows = [row for row in told.get(key, ()) if row.start <= last]
        found = outside_interval(
            [_bucket(row) for row in rows],
            today,
            forecast.interval_days,
            forecast.interval_quantiles,
        )
        if found is None:
            words = f"does not speak of every day until {last}"
            plans.unusable[key] = _finding(key, scope, words)
        elif _is_too_old(as_of := min(row.as_of for row in rows), scope, today):
            plans.unusable[key] = _finding(key, scope, _age(as_of, scope))
        else:
            version = max(row.version for row in rows)
            outside = OutsideForecastInput(system=scope.system, version=version, as_of=as_of)
            plans.baselines[key] = (found.mean, found.quantiles, outside)


def _bucket(row: OutsideForecastRow) -> Bucket:
    quantiles = {float(level): float(value) for level, value in row.quantiles.items()}
    return Bucket(row.start, row.end, float(row.mean), quantiles)


def _recommendations(
    session: Session,
    scopes: Mapping[Key, ForecastScopeRow],
    today: date,
    plans: OutsidePlans,
    *,
    to_lot: bool,
) -> None:
    told = told_recommendations(session, scopes)
    for key in scopes.keys() - told.keys():
        plans.unusable[key] = _finding(key, scopes[key], "says nothing about it")
    usable = {}
    for key, row in told.items():
        if _is_too_old(row.as_of, scopes[key], today):
            plans.unusable[key] = _finding(key, scopes[key], _age(row.as_of, scopes[key]))
        else:
            usable[key] = row
    plans.terms.update(named_terms(session, usable))
    taken = taken_since(session, {key: row.as_of for key, row in usable.items()})
    for key, row in usable.items():
        plans.recommended[key] = RecommendedInput(
            system=row.system,
            version=row.version,
            as_of=row.as_of,
            quantity=row.quantity,
            supplier_id=row.supplier_id,
            order_date=row.order_date,
            required_date=row.required_date,
            reference=row.reference,
            priced=row.supplier_id is None or key in plans.terms,
            to_lot=to_lot,
            taken_since=tuple(
                CommittedInput(
                    external_ref=one.external_ref, quantity=one.quantity, state=one.state
                )
                for one in taken.get(key, ())
            ),
        )


def _is_too_old(as_of: datetime, scope: ForecastScopeRow, today: date) -> bool:
    return (today - as_of.date()).days > scope.max_age_days


def _age(as_of: datetime, scope: ForecastScopeRow) -> str:
    return f"is of {as_of.date()}, and none older than {scope.max_age_days} days is used"


def _finding(key: Key, scope: ForecastScopeRow, words: str) -> Finding:
    item_id, location_id = key
    return Finding(
        kind=f"outside_{scope.use}_unusable",
        subject_type=SUBJECT_TYPE,
        system=scope.system,
        subject_key=f"{item_id}@{location_id}",
        payload={"item_id": item_id, "location_id": location_id, "scope_id": str(scope.scope_id)},
        detail=(
            f"The {scope.use} of {scope.system} for {item_id} at {location_id} {words}. "
            "Our own forecast is used instead."
        ),
        remedy=(
            "Let the system send its plan to /v1/forecasts; with that this ends by itself. Or "
            "end its charge here: replenish forecasts stop."
        ),
    )
