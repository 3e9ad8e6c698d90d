"""What one row of a sheet would become: new, a change, nothing, or bad, and why.

Neighbours: `kinds.py`, `columns.py`, `words.py`; `check.py` plans a whole sheet for the preview, `run.py` plans again in the
transaction that writes. Invariants: planning writes nothing; the same row over the same records is planned the same; an empty
cell says nothing of its field, and neither does one that says what a list taken out would show there, even where that cannot be
read (a state that no sheet may say, a name that two have); a row of another depot stays out.
"""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas import limits
from schemas.errors import MESSAGES, ErrorCode
from schemas.sheets import FAULTS, RowFault, RowState, SheetCell, SheetFault, SheetRow
from server.imports.sheets.cells import ERROR, FORMULA, LONG, Cell, is_empty, is_mark, text_of
from server.imports.sheets.columns import Column
from server.imports.sheets.kinds import AGREED, RIGHTS, Kind, Look, Made, contact_id, record_id, takes
from server.imports.sheets.known import Known, compared, task_line
from server.imports.sheets.own import folded, value_in
from server.imports.sheets.words import LANGS, VALUE_CHARS, Bad, Lang, Moment, same, unquoted
from server.imports.sheets.writing import safe
from sync.store import Store

Line = tuple[int, bool, Sequence[Cell]]
"""(row in the sheet, whether cells of it are merged, its cells)."""


@dataclass
class Plan:
    """One row's fate. `said`: what it says, by field; `texts`: as it says so; `values`: what is written; `before`: what stands in
    the fields it changes."""

    row: int
    state: RowState = "bad"
    record_id: str = ""
    title: str = ""
    said: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    faults: list[RowFault] = field(default_factory=list)
    warnings: list[RowFault] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)


