"""The ports of a system that fetches files from our folder."""

from collections.abc import Mapping, Sequence

from adapters.canonical.outlook import OutgoingEvent, PublishedForecast, SupplyOutlook
from adapters.canonical.proposal import RequisitionProposal
from adapters.files import documents
from adapters.files.outgoing import OutgoingBatches
from adapters.ports import FoundDocument, WriteResult, Written
from adapters.repetition import offer_of, request_key


class FolderRecipient:
    """CRM, ERP, planning and listener at the other end of the folder.

    What is written lies there for good: it counts as taken, under the name of its batch. Only
    of proposals more is heard, so these are handed over.
    """

    def __init__(self, batches: OutgoingBatches) -> None:
        self._batches = batches

    def deliver_events(self, events: Sequence[OutgoingEvent]) -> Sequence[Written]:
        """One batch of events."""
        told = [documents.of_event(event) for event in events]
        batches = self._batches.write("events", told)
        return [
            Written(event.event_id, WriteResult.TAKEN, batches[event.event_id]) for event in events
        ]

    def write_outlooks(self, outlooks: Sequence[SupplyOutlook]) -> Sequence[Written]:
        """One batch of outlooks."""
        told = [documents.of_outlook(outlook) for outlook in outlooks]
        batches = self._batches.write("outlooks", told)
        return [
            Written(outlook.opportunity_id, WriteResult.TAKEN, batches[document.key])
            for outlook, document in zip(outlooks, told, strict=True)
        ]

    def write_forecast(self, forecast: PublishedForecast) -> Written:
        """One batch per publication."""
        batches = self._batches.write("forecasts", [documents.of_forecast(forecast)])
        key = forecast.publication_id
        return Written(key, WriteResult.TAKEN, batches[key])

    def create(self, proposals: Sequence[RequisitionProposal]) -> Sequence[Written]:
        """One batch of proposals; what lies there already is not written again."""
        told = [documents.of_proposal(proposal) for proposal in proposals]
        batches = self._batches.write("proposals", told)
        return [
            Written(proposal.external_ref, WriteResult.HANDED_OVER, batches[request_key(proposal)])
            for proposal in proposals
        ]

    def find(self, external_refs: Sequence[str]) -> Mapping[str, FoundDocument]:
        """Which references were handed over; ``native_id`` is the batch, not the ERP's number."""
        found: dict[str, FoundDocument] = {}
        wanted = set(external_refs)
        for key, batch in self._batches.batches("proposals").items():
            reference, offer = offer_of(key)
            earlier = found.get(reference)
            if reference in wanted and (earlier is None or earlier.offer < offer):
                found[reference] = FoundDocument(reference, batch, handed_over=True, offer=offer)
        return found
