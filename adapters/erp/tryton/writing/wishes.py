"""What may be wanted of a document: that it be submitted, changed, or cancelled."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from adapters.erp.tryton.writing.documents import Document, Form, refusal
from adapters.erp.tryton.writing.steps import Step, Wish
from adapters.ports import PortError

APPROVE = "approve"


def submitted(form: Form) -> Wish:
    """Be where people, or Tryton itself, take it on."""

    def wish(document: Document) -> Step | None:
        if document.state in form.refused:
            raise said_no(document)
        return _towards(form.submit, document)

    return wish


def changed(form: Form, quantity: Decimal, values: Mapping[str, Any]) -> Wish:
    """Ask for another quantity, in base units, and be submitted again.

    ``values`` are those of the document and, under the name of its lines, of its only line.
    """

    def wish(document: Document) -> Step | None:
        if document.state in form.refused:
            raise said_no(document)
        if document.quantity == quantity:
            return _towards(form.submit, document)
        if len(document.line_ids) != 1:
            raise refusal(
                f"{document.number} was changed in Tryton: it has {len(document.line_ids)} lines. "
                "Change it there."
            )
        if document.state in form.open_states:
            return Step(values=_of_its_line(form, document, values))
        button = form.reopen.get(document.state)
        if button is None:
            raise at_work(document, "Change")
        return Step(button)

    return wish


def cancelled(form: Form) -> Wish:
    """Ask for nothing any more."""

    def wish(document: Document) -> Step | None:
        if document.state in form.refused:
            return None
        if document.state not in form.cancel:
            raise at_work(document, "Cancel")
        return Step(form.cancel[document.state])

    return wish


def said_no(document: Document) -> PortError:
    """What is said of a document that Tryton refused."""
    return refusal(f"{document.number} is {document.state} in Tryton.")


def at_work(document: Document, verb: str) -> PortError:
    """What is said of a document that Tryton has made something of."""
    return refusal(f"{document.number} is {document.state} in Tryton already. {verb} it there.")


def _towards(buttons: Mapping[str, str], document: Document) -> Step | None:
    button = buttons.get(document.state)
    return None if button is None else Step(button, may_wait=button == APPROVE)


def _of_its_line(form: Form, document: Document, values: Mapping[str, Any]) -> dict[str, Any]:
    """The change as one write of the document: its line goes with it."""
    line = ["write", list(document.line_ids), values[form.lines]]
    return {**values, form.lines: [line]}
