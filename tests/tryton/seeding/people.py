"""Who works with this Tryton, and what each may do."""

from tests.tryton.seeded import APPROVING_SERVICE, PURCHASER, SERVICE, Login
from tests.tryton.seeding import calls

_SERVICE = (
    "stock.group_stock",
    "sale.group_sale",
    "sale_opportunity.group_opportunity",
    "purchase.group_purchase",
    "purchase_request.group_purchase_request",
    "purchase_requisition.group_purchase_requisition",
    "stock_forecast.group_stock_forecast",
)
_APPROVAL = "purchase_requisition.group_purchase_requisition_approval"
_PERSON = (*_SERVICE, _APPROVAL, "account.group_account", "stock.group_stock_force_assignment")


def set_up(company: int) -> None:
    """Our service user with and without the right to approve, and a person who buys."""
    for login, name, groups in [
        (SERVICE, "Pegline", _SERVICE),
        (APPROVING_SERVICE, "Pegline, approving", (*_SERVICE, _APPROVAL)),
        (PURCHASER, "Paula Purchaser", _PERSON),
    ]:
        _user(login, name, groups, company)


def _user(login: Login, name: str, groups: tuple[str, ...], company: int) -> None:
    employee = _employee(name, company)
    [user] = calls.create(
        "res.user",
        {
            "name": name,
            "login": login.user,
            "password": login.password,
            "groups": [("add", [calls.shipped_with_tryton(group) for group in groups])],
            "companies": [("add", [company])],
            "employees": [("add", [employee])],
        },
    )
    calls.write("res.user", [user], {"company": company, "employee": employee})


def _employee(name: str, company: int) -> int:
    [party] = calls.create("party.party", {"name": name})
    return calls.create("company.employee", {"party": party, "company": company})[0]
