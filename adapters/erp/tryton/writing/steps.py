"""Documents brought where they are wanted, step by step, each step decided on fresh data.

A step is a button or a change. Whatever died in between, and whatever people did meanwhile, the
next look finds the document as it stands and goes on from there. A step says which version of the
document it was decided on; if Tryton holds another one by then, it is decided anew.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.erp.tryton.permissions import check_may, check_may_press
from adapters.erp.tryton.rpc import Rpc
from adapters.erp.tryton.writing.documents import Document, Documents
from adapters.erp.tryton.writing.narrowing import narrowed
from adapters.ports import Failure, PortError

_MOST_ROUNDS = 12
"""The longest way is three steps; the rest is patience with people who work there meanwhile."""


@dataclass(frozen=True)
class Step:
    """Press ``button``, or change ``values`` where it is empty.

    ``may_wait`` says that it is enough to have pressed it: Tryton may ask several people to.
    """

    button: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    may_wait: bool = False


Wish = Callable[[Document], Step | None]
"""The next step towards what is wanted of a document; None if it is there. Raises PortError."""


@dataclass(frozen=True)
class Outcome:
    """Documents that are where they were wanted, and the others with the fault, both by id."""

    reached: Mapping[int, Document]
    refused: Mapping[int, PortError]


def carry_out(rpc: Rpc, documents: Documents, wishes: Mapping[int, Wish]) -> Outcome:
    """Bring each document where its wish wants it; raises the PortError of a failed call."""
    reached: dict[int, Document] = {}
    refused: dict[int, PortError] = {}
    taken: dict[int, tuple[Document, Step]] = {}
    for _ in range(_MOST_ROUNDS):
        waiting = [one for one in wishes if one not in reached and one not in refused]
        if not waiting:
            break
        steps = _next_steps(documents.read(waiting), wishes, reached, refused)
        refused |= {one: _gone() for one in waiting if one not in {**reached, **refused, **steps}}
        _set_apart(steps, taken, reached, refused)
        faults = _take(rpc, documents, steps)
        refused |= _still_refused(documents, faults)
        taken = {one: steps[one] for one in steps if one not in {fault.id for fault, _ in faults}}
    else:
        left = [one for one in wishes if one not in reached and one not in refused]
        refused |= dict.fromkeys(left, _restless())
    return Outcome(reached, refused)


def _next_steps(
    found: Collection[Document],
    wishes: Mapping[int, Wish],
    reached: dict[int, Document],
    refused: dict[int, PortError],
) -> dict[int, tuple[Document, Step]]:
    steps: dict[int, tuple[Document, Step]] = {}
    for document in found:
        try:
            step = wishes[document.id](document)
        except PortError as fault:
            refused[document.id] = fault
            continue
        if step is None:
            reached[document.id] = document
        else:
            steps[document.id] = (document, step)
    return steps


def _set_apart(
    steps: dict[int, tuple[Document, Step]],
    taken: Mapping[int, tuple[Document, Step]],
    reached: dict[int, Document],
    refused: dict[int, PortError],
) -> None:
    """Take no step again that was taken and changed nothing."""
    for one in [one for one in steps if taken.get(one) == steps[one]]:
        document, step = steps.pop(one)
        if step.may_wait:
            reached[one] = document
        else:
            refused[one] = _without_effect(document, step)


def _take(
    rpc: Rpc, documents: Documents, steps: Mapping[int, tuple[Document, Step]]
) -> list[tuple[Document, PortError]]:
    """Take all steps of this round, equal buttons together; what Tryton refuses."""
    by_button: defaultdict[str, list[tuple[Document, Step]]] = defaultdict(list)
    for document, step in steps.values():
        by_button[step.button].append((document, step))
    faults: list[tuple[Document, PortError]] = []
    for button, together in by_button.items():
        act = _presses(rpc, documents.model, button) if button else _writes(rpc, documents.model)
        result = narrowed(together, act)
        if result.refused:
            check_may(rpc, documents.model, "write")
            check_may_press(rpc, documents.model, button)
        faults += [(document, fault) for (document, _), fault in result.refused]
    return faults


def _still_refused(
    documents: Documents, faults: Sequence[tuple[Document, PortError]]
) -> dict[int, PortError]:
    """A refusal of what has changed meanwhile says nothing about the document as it is now."""
    definite = [(one, fault) for one, fault in faults if fault.failure is Failure.REJECTED]
    if not definite:
        return {}
    now = {one.id: one.stamp for one in documents.read([one.id for one, _ in definite])}
    return {one.id: fault for one, fault in definite if now.get(one.id) == one.stamp}


def _presses(
    rpc: Rpc, model: str, button: str
) -> Callable[[Sequence[tuple[Document, Step]]], list[None]]:
    def act(together: Sequence[tuple[Document, Step]]) -> list[None]:
        ids = [document.id for document, _ in together]
        rpc.call(model, button, ids, context=_versions(model, together))
        return [None] * len(together)

    return act


def _writes(rpc: Rpc, model: str) -> Callable[[Sequence[tuple[Document, Step]]], list[None]]:
    def act(together: Sequence[tuple[Document, Step]]) -> list[None]:
        changes = [part for document, step in together for part in ([document.id], step.values)]
        rpc.call(model, "write", *changes, context=_versions(model, together))
        return [None] * len(together)

    return act


def _versions(model: str, together: Sequence[tuple[Document, Step]]) -> dict[str, Any]:
    return {"_timestamp": {f"{model},{document.id}": document.stamp for document, _ in together}}


def _without_effect(document: Document, step: Step) -> PortError:
    done = f"the button {step.button!r}" if step.button else "the change"
    return PortError(
        Failure.REJECTED, f"{document.number} stays {document.state} in Tryton: {done} did nothing."
    )


def _gone() -> PortError:
    return PortError(Failure.REJECTED, "The document was deleted in Tryton meanwhile.")


def _restless() -> PortError:
    return PortError(
        Failure.TEMPORARY, "The document keeps being changed in Tryton; it is tried again later."
    )
