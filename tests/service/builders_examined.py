"""Connected systems that can be asked whether we may do there what we are to do."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.ports import Examined, PortError

LOGGED_IN = Examined("log-in", ok=True, detail="pegline in tryton")
MAY_NOT = Examined("write requisitions", ok=False, detail="not allowed", remedy="Ask Mary.")


@dataclass
class Examinee:
    """Answers with what it was told to answer, or fails."""

    found: Sequence[Examined] = field(default=(LOGGED_IN,))
    fault: PortError | None = None

    def __call__(self) -> Sequence[Examined]:
        if self.fault is not None:
            raise self.fault
        return self.found
