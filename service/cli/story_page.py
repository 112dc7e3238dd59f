"""A proposal's story as a planner reads it in a terminal, newest first."""

from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from rules.ordering.quantities import readable


def print_story(story: dict[str, Any], console: Console) -> None:
    """Print what ``tell_story`` found."""
    _print_proposal(story, console)
    if "decision" not in story:
        return  # adopted: what the ERP had before we came rests on no recommendation
    _print_decision(story["decision"], console)
    if story["order_message"]:
        _print_projection(story["order_message"], console)
    else:
        _print_terms(story["recommendation"], console)
    _print_sources(story, console)


def _print_proposal(story: dict[str, Any], console: Console) -> None:
    proposal = story["proposal"]
    console.print(
        f"[bold]{proposal['external_ref']}[/bold] revision {proposal['revision']}: "
        f"{proposal['state']}, {_plain(proposal['recommended_quantity'])} {proposal['unit']} of "
        f"{proposal['item_id']} for {proposal['location_id']} by {proposal['required_date']}"
    )
    if proposal["planner_quantity"] is not None:
        console.print(f"  a planner set {_plain(proposal['planner_quantity'])}")
    for event in story["events"]:
        reason = f": {event['reason']}" if event["reason"] else ""
        console.print(
            f"  {event['occurred_at'][:19]}  rev {event['revision']}  {event['event']} -> "
            f"{event['to_state']} by {event['actor']}{reason}",
            highlight=False,
        )


def _print_decision(decision: dict[str, Any], console: Console) -> None:
    console.print(
        f"\n[bold]Decision[/bold] {decision['outcome']} by rule {decision['rule_id']} of policy "
        f"{decision['policy']} version {decision['policy_version']} "
        f"({decision['policy_hash'][:12]}), as of {decision['asked_for']}"
    )
    for reason in decision["reasons"]:
        console.print(f"  {reason['stage']} {reason['rule_id']}: {reason['code']} {reason['note']}")
    console.print(f"  replay it: replenish replay {decision['decision_id']}", highlight=False)


def _print_terms(recommendation: dict[str, Any], console: Console) -> None:
    console.print(f"\n[bold]Why {_plain(recommendation['quantity'])}[/bold]")
    table = Table("term", "quantity", "record", "version", box=None, header_style="dim")
    table.columns[1].justify = "right"
    for term in recommendation["terms"]:
        records = term.get("records") or [{"type": "", "id": "", "version": ""}]
        table.add_row(
            term["label"],
            _plain(term["quantity"]),
            ", ".join(f"{record['type']} {record['id']}".strip() for record in records),
            ", ".join(str(record["version"]) for record in records),
        )
    table.add_section()
    table.add_row("quantity", _plain(recommendation["quantity"]), "", "")
    console.print(table)


def _print_projection(message: dict[str, Any], console: Console) -> None:
    """The projected stock without the purchase line, which a message rests on."""
    console.print(
        f"\n[bold]Why {message['kind']}[/bold] {message['purchase_line']}, due {message['due']}, "
        f"wanted {message['wanted']}: projected stock on {message['projected_on']} without it"
    )
    table = Table("term", "quantity", box=None, header_style="dim")
    table.columns[1].justify = "right"
    for term in message["terms"]:
        table.add_row(term["label"], _plain(term["quantity"]))
    table.add_section()
    table.add_row("projected stock", _plain(message["projected_stock"]))
    table.add_row("safety stock", _plain(message["safety_stock"]))
    console.print(table)


def _print_sources(story: dict[str, Any], console: Console) -> None:
    forecast, stock, terms = story["forecast"], story["stock"], story["terms"]
    run = f"run {forecast['run_id']} ({forecast['run_kind']}, {forecast['run_business_date']})"
    console.print(
        f"\n[bold]Forecast[/bold]{_outside(forecast)} {run}: {forecast['demand_class']}, "
        f"{forecast['history_weeks']} weeks, {forecast['interval_days']} days protected"
    )
    supplier = terms["supplier_id"] or "lanes alone"
    console.print(
        f"[bold]Terms[/bold] {supplier}: lead time {terms['lead_time_days']} days, "
        f"review every {terms['review_period_days']} days, version {terms['version']}"
    )
    for transfer in story["recommendation"].get("transfers", ()):
        console.print(
            f"[bold]Transfer[/bold] {transfer['from_location_id']} to "
            f"{transfer['to_location_id']}: {_plain(transfer['quantity'])} of "
            f"{_plain(transfer['available'])} that can be spared"
        )
    if stock:
        console.print(f"[bold]Stock[/bold] as of {stock['as_of']}, version {stock['version']}")
    for signal in story["signals"]:
        console.print(
            f"[bold]Signal[/bold] {signal['opportunity']} version {signal['source_version']}: "
            f"{signal['status']}, {_plain(signal['quantity'])} at {signal['win_probability']}, "
            f"{_plain(signal['ordered'])} ordered, message {signal['message_id']} "
            f"received {signal['received_at']}"
        )


def _plain(quantity: str) -> str:
    return readable(Decimal(quantity))


def _outside(forecast: dict[str, Any]) -> str:
    """Whose forecast stands in place of the run's, if another system's does."""
    outside = forecast.get("outside")
    return f" by {outside['system']} version {outside['version']} over" if outside else ""
