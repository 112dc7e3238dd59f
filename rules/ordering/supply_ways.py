"""Which way a place without a supplier is supplied: a chain of lanes from one that buys.

Chains are built outwards from the places that buy, so lanes that lead in a circle do no harm.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

Pair = tuple[str, str]
"""From, to."""


def supply_ways(buyers: Collection[str], lanes: Sequence[Pair]) -> dict[str, str]:
    """For each place that does not buy itself, the place that it passes its needs up to.

    The first of its ``lanes`` that leads from a buyer, directly or by further lanes; where such
    lanes run in a circle, it is cut at the first lane that leads into it. Places
    that no chain of lanes connects with a buyer are left out.
    """
    reached = _reached(buyers, lanes)
    first: dict[str, str] = {}
    for source, place in lanes:
        if source in reached and place not in buyers:
            first.setdefault(place, source)
    settled, ways = set(buyers), dict[str, str]()
    while first.keys() - settled:
        found = {place: source for place, source in first.items() if source in settled}
        if not found.keys() - settled:
            found = _cut(settled, lanes)
        ways |= {place: found[place] for place in found.keys() - settled}
        settled |= found.keys()
    return ways


def _reached(buyers: Collection[str], lanes: Sequence[Pair]) -> set[str]:
    reached, before = set(buyers), -1
    while len(reached) != before:
        before = len(reached)
        reached |= {place for source, place in lanes if source in reached}
    return reached


def _cut(settled: Collection[str], lanes: Sequence[Pair]) -> dict[str, str]:
    """The first lane by which a place in a circle can be supplied from outside of it."""
    source, place = next(
        (source, place) for source, place in lanes if source in settled and place not in settled
    )
    return {place: source}


def supply_levels(places: Iterable[str], ways: Mapping[str, str]) -> list[list[str]]:
    """The places in the order in which their needs are known: suppliers after the supplied.

    Each level is sorted; a place stands above all that pass their needs up to it.
    """
    level = dict.fromkeys(places, 0)
    for place in ways:
        height, here = 0, place
        while here in ways:
            here, height = ways[here], height + 1
            level[here] = max(level[here], height)
    levels: list[list[str]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for place in sorted(level):
        levels[level[place]].append(place)
    return levels
