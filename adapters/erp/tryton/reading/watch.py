"""Notices that something changed in models that would take long to be read as a whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from adapters.erp.tryton.reading.follower import Follower
from adapters.erp.tryton.reading.sweep import Place
from adapters.erp.tryton.reading.tracks import ACTIVE_OR_NOT, Track, own_tracks
from adapters.erp.tryton.rpc import Rpc


@dataclass
class Watch:
    """What changed since it was asked last; what was deleted is noticed by the count.

    It remembers nothing beyond this process: the first answer is that all may have changed.
    """

    rpc: Rpc
    models: Sequence[str]
    followers: dict[str, tuple[Follower, Place]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def has_news(self) -> bool:
        """Whether a record of any of the models was created, changed or deleted."""
        return any(list(self._news()))  # all are asked: each answer is given once

    def _news(self) -> Iterator[bool]:
        for model in self.models:
            count: int = self.rpc.call(
                model, "search_count", [], context=ACTIVE_OR_NOT, repeatable=True
            )
            yield self.counts.get(model) != count
            self.counts[model] = count
            for name, track in zip(("new", "changed"), own_tracks(model), strict=True):
                yield self._moved(f"{model}:{name}", track)

    def _moved(self, name: str, track: Track) -> bool:
        if name not in self.followers:
            self.followers[name] = Follower(track.sweeper(self.rpc)), track.end(self.rpc)
            return True
        follower, start = self.followers[name]
        moved = False
        while page := follower.next_page(start):
            follower.pass_over(page)
            moved = True
        return moved