@dataclass
class Planner:
    """Plans the rows of one sheet, in their order. `columns`: what each of its columns is."""

    kind: Kind
    columns: Sequence[Column | None]
    known: Known
    import_id: str
    seen: MutableMapping[tuple[str, str], int] = field(default_factory=dict)

    def plan(self, store: Store, line: Line) -> Plan:
        """What the row becomes."""
        row, merged, cells = line
        plan = Plan(row)
        if merged:
            plan.warnings.append(fault_of(SheetFault.MERGED))
        self._read(plan, cells)
        plan.title = self.kind.title({**plan.said, **plan.cells})
        found = self._meant(plan)
        if found is not None and plan.faults:
            self._pass_as_shown(store, plan, found)
        if not plan.faults:
            try:
                self._decide(store, plan, found)
            except Bad as bad:
                plan.faults.append(self._fault(bad))
            except ValueError:  # what the action itself does not take
                zh, en = MESSAGES[ErrorCode.BAD_REQUEST]
                plan.faults.append(fault_of(SheetFault.REFUSED, None, {"zh": zh, "en": en}))
        self._note_seen(plan)
        if plan.faults:
            plan.state, plan.made = "bad", []
        return plan

    def pass_over(self, line: Line) -> None:
        """A row that was dealt with before a stop: only what it is called counts, against rows behind it."""
        plan = Plan(line[0])
        self._read(plan, line[2])
        plan.record_id = self._meant(plan) or ""
        self._note_seen(plan)

    def _read(self, plan: Plan, cells: Sequence[Cell]) -> None:
        for at, column in enumerate(self.columns):
            cell = cells[at] if at < len(cells) else None
            if column is None or is_empty(cell):
                continue
            plan.texts[column.field] = text_of(cell)
            plan.cells[column.code] = plan.texts[column.field][:VALUE_CHARS]
            try:
                plan.said[column.field] = self._value(column, cell)
            except Bad as bad:
                plan.faults.append(fault_of(bad.code, column, bad.detail))

    def _value(self, column: Column, cell: Cell) -> Any:
        if is_mark(cell, FORMULA):
            raise Bad(SheetFault.FORMULA_EMPTY)
        if is_mark(cell, ERROR):
            raise Bad(SheetFault.CELL_ERROR, value=cell[ERROR])
        if is_mark(cell, LONG):
            raise Bad(SheetFault.TOO_LONG, max=limits.SHEET_CELL_CHARS_MAX)
        return column.reader.read(cell, self.known)

    def _meant(self, plan: Plan) -> str | None:
        """The record that the row means: the one whose id it carries, else the one that is called so."""
        if "id" in plan.texts:
            return plan.said.get("id")
        try:
            return self.kind.find(plan.said, self.known)
        except Bad as bad:
            if not plan.faults:
                plan.faults.append(self._fault(bad))
            return None

    def _pass_as_shown(self, store: Store, plan: Plan, found: str) -> None:
        """What cannot be read is nothing against a row that says what is shown of the record anyway; and what no sheet may make
        of it is told with what it is."""
        present, left = self._present(store, found), []
        for fault in plan.faults:
            column = next((one for one in self.kind.columns if one.code == fault.column), None)
            if column is None or not self._is_shown(plan, present, column):
                is_step = fault.code == SheetFault.UNKNOWN_WORD and column is not None and column.only_new and "id" in plan.said
                left.append(self._not_by_sheet(present, column) if is_step and column else fault)
        plan.faults = left

    def _is_shown(self, plan: Plan, present: Mapping[str, Any], column: Column) -> bool:
        """Whether the cell says what an export shows of the record, in either language."""
        said = unquoted(plan.texts[column.field])
        return any(_as_read(self._text(column, _there(present, column), lang)) == said for lang in LANGS)

    def _not_by_sheet(self, present: Mapping[str, Any], column: Column) -> RowFault:
        zh, en = (self._text(column, _there(present, column), lang)[:VALUE_CHARS] or "—" for lang in LANGS)
        return fault_of(SheetFault.NOT_BY_SHEET, column, {"now_zh": zh, "now_en": en})

    def _decide(self, store: Store, plan: Plan, found: str | None) -> None:
        self._check_twice(plan, found)
        if found is None:
            self._as_new(store, plan)
        else:
            self._as_change(store, plan, found)

    def _check_twice(self, plan: Plan, found: str | None) -> None:
        if "id" in plan.said:  # a list taken out says each record once, two of one name among them
            first = self.seen.get(("", plan.said["id"]))
        else:
            for key, value in self._keys(plan):
                if key[0] in self.kind.unique and key in self.seen:
                    raise Bad(SheetFault.TWICE_IN_FILE, column=key[0], value=value[:VALUE_CHARS], row=self.seen[key])
            first = self.seen.get(("", found or "")) or self.seen.get(("", self._sameness(plan)))
        if first is not None:
            raise Bad(SheetFault.TWICE_IN_FILE, value=plan.title[:VALUE_CHARS], row=first, column=self.kind.columns[0].field)

    def _keys(self, plan: Plan) -> list[tuple[tuple[str, str], str]]:
        return [
            ((name, compared(name, str(plan.said[name]))), str(plan.said[name]))
            for name in self.kind.unique
            if plan.said.get(name)
        ]

    def _sameness(self, plan: Plan) -> str:
        """What a new row without any number of its own is called: two of them are the same thing twice."""
        line = task_line(plan.said) if self.kind.kind == "task" else None
        if line is not None:
            return f"new\n{line}"
        named = [str(plan.said.get(name, "")) for name in sorted(self.kind.keys | {"asset_id", "due_at"})]
        return "\n".join(["new", *named]) if any(named) else ""

    def _note_seen(self, plan: Plan) -> None:
        for key, _ in self._keys(plan):
            self.seen.setdefault(key, plan.row)
        for one in (self._sameness(plan), plan.record_id):
            if one and plan.said:
                self.seen.setdefault(("", one), plan.row)

    def _as_new(self, store: Store, plan: Plan) -> None:
        for name, other in self.kind.stands_for.items():
            if not plan.said.get(name) and plan.said.get(other):
                plan.said[name] = plan.said[other]
        for column in self.kind.columns:
            if column.required and plan.said.get(column.field) in (None, ""):
                plan.faults.append(fault_of(SheetFault.REQUIRED, column))
        if plan.faults:
            return
        whole = self.kind.complete(plan.said, self.known, f"{self.import_id}/{plan.row}")
        self._check_depots(whole)
        self._check_terms(whole, [name for name in AGREED if whole.get(name) not in (None, 0, "normal")])
        self.kind.check(None, whole, Look(self.known, store))
        plan.state, plan.record_id = "new", record_id(self.import_id, plan.row)
        plan.values = whole
        if "_name" in whole:
            plan.title = whole["name"]  # a person's name is kept where it can be erased, and nowhere else
        plan.made = self.kind.define(plan.record_id, {**folded(whole), "_contact_id": contact_id(self.import_id, plan.row)})
        self._check_rights(plan, whole["depot_id"])

    def _as_change(self, store: Store, plan: Plan, found: str) -> None:
        present, plan.record_id = self._present(store, found), found
        if not self.known.may_touch(present["depot_id"]):
            raise Bad(SheetFault.OTHER_DEPOT)
        changes = self._changes(plan, present)
        if plan.faults:
            return
        self._check_depots(changes)
        for name in self.kind.unique:
            if name in changes and self.known.names(self.kind.kind).by(name, str(changes[name])) - {found}:
                raise Bad(SheetFault.TAKEN, column=name, value=str(changes[name])[:VALUE_CHARS])
        self._check_terms(present, [name for name in AGREED if name in changes])
        self.kind.check(present, changes, Look(self.known, store))
        plan.state = "changed" if changes else "unchanged"
        plan.before = {name: list(present["assets"]) if name == "asset_ids" else value_in(present, name) for name in changes}
        plan.values = changes
        plan.made = [Made(action) for action in self.kind.edit(found, present, folded(changes))] if changes else []
        self._check_rights(plan, present["depot_id"])

    def _present(self, store: Store, found: str) -> Mapping[str, Any]:
        """The record, with what lies beside it."""
        stored = store.record(self.known.organisation, self.kind.kind, found)
        assert stored is not None, "what is known is there"
        if self.kind.beside is None:
            return stored.data
        beside = store.record(self.known.organisation, self.kind.beside, found)
        return {**({} if beside is None or beside.gone else beside.data), **stored.data}

    def _changes(self, plan: Plan, present: Mapping[str, Any]) -> dict[str, Any]:
        """Which fields become what; what stays as it is in spite of the row is told, what cannot be changed so is its fault."""
        changes: dict[str, Any] = {}
        for column in self.kind.columns:
            name = column.field
            if name == "id" or name not in plan.said or column.private or self._is_same(plan, present, column):
                continue
            match takes(column, present, plan.said[name], has_id="id" in plan.said):
                case "edit":
                    changes[name] = plan.said[name]
                case "keep":
                    plan.warnings.append(fault_of(SheetFault.ONLY_NEW, column))
                case "refuse":
                    plan.faults.append(self._not_by_sheet(present, column))
        return changes

    def _is_same(self, plan: Plan, present: Mapping[str, Any], column: Column) -> bool:
        value, there = plan.said[column.field], _there(present, column)
        if column.field == "name" and self.kind.kind == "customer":
            by_self = self.known.names("customer").by("self", value)
            return "id" not in plan.said or same(value, there) or present["id"] in by_self  # without, that is how he was found
        if column.field == "name_en" and present.get("type") == "person":
            return True  # who a person is stands with his contact, and is corrected there
        if column.field == "asset_ids":
            is_same = set(value) == set(there)
        else:
            is_same = column.reader.is_same(value, there, self.known) if isinstance(column.reader, Moment) else same(value, there)
        return is_same or self._is_shown(plan, present, column)

    def _check_depots(self, values: Mapping[str, Any]) -> None:
        for name in ("depot_id", "home_depot_id"):
            if name in values and not self.known.may_touch(values[name]):
                raise Bad(SheetFault.OTHER_DEPOT)

    def _check_terms(self, where: Mapping[str, Any], said: Sequence[str]) -> None:
        """Terms, a tier among them, are agreed by whoever may by hand."""
        if said and self.kind.kind == "customer" and not self.known.may("customer.terms", where["depot_id"]):
            raise Bad(SheetFault.NO_RIGHT, column=said[0])

    def _check_rights(self, plan: Plan, depot: str) -> None:
        """What a row does beyond bringing something in, its importer might do by hand."""
        for made in plan.made:
            column = RIGHTS.get(made.action.action)
            if column is not None and not self.known.may(made.action.action, depot):
                raise Bad(SheetFault.NO_RIGHT, column=column)

    def _fault(self, bad: Bad) -> RowFault:
        named = bad.detail.pop("column", None)
        column = next((one for one in self.kind.columns if one.field == named), None)
        return fault_of(bad.code, column, bad.detail)

    def shown(self, plan: Plan) -> SheetRow:
        """The row as the preview shows it."""
        cells: dict[str, SheetCell] = {}
        for column in self.kind.columns:
            name = column.field
            if plan.state in ("new", "changed") and name in plan.values:
                cells[column.code] = self._cell(plan, column)
            elif column.code in plan.cells and (name != "id" or plan.state == "bad"):
                cells[column.code] = SheetCell(text=plan.cells[column.code])
        return SheetRow(
            row=plan.row, state=plan.state, title=plan.title[: limits.NAME_CHARS_MAX], cells=cells, faults=plan.faults,
            warnings=plan.warnings,
        )  # fmt: skip

    def _cell(self, plan: Plan, column: Column) -> SheetCell:
        """What the cell becomes, and what it was, for a reader of either language."""
        name = column.field
        zh, en = (self._text(column, plan.values[name], lang)[:VALUE_CHARS] for lang in LANGS)
        cell = SheetCell(text=zh, text_en=en if en != zh else None)
        if name not in plan.before:
            return cell
        was_zh, was_en = (self._text(column, plan.before[name], lang)[:VALUE_CHARS] for lang in LANGS)
        return cell.model_copy(update={"before": was_zh, "before_en": was_en if was_en != was_zh else None})

    def _text(self, column: Column, value: Any, lang: Lang) -> str:
        return text_of_shown(column.reader.show(value, self.known, lang))


