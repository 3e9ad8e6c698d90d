"""Every failure of the client as one exception: a stable code, what happened, what is safe, what to do — zh and en.

Neighbours: `schemas/errors/` (what a server answers), `schemas/local_errors.py` (what only a device can have). Invariant: no
public call of `Client` raises anything else for a fault of network, server, disk or input.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from schemas.errors import ErrorCode, Sentence
from schemas.local_errors import Code, LocalCode, sentence_of
from sync.device import DeviceError

TEMPORARY: Final[frozenset[Code]] = frozenset({
    LocalCode.NETWORK, LocalCode.SERVER_AWAY, LocalCode.RECEIPT_INVALID, LocalCode.ANSWER_UNREADABLE,
    ErrorCode.SERVER_ERROR, ErrorCode.STORAGE_FULL, ErrorCode.DATABASE_AWAY, ErrorCode.TOO_MANY_TRIES, ErrorCode.BODY_TOO_LARGE,
    ErrorCode.UPLOADS_TOO_MANY, ErrorCode.UPLOAD_UNKNOWN, ErrorCode.BLOB_HASH_MISMATCH,
    ErrorCode.BLOB_CHECKSUM_WRONG, ErrorCode.BLOB_OFFSET_WRONG, ErrorCode.ENTRY_HASH_MISMATCH,
})  # fmt: skip
"""Trying again later may help."""


class ClientError(Exception):
    """`code` is stable; `zh` and `en` are for a person; `detail` for a program; `retry_after_s` when the server named a wait."""

    def __init__(
        self, code: Code, detail: Mapping[str, Any] | None = None, *, said: Sentence | None = None,
        retry_after_s: int | None = None,
    ) -> None:  # fmt: skip
        self.code = code
        self.zh, self.en = said or sentence_of(code)
        self.detail = dict(detail or {})
        self.retry_after_s = retry_after_s
        super().__init__(f"{code.value}: {self.en}")

    @property
    def temporary(self) -> bool:
        """Whether trying again later may help."""
        return self.code in TEMPORARY

    def as_json(self) -> dict[str, Any]:
        """The shape of `schemas.protocol.Problem`."""
        return {
            "code": self.code.value, "zh": self.zh, "en": self.en, "detail": self.detail, "retry_after_s": self.retry_after_s,
        }  # fmt: skip


def problem_in(status: int, body: Any) -> ClientError:
    """What an error answer says; one that is not ours (a proxy, a captive portal) counts by its status."""
    if isinstance(body, dict) and isinstance(body.get("code"), str) and "zh" in body and "en" in body:
        said = Sentence(str(body["zh"]), str(body["en"]))
        detail = body.get("detail") if isinstance(body.get("detail"), dict) else {}
        try:
            code: Code = ErrorCode(body["code"])
        except ValueError:
            code, detail = LocalCode.SERVER_AWAY, {**(detail or {}), "code": body["code"]}
        return ClientError(code, detail, said=said, retry_after_s=body.get("retry_after_s"))
    known: dict[int, Code] = {
        401: ErrorCode.NOT_SIGNED_IN, 403: ErrorCode.FORBIDDEN, 404: ErrorCode.NOT_FOUND, 413: ErrorCode.BODY_TOO_LARGE,
    }  # fmt: skip
    return ClientError(known.get(status, LocalCode.SERVER_AWAY), {"status": status})


@contextmanager
def told() -> Iterator[None]:
    """Faults of the device's own disk and rules as a ClientError."""
    try:
        yield
    except DeviceError as fault:
        raise ClientError(fault.code, fault.detail) from fault
    except sqlite3.OperationalError as fault:
        text = str(fault)
        if "locked" in text:
            raise ClientError(LocalCode.FOLDER_BUSY) from fault
        full = "full" in text
        raise ClientError(LocalCode.DEVICE_FULL if full else LocalCode.STORAGE_FAILED, {"fault": text}) from fault
    except sqlite3.Error as fault:
        raise ClientError(LocalCode.STORAGE_FAILED, {"fault": str(fault)}) from fault
    except OSError as fault:
        code = LocalCode.DEVICE_FULL if fault.errno == 28 else LocalCode.STORAGE_FAILED
        raise ClientError(code, {"fault": fault.strerror or type(fault).__name__}) from fault


@contextmanager
def readable() -> Iterator[None]:
    """An answer whose shape is not what it should be as a ClientError; nothing of it was taken."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise ClientError(LocalCode.ANSWER_UNREADABLE, {"fault": type(fault).__name__}) from fault
