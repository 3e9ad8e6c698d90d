"""Every bound of the system, once, unit last.

A list, loop, queue or body without a bound here is a fault. The app gets the same numbers by generation.
"""

from typing import Final

# --- one exchange -------------------------------------------------------------------------------------------------
PUSH_ENTRIES_MAX: Final = 500
PUSH_BODY_BYTES_MAX: Final = 1024 * 1024
REQUEST_BYTES_MAX: Final = 8 * 1024 * 1024
ENTRY_BODY_BYTES_MAX: Final = 256 * 1024
PRIVATE_PARTS_MAX: Final = 8
PRIVATE_PART_BYTES_MAX: Final = 128 * 1024
ENTRY_BLOBS_MAX: Final = 32
ENTRY_NEEDS_MAX: Final = 500
ENTRY_SEEN_MAX: Final = 500
CURSORS_MAX: Final = 200
PAGE_CHANGES_MAX: Final = 1000
PAGE_BYTES_MAX: Final = 1024 * 1024
PULL_NEAR_VERSIONS_MAX: Final = 500
"""A device no further behind in any bucket is answered at once, before the next request is looked at."""
DIGEST_RANGES: Final = 256
DIGEST_CHECK_SECONDS: Final = 600
REPAIRS_REPORTED_MAX: Final = 20
TOMBSTONE_DAYS: Final = 180
TOMBSTONES_PURGED_MAX: Final = 1000
LOSSES_MAX: Final = 500
HELD_ENTRIES_MAX: Final = 2000
WAITING_RETRIED_MAX: Final = 1000
JOURNAL_PAGE_ENTRIES_MAX: Final = 100
RELEASED_GAPS_MAX: Final = 500
QUARANTINE_ENTRIES_MAX: Final = 2000
QUARANTINE_DECIDED_MAX: Final = 500
QUARANTINE_PAGE_ENTRIES_MAX: Final = 100
QUARANTINE_PAGE_BYTES_MAX: Final = 1024 * 1024
QUARANTINE_TEXT_CHARS_MAX: Final = 4000
WAITING_PAGE_ENTRIES_MAX: Final = 100
WAITING_LOOKED_AT_MAX: Final = 2000
REPORT_ITEMS_MAX: Final = 200
RECEIPT_MISSING_MAX: Final = 500
RECEIPT_LOST_MAX: Final = 500
IMPORT_BYTES_MAX: Final = 2 * 1024 * 1024 * 1024
IMPORT_RECORD_BYTES_MAX: Final = 4 * 1024 * 1024
IMPORT_ENTRIES_MAX: Final = 100_000
IMPORT_ENTRIES_BYTES_MAX: Final = 128 * 1024 * 1024
"""Kept in memory until it is known who signed them."""
IMPORT_PIECE_ENTRIES_MAX: Final = 100
IMPORT_FILES_MAX: Final = 20_000
SEQ_MAX: Final = 2**40
TEXT_CHARS_MAX: Final = 2000
NAME_CHARS_MAX: Final = 200

# --- blobs --------------------------------------------------------------------------------------------------------
BLOB_BYTES_MAX: Final = 64 * 1024 * 1024
BLOB_CHUNK_BYTES: Final = 1024 * 1024
PHOTO_PIXELS_MAX: Final = 120_000_000
PREVIEW_EDGE_PX: Final = 960
UPLOADS_OPEN_PER_DEVICE_MAX: Final = 64
UNDECLARED_BYTES_PER_DEVICE_MAX: Final = 512 * 1024 * 1024
UPLOAD_IDLE_HOURS_MAX: Final = 72
DATABASE_RETRY_SECONDS: Final = 2
DOCUMENT_BYTES_MAX: Final = 1024 * 1024

# --- people and devices -------------------------------------------------------------------------------------------
INVITATION_MINUTES: Final = 30
INVITATION_MINUTES_MAX: Final = 7 * 24 * 60
PIN_DIGITS: Final = 6
PIN_TRIES_MAX: Final = 5
PIN_WAIT_SECONDS: Final = 30
PIN_WAIT_SECONDS_MAX: Final = 3600
LOGIN_TRIES_MAX: Final = 5
LOGIN_ADDRESS_TRIES_MAX: Final = 20
LOGIN_WAIT_SECONDS: Final = 60
LOGIN_WAIT_SECONDS_MAX: Final = 3600
ENROL_TRIES_PER_MINUTE_MAX: Final = 20
SESSION_HOURS: Final = 12
DEVICE_TOKEN_DAYS: Final = 30
CHALLENGE_SECONDS: Final = 120

# --- time ---------------------------------------------------------------------------------------------------------
HLC_AHEAD_MS_MAX: Final = 60_000
CLOCK_SUSPECT_MS: Final = 5 * 60_000
OPENING_HIDDEN_MS: Final = 5 * 60_000
GATE_GRACE_HOURS: Final = 12
GATE_GRACE_HOURS_MAX: Final = 168
GATE_GRACE_ENTRIES: Final = 200
GATE_GRACE_ENTRIES_MAX: Final = 2000
GATE_FILES_HOURS: Final = 24
GATE_FILES_HOURS_MAX: Final = 168
RETRY_DELAY_MS_MIN: Final = 2_000
RETRY_DELAY_MS_MAX: Final = 60_000
DEVICE_SEEN_WRITE_SECONDS: Final = 60

# --- live ---------------------------------------------------------------------------------------------------------
LIVE_QUEUE_FRAMES_MAX: Final = 64
LIVE_SOCKETS_PER_DEVICE_MAX: Final = 4
LIVE_PING_SECONDS: Final = 25

# --- capture ------------------------------------------------------------------------------------------------------
HANDOVER_PHOTOS_MAX: Final = 200
HANDOVER_DAMAGES_MAX: Final = 100
SIGNATURE_STROKES_MAX: Final = 400
SIGNATURE_POINTS_MAX: Final = 20_000
CONFLICT_SIDES_MAX: Final = 20
READING_MAX: Final = 100_000_000