def _there(present: Mapping[str, Any], column: Column) -> Any:
    """What stands in a column's field of a record."""
    return list(present["assets"]) if column.field == "asset_ids" else value_in(present, column.field)


def _as_read(text: str) -> str:
    """A text as it comes back from a sheet that was written."""
    return unquoted(str(safe(text)).replace("\r\n", "\n").replace("\r", "\n"))


def text_of_shown(value: Any) -> str:
    """A shown value as text; a moment to the minute."""
    if hasattr(value, "isoformat"):
        return str(value.strftime("%Y-%m-%d %H:%M" + (":%S" if value.second else "")))
    return "" if value is None else text_of(value)


def fault_of(code: SheetFault, column: Column | None = None, detail: Mapping[str, Any] | None = None) -> RowFault:
    """The fault with its sentences; each says the column it is about."""
    known = dict(detail or {})
    names = {"column_zh": column.zh, "column_en": column.en} if column is not None else {"column_zh": "", "column_en": ""}
    zh, en = FAULTS[code]
    if column is not None and "{column_zh}" not in zh:
        zh, en = f"「{{column_zh}}」：{zh}", f"“{{column_en}}”: {en}"
    in_en = {**known, **({"value": known["value_en"]} if known.get("value_en") else {})}
    return RowFault(
        code=code, column=column.code if column else None, zh=zh.format(**names, **known), en=en.format(**names, **in_en),
        detail={name: value for name, value in known.items() if not name.endswith(("_zh", "_en"))},
    )  # fmt: skip
