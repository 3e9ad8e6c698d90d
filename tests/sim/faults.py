"""The ways things go wrong, each a named class with a count, and the seeded chance that decides when.

Neighbours: everything in this folder asks `Chance`. Invariants: all randomness of a simulation comes from one seed; a class that
is never hit over a run of many seeds is a fault of the simulation, and `python -m tests.sim` says so.
"""

import random
from collections import Counter
from enum import StrEnum


class Fault(StrEnum):
    """One class of fault."""

    REQUEST_LOST = "request_lost"
    ANSWER_LOST = "answer_lost"
    DUPLICATED = "duplicated"
    DELAYED = "delayed"
    REORDERED = "reordered"
    BODY_CUT = "body_cut"
    BYTE_FLIPPED = "byte_flipped"
    SERVER_CRASH_BEFORE_COMMIT = "server_crash_before_commit"
    SERVER_CRASH_AFTER_COMMIT = "server_crash_after_commit"
    SERVER_DISK_FULL = "server_disk_full"
    SERVER_RESTORED = "server_restored"
    HANDLER_BUG = "handler_bug"
    ACTION_UNKNOWN = "action_unknown"
    DEVICE_CRASH_BEFORE_COMMIT = "device_crash_before_commit"
    DEVICE_CRASH_AFTER_COMMIT = "device_crash_after_commit"
    DEVICE_CRASH_ON_PAGE = "device_crash_on_page"
    DEVICE_RESTART = "device_restart"
    DEVICE_DISK_FULL = "device_disk_full"
    DEVICE_RESTORED = "device_restored"
    DEVICE_EVICTED = "device_evicted"
    BODY_DAMAGED_AT_REST = "body_damaged_at_rest"
    CLOCK_JUMP = "clock_jump"
    DEVICE_REVOKED = "device_revoked"
    DEVICE_WIPED = "device_wiped"
    USER_REVOKED = "user_revoked"
    PERSON_ERASED = "person_erased"
    BLOB_CUT = "blob_cut"
    BLOB_WRONG_BYTES = "blob_wrong_bytes"
    BLOB_BEFORE_ENTRY = "blob_before_entry"
    BLOB_REJECTED = "blob_rejected"
    GATE_SHUT = "gate_shut"
    FRAME_LOST = "frame_lost"
    NUMBER_DESTROYED = "number_destroyed"
    FILE_IMPORTED = "file_imported"
    FILE_IMPORTED_AGAIN = "file_imported_again"
    FILE_DAMAGED = "file_damaged"
    FILE_FORGED = "file_forged"
    FILE_OF_A_BROKEN_STORE = "file_of_a_broken_store"
    PUSHED_AFTER_IMPORT = "pushed_after_import"
    DEVICE_LOST = "device_lost"
    DEVICE_BACK = "device_back"
    INCIDENT_CLOSED = "incident_closed"
    GAP_RELEASED = "gap_released"
    QUARANTINE_ADMITTED = "quarantine_admitted"
    QUARANTINE_DISMISSED = "quarantine_dismissed"


class Chance:
    """Seeded chance. `calm`: no faults any more. Each seed makes some classes frequent and leaves others out."""

    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)
        self.counts: Counter[str] = Counter()
        self.calm = False
        self._odds = {fault: self.random.choice((0.0, 0.3, 1.0, 1.0, 2.5)) for fault in Fault}

    def hits(self, fault: Fault, odds: float) -> bool:
        """Whether it happens now, `odds` being the usual probability; counted."""
        hit = not self.calm and self.random.random() < odds * self._odds[fault]
        if hit:
            self.counts[fault] += 1
        return hit

    def count(self, fault: Fault) -> None:
        """It happened as a consequence."""
        self.counts[fault] += 1

    def flipped(self, raw: bytes) -> bytes:
        """The bytes with one bit changed."""
        at = self.random.randrange(len(raw))
        changed = raw[at] ^ (1 << self.random.randrange(8))
        return raw[:at] + bytes([changed]) + raw[at + 1 :]

    def bytes(self, length: int) -> bytes:
        """Random bytes."""
        return self.random.randbytes(length)
