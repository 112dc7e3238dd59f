"""Our words for what stands in Tryton."""

from decimal import Decimal

from adapters.erp.tryton.writing.documents import Document, Documents
from adapters.ports import FoundDocument, WriteResult, Written


def taken(document: Document, *, cancelled: bool = False) -> Written:
    """The answer to a proposal whose document is where it was wanted."""
    return Written(
        document.reference,
        WriteResult.TAKEN,
        document.number,
        accepted_quantity=Decimal(0) if cancelled else document.quantity,
        expected_date=document.due,
    )


def as_found(documents: Documents, document: Document) -> FoundDocument:
    """What is told of a document that was looked up."""
    return FoundDocument(
        document.reference,
        document.number,
        document.quantity,
        document.due,
        offer=document.offer,
        unfinished=documents.is_unfinished(document),
    )
