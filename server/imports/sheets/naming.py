"""Readers of what is called by a name: depots, packs, records, and the id of the record that a row is.

Neighbours: `words.py` has the readers of plain values, `known.py` the names. Invariants: a name is taken in either language ·
what could mean two is Bad · whatever `show` gives in either language leads back to the same record, where its names are its
alone.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from schemas.sheets import SheetFault
from server.imports.sheets.cells import Cell, text_of
from server.imports.sheets.known import Known, plain
from server.imports.sheets.words import VALUE_CHARS, Bad, Lang, shown, unquoted, wide

_KNOWN_NAMES: Final = 20


def _one_of(cell: Cell, names: dict[str, tuple[str, str]], code: SheetFault) -> str:
    word = plain(text_of(cell))
    found = [key for key, both in names.items() if word in (plain(key), plain(both[0]), plain(both[1]))]
    if len(found) > 1:
        raise Bad(SheetFault.SEVERAL, value=shown(cell))
    if not found:
        some = list(names.values())[:_KNOWN_NAMES]
        raise Bad(
            code, value=shown(cell), known_zh="、".join(zh for zh, _ in some), known_en=", ".join(en for _, en in some)
        )  # fmt: skip
    return found[0]


@dataclass(frozen=True)
class DepotName:
    """One of the organisation's depots."""

    def read(self, cell: Cell, known: Known) -> str:
        """Its id, by its name in either language."""
        return _one_of(cell, known.depots, SheetFault.UNKNOWN_DEPOT)

    def show(self, value: Any, known: Known, lang: Lang) -> Any:
        """Its name."""
        both = known.depots.get(str(value))
        return None if both is None else both[0 if lang == "zh" else 1]

    def hint(self, lang: Lang) -> str:
        """Where they come from."""
        return "系统里的网点名称" if lang == "zh" else "name of a depot"


@dataclass(frozen=True)
class PackName:
    """One of the organisation's category packs."""

    def read(self, cell: Cell, known: Known) -> str:
        """Its code, by its name in either language."""
        return _one_of(cell, known.packs, SheetFault.UNKNOWN_PACK)

    def show(self, value: Any, known: Known, lang: Lang) -> Any:
        """Its name."""
        both = known.packs.get(str(value))
        return value if both is None else both[0 if lang == "zh" else 1]

    def hint(self, lang: Lang) -> str:
        """Where they come from."""
        return "品类包的名称" if lang == "zh" else "name of a category pack"


_ABSENT: Final = {
    "asset": SheetFault.UNKNOWN_ASSET,
    "customer": SheetFault.UNKNOWN_CUSTOMER,
    "rental": SheetFault.UNKNOWN_RENTAL,
    "person": SheetFault.UNKNOWN_PERSON,
    "price_plan": SheetFault.UNKNOWN_PLAN,
}
_CALLED: Final = {
    "asset": ("标签、编号或名称", "tag, serial or name"),
    "customer": ("客户名称", "name of a customer"),
    "rental": ("租赁单号", "number of a rental"),
    "person": ("同事姓名", "name of a colleague"),
    "price_plan": ("价格方案名称", "name of a price plan"),
}
_EVERYWHERE: Final = frozenset({"person", "price_plan"})
"""Kinds that are the whole organisation's."""


@dataclass(frozen=True)
class Named:
    """Another record, by a name it has: the first of its names that fits one record."""

    kind: str

    def read(self, cell: Cell, known: Known) -> str:
        """Its id."""
        return self.find(unquoted(text_of(cell)), known)

    def find(self, text: str, known: Known) -> str:
        """The id of the one called so. Bad."""
        names = known.names(self.kind)
        found = names.meant(text, lambda one: self.kind in _EVERYWHERE or known.may_touch(names.depot[one]))
        if len(found) > 1:
            raise Bad(SheetFault.SEVERAL, value=text[:VALUE_CHARS])
        if not found:
            raise Bad(_ABSENT[self.kind], value=text[:VALUE_CHARS])
        return next(iter(found))

    def show(self, value: Any, known: Known, lang: Lang) -> Any:
        """The name it is found by, in that language where it has one; of another's depot nothing."""
        names, record = known.names(self.kind), str(value or "")
        depot = names.depot.get(record)
        return None if depot and not known.may_touch(depot) else names.called(record, lang)

    def hint(self, lang: Lang) -> str:
        """What it is called by."""
        return _CALLED[self.kind][0 if lang == "zh" else 1]


@dataclass(frozen=True)
class RecordId:
    """Which record of a kind a row is: as the list that was taken out says."""

    kind: str

    def read(self, cell: Cell, known: Known) -> str:
        """One of this organisation's; what another one calls so is nobody's here."""
        text = wide(text_of(cell)).casefold()
        if text not in known.names(self.kind).of:
            raise Bad(SheetFault.UNKNOWN_ID, value=shown(cell))
        return text

    def show(self, value: Any, known: Known, lang: Lang) -> Any:
        """As it is."""
        return value or None

    def hint(self, lang: Lang) -> str:
        """Where it comes from."""
        return "导出的表格自带；自己的表格不用填" if lang == "zh" else "stands in exported lists; your own need none"


_BETWEEN: Final = re.compile(r"[,，、;；\n]+")


@dataclass(frozen=True)
class NamedMany:
    """Several records, with commas between."""

    one: Named
    most: int

    def read(self, cell: Cell, known: Known) -> list[str]:
        """Their ids, each once, in the order they stand."""
        texts = [part.strip() for part in _BETWEEN.split(unquoted(text_of(cell))) if part.strip()]
        if len(texts) > self.most:
            raise Bad(SheetFault.TOO_MANY, max=self.most)
        return list(dict.fromkeys(self.one.find(text, known) for text in texts))

    def show(self, value: Any, known: Known, lang: Lang) -> Any:
        """Their names."""
        names = (self.one.show(one, known, lang) for one in value or ())
        return ("、" if lang == "zh" else ", ").join(str(name) for name in names if name) or None

    def hint(self, lang: Lang) -> str:
        """How they are written."""
        one = self.one.hint(lang)
        return f"{one}，多个用顿号分开" if lang == "zh" else f"{one}, several with commas between"
