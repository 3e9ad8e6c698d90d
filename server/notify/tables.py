"""The tables of addresses and of the outbox. They validate nothing and never travel.

Neighbours: `addresses.py`, `outbox.py` read and write them inside the store's transaction. Invariants: an address lies only
sealed (`sealing.py`), and in no entry, record or log · one row of the outbox for a to-do, whom it is for, and the channel.
"""

from sqlalchemy import Column, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from server.storage.types import Whole

_DUE = text("state IN ('waiting', 'sending')")


class NoticeAddress(SQLModel, table=True):
    """Where a person's e-mail or the organisation's robot is reached. `holder`: the person's id, or `robot`."""

    __tablename__ = "notice_address"

    organisation: str = Field(primary_key=True)
    holder: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    updated_ms: int = Field(sa_type=Whole)


class NoticeOutbox(SQLModel, table=True):
    """One notice: to whom, by which channel, and what became of it.

    state: `waiting` (for `next_ms`), `sending` (since `next_ms`), `sent`, `failed`. `code`: the provider's last answer. `unsure`:
    it was cut between sending and marking, so it may have gone out twice.
    """

    __tablename__ = "notice_outbox"
    __table_args__ = (
        Index("notice_outbox_due", "next_ms", sqlite_where=_DUE, postgresql_where=_DUE),
        Index("notice_outbox_by_time", "organisation", "created_ms"),
    )

    organisation: str = Field(primary_key=True)
    todo: str = Field(primary_key=True)
    target: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    state: str
    attempts: int = Field(default=0, sa_type=Whole)
    unsure: bool = False
    code: str = ""
    next_ms: int = Field(sa_type=Whole)
    created_ms: int = Field(sa_type=Whole)
    sent_ms: int | None = Field(default=None, sa_type=Whole)
