"""All planned keys at once: after a load, a new policy, or on demand."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select

from service.context import ServiceContext
from service.forecasts.baselines import fit_dirty
from service.progress import Report, silent
from service.replenishment.recompute import mark_all_planned, recompute_dirty
from service.work.tables import DirtyKeyRow


@dataclass(frozen=True)
class FullPassCounts:
    """Series fitted, recommendations changed, and what was decided about them."""

    series: int
    recommendations: int
    outcomes: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def recompute_everything(
    context: ServiceContext, report: Report = silent, *, refit: bool = False
) -> FullPassCounts:
    """Mark all planned keys, then fit and recompute until nothing is dirty."""
    marked = mark_all_planned(context, "full_pass", refit=refit)
    report("Fitting baselines", 0, marked)
    series = fit_dirty(context)
    report("Fitting baselines", marked, marked)
    recommendations = 0
    outcomes: Counter[str] = Counter()
    while left := _dirty(context):
        total = max(marked, left)
        report("Recommending and deciding", total - left, total)
        counts = recompute_dirty(context)
        if not counts.keys:
            series += fit_dirty(context)
        recommendations += counts.recommendations
        outcomes.update(counts.outcomes)
    report("Recommending and deciding", marked, marked)
    return FullPassCounts(series, recommendations, dict(outcomes))


def _dirty(context: ServiceContext) -> int:
    with context.database.read() as session:
        return session.scalar(select(func.count()).select_from(DirtyKeyRow)) or 0
