"""Transfers where an end of the lane cannot be computed."""

import pytest
from sqlalchemy import select

from service.exceptions.tables import ExceptionRow
from service.forecasts.tables import SeriesForecastRow
from service.http.problems import Problem
from service.proposals.planner import approve
from tests.service.builders_network import Network, lane, need_of


def test_a_location_that_cannot_be_computed_does_not_stop_the_others(network: Network) -> None:
    network.place("NL", 40)
    network.connect(lane("UK", "NL"))
    network.work()
    with network.context.database.write() as session:
        session.get_one(SeriesForecastRow, ("BOTTLE", "NL")).interval_quantiles = [-1.0] * 3
    network.count("NL", 30)
    network.count("DE", 30)
    network.work()
    with network.context.database.read() as session:
        (finding,) = session.scalars(select(ExceptionRow))
        assert finding.subject_key == "BOTTLE@NL"
    to_de = next(row for row in network.open("transfer") if row.location_id == "DE")
    assert to_de.recommended_quantity == need_of(network, "DE")


def _break(network: Network, name: str, on_hand: int) -> list[float]:
    """Nothing can be computed there any more; returns the quantiles that it was planned with."""
    with network.context.database.write() as session:
        forecast = session.get_one(SeriesForecastRow, ("BOTTLE", name))
        sound: list[float] = forecast.interval_quantiles
        forecast.interval_quantiles = [-1.0] * 3
    network.count(name, on_hand)
    network.work()
    return sound


def test_a_transfer_to_where_nothing_can_be_computed_is_not_approved(network: Network) -> None:
    sound = _break(network, "DE", 30)
    transfer = network.transfer()
    assert transfer.state == "in_review"
    assert "cannot be computed" in (transfer.review_reason or "")
    with pytest.raises(Problem, match="cannot be computed at DE"):
        network.decide(approve, row=transfer)
    assert network.transfer().state == "in_review"
    with network.context.database.write() as session:
        session.get_one(SeriesForecastRow, ("BOTTLE", "DE")).interval_quantiles = sound
    network.count("DE", 29)
    network.work()
    network.decide(approve, row=network.transfer())
    assert network.transfer().state == "approved"


def test_what_a_giver_that_cannot_be_computed_was_to_give_is_bought(network: Network) -> None:
    needed = network.transfer().recommended_quantity
    _break(network, "UK", 590)
    assert network.open("transfer") == []
    assert network.order().recommended_quantity == needed
