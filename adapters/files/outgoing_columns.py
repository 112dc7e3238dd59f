"""The columns of the files that we write. A name means the same in all of them."""

from collections.abc import Mapping

from adapters.files.cells import CellType
from adapters.files.manifest import OutgoingKind

_NAMES: Mapping[OutgoingKind, str] = {
    "proposals": """
        kind external_ref revision item_id location_id supplier_id from_location_id
        purchase_line quantity unit unit_price currency order_date required_date rationale
        previously_taken offer
    """,
    "outlooks": """
        system opportunity_id version business_date as_of line_id status item_id location_ids
        unit quantity window_start window_end ordered supplied uncovered covered_on
        shortage_probability shortage_probability_if_won note
    """,
    "events": "event_id type schema_version subject occurred_at body",
    "forecasts": """
        publication_id business_date item_id location_id unit version range_start range_end
        bucket_start bucket_end mean opportunities override source quantiles
    """,
}

_MORE_THAN_TEXT: Mapping[CellType, str] = {
    CellType.INTEGER: "revision offer version schema_version",
    CellType.DECIMAL: """
        quantity unit_price ordered uncovered shortage_probability shortage_probability_if_won
        mean opportunities override
    """,
    CellType.FLAG: "previously_taken",
    CellType.DAY: """
        order_date required_date business_date window_start window_end covered_on range_start
        range_end bucket_start bucket_end
    """,
    CellType.MOMENT: "as_of occurred_at",
    CellType.JSON: "location_ids supplied body quantiles",
}
_TYPES = {name: kind for kind, names in _MORE_THAN_TEXT.items() for name in names.split()}

COLUMNS: Mapping[OutgoingKind, Mapping[str, CellType]] = {
    kind: {name: _TYPES.get(name, CellType.TEXT) for name in names.split()}
    for kind, names in _NAMES.items()
}
