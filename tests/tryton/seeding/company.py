"""The company, its money and its books."""

import datetime as dt
from decimal import Decimal

from proteus import Model, Wizard

from tests.tryton.seeding import calls

_INVOICE_SEQUENCES = (
    "out_invoice_sequence",
    "out_credit_note_sequence",
    "in_invoice_sequence",
    "in_credit_note_sequence",
)


def set_up(today: dt.date) -> int:
    """A company that trades in euros, with a chart of accounts and open fiscal years; its id."""
    [euro] = calls.create(
        "currency.currency",
        {"name": "Euro", "code": "EUR", "symbol": "€", "rounding": Decimal("0.01"), "digits": 2},
    )
    [party] = calls.create("party.party", {"name": "Fittings Wholesale", "code": "US"})
    [company] = calls.create("company.company", {"party": party, "currency": euro})
    calls.work_for(company)
    _chart_of_accounts(company)
    for year in (today.year - 1, today.year, today.year + 1):
        _fiscal_year(year, company)
    return company


def _chart_of_accounts(company: int) -> None:
    template = Model.get("account.account.template")(
        calls.shipped_with_tryton("account.account_template_root_en")
    )
    wizard = Wizard("account.create_chart")
    wizard.execute("account")
    wizard.form.account_template = template
    wizard.form.company = Model.get("company.company")(company)
    wizard.execute("create_account")
    account = Model.get("account.account")
    for kind, field in [
        ("receivable", "account_receivable"),
        ("payable", "account_payable"),
        ("expense", "category_account_expense"),
        ("revenue", "category_account_revenue"),
    ]:
        open_ones = [(f"type.{kind}", "=", True), ("closed", "!=", True)]
        setattr(wizard.form, field, account.find(open_ones, limit=1)[0])
    wizard.execute("create_properties")


def _fiscal_year(year: int, company: int) -> None:
    kind = calls.one("ir.sequence.type", ("name", "=", "Account Move"))
    invoice_kind = calls.one("ir.sequence.type", ("name", "=", "Invoice"))
    moves, invoices = (
        calls.create(
            "ir.sequence.strict",
            {"name": f"{name} {year}", "sequence_type": sequence, "company": company},
        )[0]
        for name, sequence in (("Moves", kind), ("Invoices", invoice_kind))
    )
    numbered = dict.fromkeys(_INVOICE_SEQUENCES, invoices)
    [made] = calls.create(
        "account.fiscalyear",
        {
            "name": str(year),
            "start_date": dt.date(year, 1, 1),
            "end_date": dt.date(year, 12, 31),
            "company": company,
            "move_sequence": moves,
            "invoice_sequences": [("create", [{"company": company, **numbered}])],
        },
    )
    calls.press("account.fiscalyear", [made], "create_period")
