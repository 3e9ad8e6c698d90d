"""The table of uploads. The bytes received so far are the size of the upload's file, never a column.

Neighbours: `uploads.py`. Invariants: validates nothing and never travels; times are milliseconds since
1970; rows outlive their upload until cleaned, so that a device that lost the last answer still learns that
all bytes arrived.
"""

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class Upload(SQLModel, table=True):
    """One file on its way. `declared`: an entry of this device had named it when it began. `state`: open, done, rejected."""

    __tablename__ = "upload"

    id: str = Field(primary_key=True)
    organisation: str
    device: str = Field(index=True)
    sha256: str
    size: int = Field(sa_type=BigInteger)
    type: str
    declared: bool
    state: str = "open"
    code: str | None = None
    created_at: int = Field(sa_type=BigInteger)
    touched_at: int = Field(sa_type=BigInteger, index=True)
