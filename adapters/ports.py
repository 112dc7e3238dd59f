"""What we ask of outside systems, in the words of the canonical model.

An adapter opens an ``OutsideSystem``: what the system can do, and the ports it serves. Reading
is the same for all: batches come with a cursor and are settled once they are stored. What is
written is answered one by one. Faults have four kinds, by what they mean for the next try; see
``Failure``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from adapters.canonical.identity import Canonical
from adapters.canonical.outlook import OutgoingEvent, PublishedForecast, SupplyOutlook
from adapters.canonical.proposal import ProposalKind, RequisitionProposal


class Failure(StrEnum):
    """What a fault means for the next try.

    ``temporary``: surely not carried out; try again later. ``rejected``: the system says no; a
    person must look. ``conflict``: the system holds another version; read again, then decide.
    ``ambiguous``: may have been carried out; look it up before it is repeated.
    """

    TEMPORARY = "temporary"
    REJECTED = "rejected"
    CONFLICT = "conflict"
    AMBIGUOUS = "ambiguous"


class PortError(Exception):
    """A fault of a whole call. ``retry_after`` is what the system asked us to wait, if it did.

    ``unwanted`` says that the system wants to be told nothing more until a person resumes it.
    """

    def __init__(
        self,
        failure: Failure,
        detail: str,
        *,
        retry_after: timedelta | None = None,
        unwanted: bool = False,
    ) -> None:
        super().__init__(detail)
        self.failure = failure
        self.detail = detail
        self.retry_after = retry_after
        self.unwanted = unwanted


class Idempotency(StrEnum):
    """How a system keeps a document from being created twice.

    ``unique``: it refuses a second document under our reference. ``create_once``: it answers a
    repeated request with the first one's document. ``upsert``: it writes over the document
    under our reference. ``search_first``: it does nothing of the kind; a document that may
    exist is looked up before it is created.
    """

    UNIQUE = "unique"
    CREATE_ONCE = "create_once"
    UPSERT = "upsert"
    SEARCH_FIRST = "search_first"


@dataclass(frozen=True)
class Capabilities:
    """What a system can do.

    ``cursor_precision`` is the coarseness of its change times: polls overlap by it.
    ``echo_filter`` says that changes made by us are not told back to us. Proposals of other
    ``kinds`` are not claimed in its name. ``current_when_quiet`` says that all there is has been
    read where nothing new is; a folder in which nothing lies may just not have been fed.
    """

    idempotency: Idempotency
    requires_supplier: bool = False
    max_batch: int = 200
    write_forecast: bool = False
    events: bool = False
    cursor_precision: timedelta = timedelta(0)
    echo_filter: bool = False
    kinds: frozenset[ProposalKind] = frozenset(ProposalKind)
    current_when_quiet: bool = False


class IncomingKind(StrEnum):
    """What a batch that was read is about; the feeds' kinds, and three more."""

    ITEMS = "items"
    LOCATIONS = "locations"
    ACCOUNTS = "accounts"
    SUPPLIER_TERMS = "supplier_terms"
    SUPPLIER_CONDITIONS = "supplier_conditions"
    TRANSFER_LANES = "transfer_lanes"
    ORDER_POINTS = "order_points"
    SALES_LINES = "sales_lines"
    STOCK_POSITIONS = "stock_positions"
    OPEN_ORDERS = "open_orders"
    DEMAND_SIGNALS = "demand_signals"
    PROPOSAL_ANSWERS = "proposal_answers"
    FORECASTS = "forecasts"


@dataclass(frozen=True)
class FlatRow:
    """A row in the words of our own published schema, not checked yet.

    ``number`` is its place in what was read, counted from 1, as a person finds it there.
    """

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class IncomingBatch:
    """Rows that were read together. ``reference`` names the batch: read again, it is the same.

    ``snapshot`` says that the rows are all there is of their kind. ``unreadable`` are rows that
    are not even rows, by number, with what is wrong. Of each of ``whole_opportunities``, by id,
    all lines there are stand among the rows: a line of it that we know and that no row names is
    deleted there. Only demand signals have any.
    """

    reference: str
    kind: IncomingKind
    rows: Sequence[Canonical | FlatRow]
    snapshot: bool = False
    unreadable: Mapping[int, str] = field(default_factory=dict)
    whole_opportunities: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RowFinding:
    """A row that was not taken: its number, what is wrong, and how to mend it.

    ``result`` is ``rejected`` (send it again, mended) or ``exception`` (kept by us for repair).
    """

    number: int
    result: str
    problem: str
    remedy: str = ""


