"""Which of a file's codes are known: each looked up once, however often it comes."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from service.feeds.cross_references import CodeKind, existing, translate
from service.feeds.units import ItemUnits, item_units


@dataclass
class KnownCodes:
    """Codes of one system: what they mean, where that is in use, and the items' units.

    A code that is not in use means None; a unit always means something.
    """

    system: str
    meanings: dict[CodeKind, dict[str, str | None]] = field(default_factory=dict)
    units: dict[str, ItemUnits] = field(default_factory=dict)

    def learn(self, session: Session, kind: CodeKind, codes: Iterable[str]) -> None:
        """Look up those of ``codes`` that are new."""
        known = self.meanings.setdefault(kind, {})
        fresh = set(codes) - known.keys()
        if not fresh:
            return
        keys = translate(session, self.system, kind, fresh)
        in_use = existing(session, kind, keys.values())
        known |= {code: key if key in in_use else None for code, key in keys.items()}
        if kind is CodeKind.ITEM:
            self.units |= item_units(session, in_use)

    def key(self, kind: CodeKind, code: str) -> str | None:
        """What a code that was learnt means."""
        return self.meanings[kind][code]

    def unknown(self, kind: CodeKind) -> list[str]:
        """The codes that nothing in use stands for."""
        return [code for code, key in self.meanings.get(kind, {}).items() if key is None]

    def base_unit(self, item_code: str, unit_code: str) -> bool:
        """Whether this unit is the one in which the item is counted."""
        item = self.units.get(self.key(CodeKind.ITEM, item_code) or "")
        return item is not None and self.key(CodeKind.UNIT, unit_code) == item.base_unit
