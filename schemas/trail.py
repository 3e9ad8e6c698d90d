"""What the office reads of the journal itself: the history of one record, and the trail of everything.

Neighbours: `server/http/trail.py`, `server/trail`. Nothing here is part of an exchange; nothing private is in it.
"""

from typing import Any, Literal

from pydantic import Field

from schemas.errors import ErrorCode
from schemas.ids import Uuid
from schemas.protocol import Wire

ReadWhat = Literal["original", "proof", "aside", "private", "report", "export"]
"""Evidence somebody opened: a file's exact bytes, a handover's proof, a list of what is kept aside, the private parts of one
entry, the report of a lost device, a list taken out of the system."""


class SumPart(Wire):
    """One entry that a sum of the server comes from: what it did (`step`), how much, who and when; `told`: that in words."""

    entry: Uuid
    step: str
    amount_fen: int
    by: Uuid | None = None
    at: str | None = None
    told: str = ""


class FieldChange(Wire):
    """One field of one record, or one item of a field that is a map (`item`, else null): what stood there and what was written.
    `lost`: it does not stand, by this merge policy; `conflict`: a person decides. `name`, `was`, `now`: the field and both values
    in words of the language asked for, as far as the reader may see what they name. `parts`: of a sum that the server computes,
    every entry it comes from, this one and those before."""

    kind: str
    record: Uuid
    field: str
    item: str | None = None
    before: Any = None
    after: Any = None
    lost: str | None = None
    conflict: bool = False
    parts: list[SumPart] = Field(default_factory=list)
    name: str = ""
    was: str = ""
    now: str = ""


class EntryTimes(Wire):
    """When, four times: the device's clock as it stood (`at`, `zone`), its run and milliseconds within it (`boot`, `mono`),
    corrected where that clock cannot be right, and received. `suspect`: the device's clock cannot be right."""

    at: str | None
    zone: str | None
    boot: str | None
    mono: int | None
    corrected: str
    received: str
    suspect: bool


class HistoryEntry(Wire):
    """One entry about a record. `near`: about something that belongs to it (its handover). `actor` is null where the body
    cannot be read; `reason` as its author gave it."""

    device: Uuid
    device_name: str
    device_name_en: str = ""
    epoch: int
    seq: int
    id: str | None
    action: str
    actor: str | None
    actor_name: str
    actor_name_en: str
    auth: str | None
    times: EntryTimes
    state: str
    code: ErrorCode | None
    near: bool
    reason: str
    changes: list[FieldChange]


class HistoryPage(Wire):
    """GET /api/v1/history?kind=…&id=…&language=…: newest first, with what lies in records that are a part of it
    (a customer's terms and contacts, a rental's terms), each as far as the reader may see it. `next` asks for what came
    before; `behind`: entries that have just come are not in it yet; `cut`: only the newest ones were looked at."""

    kind: str
    id: Uuid
    entries: list[HistoryEntry]
    next: str | None = None
    behind: bool = False
    cut: bool = False


class TrailSubject(Wire):
    """A record an entry is about, with the name it goes by, if it has one."""

    kind: str
    id: Uuid
    name: str
    name_en: str = ""


class TrailLine(Wire):
    """One entry, or (`read` is not null) one reading of evidence. `sha256`: of the file that was read. `changes`: from what to
    what, in words, of records the reader may see; `more`: that many are not listed. `made`: the entry made the record they
    are of, nothing stood before."""

    at: str
    received: str
    actor: str | None
    actor_name: str
    actor_name_en: str
    device: str | None
    device_name: str
    device_name_en: str = ""
    epoch: int | None = None
    seq: int | None = None
    id: str | None = None
    action: str | None = None
    state: str | None = None
    code: ErrorCode | None = None
    read: ReadWhat | None = None
    sha256: str | None = None
    subjects: list[TrailSubject]
    changes: list[FieldChange] = Field(default_factory=list)
    more: int = 0
    made: bool = False


class TrailPage(Wire):
    """GET /api/v1/trail?…&language=…: newest first. `next` and `behind` as in a history."""

    lines: list[TrailLine]
    next: str | None = None
    behind: bool = False
