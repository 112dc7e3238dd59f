"""What docs/connecting.md tells partners is what the adapters do."""

import json
import re
from pathlib import Path
from typing import Any

from adapters.files.manifest import IncomingManifest
from adapters.files.outgoing_columns import COLUMNS
from adapters.http_json.answers import DocumentAnswer, read_answer, read_page
from adapters.http_json.settings import HttpPaths
from adapters.ports import IncomingKind
from tests.adapters.builders_canonical import event
from tests.adapters.http_partner import HttpPartner

PAGE = Path(__file__).parents[2].joinpath("docs/connecting.md").read_text(encoding="utf-8")


def _example(name: str) -> str:
    [text] = re.findall(rf"```json {name}\n(.*?)```", PAGE, re.DOTALL)
    return str(text)


def test_the_example_of_a_manifest_is_one() -> None:
    assert IncomingManifest.model_validate_json(_example("incoming-manifest")).files[0].rows == 120


def test_every_kind_that_can_be_read_is_named() -> None:
    assert [kind for kind in IncomingKind if f"`{kind}`" not in PAGE] == []


def test_the_columns_are_those_that_are_written() -> None:
    rows = dict(re.findall(r"\| (\w+) \| [\w ]+ \| (.+) \|", PAGE))
    assert {kind: rows[kind].split(", ") for kind in COLUMNS} == {
        kind: list(columns) for kind, columns in COLUMNS.items()
    }


def test_the_examples_of_answers_can_be_read() -> None:
    assert read_page(_example("page").encode()).next == "c-17"
    answer = read_answer(DocumentAnswer, _example("document").encode())
    assert (answer.native_id, str(answer.accepted_quantity)) == ("PR-4711", "120.5")


def test_the_addresses_are_the_usual_ones() -> None:
    paths: dict[str, Any] = HttpPaths().model_dump()
    paths["requisition"] = paths["requisition"].replace("{id}", "{external_ref}")
    assert [
        path for path in paths.values() if not re.search(rf"`\w+ {re.escape(path)}", PAGE)
    ] == []


def test_the_example_of_an_event_has_the_fields_that_are_sent(partner: HttpPartner) -> None:
    system = partner.opened()
    assert system.events is not None
    system.events.deliver_events([event()])
    system.close()
    [sent] = partner.server.memory.events
    assert set(sent) - {"webhook-id"} == set(json.loads(_example("event")))
