"""Who takes which kind of batch: the one place where a kind finds its intake."""

from collections.abc import Mapping

from adapters.ports import IncomingKind
from service.feeds.batches import FeedKind
from service.sync.feed_rows import prepare_feed
from service.sync.plan_rows import prepare_plan
from service.sync.proposal_answers import prepare_answers
from service.sync.signal_rows import prepare_signals
from service.sync.taking import Prepare

TAKERS: Mapping[IncomingKind, Prepare] = {
    **{IncomingKind(kind.value): prepare_feed for kind in FeedKind},
    IncomingKind.DEMAND_SIGNALS: prepare_signals,
    IncomingKind.PROPOSAL_ANSWERS: prepare_answers,
    IncomingKind.FORECASTS: prepare_plan,
}
"""A batch of a kind that is not here is refused as a whole, with a word to its sender."""
