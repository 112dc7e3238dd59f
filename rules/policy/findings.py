"""What is wrong with a policy, where, and how to mend it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeVar

Part = TypeVar("Part")
Source = TypeVar("Source")


@dataclass(frozen=True)
class Finding:
    """One finding; an error forbids the policy to be saved, a warning does not."""

    where: str
    problem: str
    remedy: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}; {self.remedy}"


class PolicyError(ValueError):
    """A policy that cannot be used, with everything that is wrong with it."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


def refuse(where: str, problem: str, remedy: str) -> PolicyError:
    """The error of a single finding."""
    return PolicyError((Finding(where, problem, remedy),))


class Collector:
    """Gathers the errors of several parts, so that an author sees all of them at once."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []

    def part(self, read: Callable[[], Part]) -> Part | None:
        """What ``read`` returns, or None if it refused; the refusal is kept."""
        try:
            return read()
        except PolicyError as error:
            self._findings.extend(error.findings)
            return None

    def parts(self, sources: Iterable[Source], read: Callable[[Source], Part]) -> tuple[Part, ...]:
        """What ``read`` makes of each source, without those that it refused."""
        kept = []
        for source in sources:
            try:
                kept.append(read(source))
            except PolicyError as error:
                self._findings.extend(error.findings)
        return tuple(kept)

    def raise_if_any(self) -> None:
        """Raise PolicyError if a part refused."""
        if self._findings:
            raise PolicyError(self._findings)
