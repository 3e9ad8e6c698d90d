"""The tables as they were when migrations began."""

import sqlalchemy as sa
from alembic import op

from server.storage.types import Whole

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    _journal_tables()
    _record_tables()
    _blob_tables()
    _people_tables()


def _key(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), primary_key=True) for name in names]


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _optional_texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=True) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, Whole(), primary_key=True) for name in names]


def _entry_key() -> list[sa.Column[str] | sa.Column[int]]:
    return [*_key("organisation", "device"), *_numbers("epoch", "seq")]


def _whole(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, Whole(), nullable=nullable)


def _bytes(name: str, *, nullable: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _millis(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _journal_tables() -> None:
    op.create_table("organisation", *_key("id"), _whole("version"))
    op.create_table(
        "device", *_key("organisation", "id"), *_texts("type", "depot"), *_optional_texts("person"),
        *_texts("state", "key_x", "key_y"), _whole("epoch"), _whole("seq"), *_texts("hash"), _whole("last_seen_ms"),
    )  # fmt: skip
    op.create_table(
        "epoch", *_key("organisation", "device"), *_numbers("epoch"), _whole("base_seq"),
        *_texts("genesis"),
    )  # fmt: skip
    op.create_table(
        "journal", *_entry_key(), *_texts("hash"), _bytes("body"), _whole("received_ms"), _whole("skew_ms", nullable=True),
        *_optional_texts("entry_id"), *_texts("action", "state"), *_optional_texts("code"),
        _whole("version", nullable=True), *_texts("detail"), _flag("repeat_of"),
    )  # fmt: skip
    op.create_index("journal_by_entry", "journal", ["organisation", "entry_id"])
    op.create_index("journal_by_state", "journal", ["organisation", "state", "code"])
    op.create_table("private_part", *_entry_key(), *_numbers("number"), _bytes("salted", nullable=True))
    op.create_table("wait", *_key("organisation", "needed", "device"), *_numbers("epoch", "seq"))
    op.create_table("declared_loss", *_entry_key(), *_texts("hash"), _whole("at_ms"))
    op.create_table("quarantine", *_entry_key(), *_key("hash"), _bytes("body"), *_texts("reason"), _whole("at_ms"))
    op.create_table(
        "receipt", *_key("organisation", "device"), *_numbers("epoch", "n"),
        *_texts("receipt"), _whole("at_ms"),
    )  # fmt: skip


def _record_tables() -> None:
    op.create_table(
        "record", *_key("organisation", "kind", "id"), _whole("version"), _flag("gone"), _bytes("wire"), _bytes("data"),
        _bytes("meta"), *_texts("buckets"),
    )  # fmt: skip
    op.create_table("member", *_key("organisation", "bucket", "kind", "id"), _whole("version"), _flag("gone"))
    op.create_index("member_by_version", "member", ["organisation", "bucket", "version"])


def _blob_tables() -> None:
    op.create_table(
        "blob", *_key("organisation", "sha256"), _whole("size"), *_texts("type", "role", "state"), *_optional_texts("code")
    )
    op.create_table("blob_declared", *_key("organisation", "device", "sha256", "entry_id"))
    op.create_index("blob_declared_by_entry", "blob_declared", ["organisation", "entry_id"])
    op.create_table("blob_held", *_key("organisation", "device", "sha256"))
    op.create_table("blob_link", *_key("organisation", "sha256", "kind", "id", "device"))
    op.create_index("blob_link_by_record", "blob_link", ["organisation", "kind", "id"])
    op.create_table(
        "upload", *_key("id"), *_texts("organisation", "device", "sha256"), _millis("size"), *_texts("type"),
        _flag("declared"), *_texts("state"), *_optional_texts("code"), _millis("created_at"), _millis("touched_at"),
    )  # fmt: skip
    op.create_index("ix_upload_device", "upload", ["device"])
    op.create_index("ix_upload_touched_at", "upload", ["touched_at"])


def _people_tables() -> None:
    op.create_table(
        "account", *_key("organisation", "person"), *_optional_texts("username", "password_hash", "pin_hash"),
        sa.UniqueConstraint("username"),
    )  # fmt: skip
    op.create_table(
        "throttle", *_key("key"), sa.Column("tries", sa.Integer(), nullable=False), _millis("wait_until"), _millis("updated_at")
    )
    op.create_index("ix_throttle_updated_at", "throttle", ["updated_at"])
    op.create_table(
        "session", *_key("token_sha256"), *_texts("organisation", "type"), *_optional_texts("person", "device"),
        _millis("created_at"), _millis("expires_at"),
    )  # fmt: skip
    op.create_index("ix_session_person", "session", ["person"])
    op.create_index("ix_session_device", "session", ["device"])
    op.create_index("ix_session_expires_at", "session", ["expires_at"])
    op.create_table("device_home", *_key("device"), *_texts("organisation"))
    op.create_index("ix_device_home_organisation", "device_home", ["organisation"])
    op.create_table("challenge", *_key("challenge_sha256"), *_texts("device"), _millis("expires_at"))
    op.create_index("ix_challenge_device", "challenge", ["device"])
    op.create_index("ix_challenge_expires_at", "challenge", ["expires_at"])
