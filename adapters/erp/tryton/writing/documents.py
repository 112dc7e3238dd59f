"""Our documents in Tryton as we see them, requisitions and internal shipments alike."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from adapters.erp.tryton.quantities import per_unit, plain
from adapters.erp.tryton.rpc import Domain, Row, Rpc, Search
from adapters.ports import Failure, Idempotency, PortError
from adapters.repetition import offer_of, offered_key

COUNTED = tuple(
    f"{unit}.{size}" for unit in ("unit", "product.default_uom") for size in ("factor", "rate")
)
"""What has to be read of a line to know its quantity in base units."""

MOST_OFFERS = 9
"""So often is a refused document looked for; where a proposal was refused more often, up to it."""


@dataclass(frozen=True)
class Form:
    """How a kind of document is written in Tryton, and which button leads where.

    ``submit``, ``reopen`` and ``cancel`` name the button to press in each state: towards being
    submitted, being open for changes, and being cancelled. A state without one is the end of the
    way. In ``open_states`` its fields may be changed; in ``refused`` ones Tryton said no.
    """

    model: str
    lines: str
    due: str
    submit: Mapping[str, str]
    reopen: Mapping[str, str]
    cancel: Mapping[str, str]
    open_states: frozenset[str]
    refused: frozenset[str]
    extra_fields: Sequence[str] = ()


@dataclass(frozen=True)
class Document:
    """A document under one of our keys. ``quantity`` is the total in base units.

    ``stamp`` is the version that was read, as Tryton compares it.
    """

    id: int
    key: str
    number: str
    state: str
    quantity: Decimal
    due: date | None
    stamp: str
    line_ids: Sequence[int]

    @property
    def reference(self) -> str:
        """Our external_ref, whichever offer of it this is."""
        return offer_of(self.key)[0]

    @property
    def offer(self) -> int:
        """Which offer of the reference this is."""
        return offer_of(self.key)[1]


class Documents:
    """The documents of one form."""

    def __init__(self, rpc: Rpc, form: Form) -> None:
        self._rpc = rpc
        self.form = form
        self.model = form.model
        self.unique = rpc.settings.idempotency is Idempotency.UNIQUE

    def read(self, ids: Sequence[int]) -> list[Document]:
        """These documents as they stand now; what was deleted is left out."""
        return self._found([("id", "in", list(ids))]) if ids else []

    def under(
        self, references: Collection[str], offers: int = MOST_OFFERS
    ) -> Mapping[str, Sequence[Document]]:
        """What stands under each of our references, in so many offers, the last one first."""
        wanted = set(references)
        if not wanted:
            return {}
        keys = [offered_key(one, offer) for one in sorted(wanted) for offer in _up_to(offers)]
        found = self._found(self._of_keys(keys))
        by_reference: defaultdict[str, list[Document]] = defaultdict(list)
        for document in sorted(found, key=lambda one: (-one.offer, one.id)):
            if document.reference in wanted:
                by_reference[document.reference].append(document)
        return by_reference

    def _of_keys(self, keys: Sequence[str]) -> Domain:
        """By our module's reference; what was made before it was there has a number only."""
        numbered = ("number", "in", keys)
        if not self.unique:
            return [numbered]
        return ["OR", ("external_ref", "in", keys), [("external_ref", "=", None), numbered]]

    def is_refused(self, document: Document) -> bool:
        """Whether Tryton said no to it, or somebody there took it back."""
        return document.state in self.form.refused

    def is_unfinished(self, document: Document) -> bool:
        """Whether it was made and not submitted: something died in between."""
        return document.state in self.form.submit

    def _found(self, domain: Domain) -> list[Document]:
        lines = self.form.lines
        fields = [
            *("number", "state", self.form.due, "_timestamp", lines),
            *key_fields(unique=self.unique),
            *(f"{lines}.{name}" for name in ("quantity", *COUNTED)),
            *self.form.extra_fields,
        ]
        rows = self._rpc.rows(Search(self.form.model, fields, domain))
        return [self._document(row) for row in rows]

    def _document(self, row: Row) -> Document:
        lines = [line for line in row[f"{self.form.lines}."] if counts(row, line)]
        return Document(
            id=row["id"],
            key=key_of(row),
            number=row["number"] or key_of(row),
            state=row["state"],
            quantity=sum((in_base_units(line) for line in lines), Decimal(0)),
            due=row[self.form.due],
            stamp=row["_timestamp"],
            line_ids=[line["id"] for line in lines],
        )


def counts(document: Row, line: Row) -> bool:
    """Whether a line adds to the quantity: goods that go through a transit location do so once."""
    transit = document.get("internal_transit_location")
    arrives = transit is None or line.get("to_location") != transit
    return arrives and line.get("state") != "cancelled"


def in_base_units(line: Row) -> Decimal:
    """The quantity of a line in the base unit of its product."""
    product, unit = line["product."], line["unit."]
    quantity = Decimal(line["quantity"] or 0)
    if product is None or unit is None:
        return quantity
    return Decimal(plain(Fraction(quantity) * per_unit(unit, product["default_uom."])))


def refusal(words: str) -> PortError:
    """Tryton, or what stands in it, does not allow what is asked."""
    return PortError(Failure.REJECTED, words)


def key_fields(*, unique: bool) -> Sequence[str]:
    """What has to be read of a document to know its key."""
    return ("number", "external_ref") if unique else ("number",)


def key_of(row: Row) -> str:
    """Our key of a document: people may change a number, but not our module's reference."""
    return row.get("external_ref") or row["number"] or ""


def _up_to(offers: int) -> range:
    return range(1, max(offers, MOST_OFFERS) + 1)


def stamped(values: Mapping[str, Any], documents: Documents, key: str) -> dict[str, Any]:
    """The values of a new document with our key in them.

    The number is set as well where the reference has a field of its own: people see it there.
    """
    return {**values, **dict.fromkeys(key_fields(unique=documents.unique), key)}
