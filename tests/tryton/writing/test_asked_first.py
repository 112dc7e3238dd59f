"""Where Tryton asks a person first, a person here reads the question.

Nothing that we do makes a Tryton without other modules ask; so a module of the tests' own does.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.ports import Failure
from tests.adapters.builders_canonical import proposal
from tests.servers import choice
from tests.tracked_files import ROOT
from tests.tryton import programs
from tests.tryton.person import Person
from tests.tryton.preparing import Flavour
from tests.tryton.seeded import ADMINISTRATOR, APPROVING_SERVICE
from tests.tryton.seeded_files import fresh_copy
from tests.tryton.server import TrytonServer, configure
from tests.tryton.writing.counterpart import REQUISITION, TrytonCounterpart
from tests.tryton.writing.fittings import furnish

pytestmark = pytest.mark.tryton

MODULE = "asks_first"
SOURCE = ROOT / "tests" / "tryton" / MODULE


def install(folder: Path) -> Path:
    """Lay the module out as pip would."""
    described = folder / f"{MODULE}-8.0.0.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text(f"Name: {MODULE}\nVersion: 8.0.0\n")
    (described / "entry_points.txt").write_text(f"[trytond.modules]\n{MODULE} = {MODULE}\n")
    shutil.copytree(SOURCE, folder / MODULE)
    (folder / MODULE / "__init__.py").touch()
    return folder


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrytonCounterpart]:
    """A Tryton with the module that asks, found by its own Python as an installed one is."""
    folder = tmp_path_factory.mktemp("tryton")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(install(folder / "installed")))
        try:
            storage = fresh_copy(folder, Flavour.STOCK)
            programs.activate(configure(folder, storage.uri, port=0), storage.name, MODULE)
            tryton = TrytonServer(folder, storage)
            tryton.start()
        except choice.ServerUnavailableError as reason:
            choice.give_up(reason)
    furnish(Person(tryton, ADMINISTRATOR))
    counterpart = TrytonCounterpart(tryton, Flavour.STOCK)
    yield counterpart
    counterpart.relay.close()
    tryton.stop()


def test_the_question_comes_to_the_planner_and_what_it_is_about_is_withdrawn(
    other: TrytonCounterpart,
) -> None:
    erp = other.erp(APPROVING_SERVICE, approve=True)
    wanted = [proposal(f"PL-{number}") for number in range(6)]
    wanted[4] = proposal("PL-4", item_id="BOLT-9")
    answers = erp.create(wanted)
    assert [answer.key for answer in answers if answer.failure] == ["PL-4"]
    assert answers[4].failure is Failure.REJECTED
    assert answers[4].detail == (
        "Tryton asks first: BOLT-9 runs out of production. Buy it all the same?"
    )
    found = other.administrator.find(REQUISITION, [["number", "like", "PL-%"]], "number", "state")
    states = {row["number"]: row["state"] for row in found}
    assert states.pop("PL-4") == "cancelled"
    assert set(states.values()) == {"processing"}
    assert erp.find(["PL-4"]) == {}


def test_a_person_there_may_still_answer_for_itself(other: TrytonCounterpart) -> None:
    [answer] = other.erp(APPROVING_SERVICE).create([proposal("PL-1", item_id="BOLT-9")])
    assert answer.failure is None
