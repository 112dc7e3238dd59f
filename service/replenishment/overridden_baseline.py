"""The baseline of a key as planners have overridden it, and what each override changes."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy.orm import Session

from forecasting.override import (
    IntervalBaseline,
    OverriddenDays,
    OverriddenInterval,
    override_interval,
)
from rules.ordering.explanation import Record
from rules.ordering.quantities import from_float
from rules.ordering.supply_and_demand import ForecastOverride
from service.forecasts.overrides import covered_days, overrides_between
from service.replenishment.inputs import KeyInputs, OverrideInput
from service.work.dirty_keys import Key


def override_inputs(
    session: Session, ends: Mapping[Key, date], today: date
) -> dict[Key, tuple[OverrideInput, ...]]:
    """The overrides that hold on days from ``today`` until before the end of each key."""
    last = max(ends.values(), default=today)
    return {
        key: tuple(
            OverrideInput(
                override_id=str(row.override_id),
                version=row.version,
                author=row.author_name,
                reason=row.reason,
                starts_on=row.starts_on,
                expires_on=row.expires_on,
                factor=row.factor,
                per_week=row.per_week,
            )
            for row in rows
            if row.starts_on < ends[key]
        )
        for key, rows in overrides_between(session, ends.keys(), today, last).items()
    }


def overridden_baseline(inputs: KeyInputs) -> OverriddenInterval:
    """The baseline over the protection interval with all overrides laid over it."""
    own = inputs.baseline
    return override_interval(
        IntervalBaseline(own.interval_days, own.mean, own.quantiles),
        [_days(inputs, override) for override in inputs.overrides],
    )


def override_terms(inputs: KeyInputs) -> tuple[ForecastOverride, ...]:
    """Each override with the difference that it makes to the expected demand."""
    if not inputs.overrides:
        return ()
    changes = overridden_baseline(inputs).changes
    return tuple(
        ForecastOverride(
            author=override.author,
            reason=override.reason,
            starts_on=override.starts_on,
            expires_on=override.expires_on,
            change=from_float(change),
            record=Record("forecast_override", override.override_id, str(override.version)),
            factor=override.factor,
            per_week=override.per_week,
        )
        for override, change in zip(inputs.overrides, changes, strict=True)
    )


def _days(inputs: KeyInputs, override: OverrideInput) -> OverriddenDays:
    start = inputs.setting.business_date
    end = start + timedelta(days=inputs.baseline.interval_days)
    return OverriddenDays(
        covered_days((override.starts_on, override.expires_on), (start, end)),
        None if override.factor is None else float(override.factor),
        None if override.per_week is None else float(override.per_week),
    )