@dataclass(frozen=True)
class IntakeReport:
    """What became of a batch: rows by result, and each that was not taken."""

    reference: str
    counts: Mapping[str, int]
    findings: Sequence[RowFinding] = ()
    refused: str = ""
    """Why the batch as a whole was not taken, if so."""


class WriteResult(StrEnum):
    """What became of one document or event that was written.

    ``taken``: the system has it, under ``native_id``. ``handed_over``: it lies where the system
    will fetch it; the answer comes later, as ``proposal_answers``.
    """

    TAKEN = "taken"
    HANDED_OVER = "handed_over"
    FAILED = "failed"


@dataclass(frozen=True)
class Written:
    """The answer to one document or event, by its key: external_ref, event_id, or subject.

    ``accepted_quantity`` and ``expected_date`` are what an ERP says of a requisition. A failed
    one has its ``failure`` and ``detail``, and whether nothing is wanted any more (``unwanted``).
    """

    key: str
    result: WriteResult
    native_id: str | None = None
    accepted_quantity: Decimal | None = None
    expected_date: date | None = None
    failure: Failure | None = None
    detail: str = ""
    retry_after: timedelta | None = None
    unwanted: bool = False


@dataclass(frozen=True)
class FoundDocument:
    """A document that the system has under one of our references.

    ``handed_over`` says that it only lies where the system fetches it: ``native_id`` is not the
    system's number then, the answer is still to come, and ``offer`` says which offer lies there.
    ``unfinished`` says that it is made but not submitted: asked for again, it is finished and not
    made twice.
    """

    external_ref: str
    native_id: str
    quantity: Decimal | None = None
    expected_date: date | None = None
    handed_over: bool = False
    offer: int = 1
    unfinished: bool = False

    def answers(self, proposal: RequisitionProposal) -> bool:
        """Whether ``proposal`` need not be asked for: it is there, in this offer of it."""
        lies_there = not self.handed_over or self.offer >= proposal.offer
        return lies_there and not self.unfinished


class Source(Protocol):
    """A system that is read. Each batch is read, stored by us, then settled."""

    def read(self, cursor: str | None) -> "tuple[IncomingBatch, str | None] | None":
        """The next batch after ``cursor`` with the cursor after it; None if there is nothing.

        The same cursor gives the same batch until it is settled. Raises PortError.
        """

    def settle(self, batch: IncomingBatch, report: IntakeReport) -> None:
        """Tell the system what became of the batch; may be called again after a crash."""


class EventPort(Protocol):
    """A system that wants to hear of events."""

    def deliver_events(self, events: Sequence[OutgoingEvent]) -> Sequence[Written]:
        """Deliver, in order; one answer per event, by ``event_id``. Raises PortError."""


class CrmPort(Protocol):
    """A CRM that is told what its opportunities can count on."""

    def write_outlooks(self, outlooks: Sequence[SupplyOutlook]) -> Sequence[Written]:
        """Write; one answer per outlook, by ``opportunity_id``. Raises PortError."""


class ErpPort(Protocol):
    """An ERP that documents are created in."""

    def find(self, external_refs: Sequence[str]) -> Mapping[str, FoundDocument]:
        """Which of these references the system has a document for. Raises PortError.

        One that it has refused or cancelled is no document any more.
        """

    def create(self, proposals: Sequence[RequisitionProposal]) -> Sequence[Written]:
        """Create, or carry out, what is proposed; one answer each, by ``external_ref``.

        A document that exists already under the reference is answered as taken where the
        system can tell (see ``Idempotency``). Raises PortError for the call as a whole.
        """


class PlanningPort(Protocol):
    """A planning system that is told our forecast."""

    def write_forecast(self, forecast: PublishedForecast) -> Written:
        """Replace what was told of each series within its range; answered by publication_id."""


@dataclass(frozen=True)
class Examined:
    """One thing that a connected system was asked about: what was found, and how to mend it.

    ``name`` says what was examined, for example ``log-in`` or ``may create requisitions``.
    """

    name: str
    ok: bool
    detail: str
    remedy: str = ""


@dataclass(frozen=True)
class OutsideSystem:
    """A connected system: what it can do, and the ports that it serves.

    ``examine`` asks it whether we can do there what the connection is for, without changing
    anything; None where nothing can be asked. Raises PortError where it cannot be reached. To
    open a system asks nothing of it.
    """

    capabilities: Capabilities
    source: Source | None = None
    events: EventPort | None = None
    crm: CrmPort | None = None
    erp: ErpPort | None = None
    planning: PlanningPort | None = None
    close: Callable[[], None] = lambda: None
    examine: Callable[[], Sequence[Examined]] | None = None
