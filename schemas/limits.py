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
WAITING_ARGS_CHARS_MAX: Final = 4000
REPORT_ITEMS_MAX: Final = 200
TRAIL_PIECE_ENTRIES_MAX: Final = 200
TRAIL_PIECES_AT_ONCE_MAX: Final = 25
"""Written into the trail before an answer; what is still missing then, the answer says."""
TRAIL_ROUND_SECONDS: Final = 15
TRAIL_PAGE_LINES_MAX: Final = 100
TRAIL_LINE_CHANGES_MAX: Final = 30
LOSSES_TOLD_MAX: Final = 20
TRAIL_EXPORT_LINES_MAX: Final = 50_000
HISTORY_PAGE_ENTRIES_MAX: Final = 50
HISTORY_ENTRIES_MAX: Final = 1000
READS_WAITING_MAX: Final = 5000
RECEIPT_MISSING_MAX: Final = 500
RECEIPT_LOST_MAX: Final = 500
IMPORT_BYTES_MAX: Final = 2 * 1024 * 1024 * 1024
IMPORT_RECORD_BYTES_MAX: Final = 4 * 1024 * 1024
IMPORT_ENTRIES_MAX: Final = 100_000
IMPORT_ENTRIES_BYTES_MAX: Final = 128 * 1024 * 1024
"""Kept in memory until it is known who signed them."""
IMPORT_PIECE_ENTRIES_MAX: Final = 100
IMPORT_FILES_MAX: Final = 20_000
SHEET_BYTES_MAX: Final = 12 * 1024 * 1024
SHEET_UNPACKED_BYTES_MAX: Final = 200 * 1024 * 1024
SHEET_PARTS_MAX: Final = 2_000
"""Files within an .xlsx, which is an archive."""
SHEET_SHEETS_MAX: Final = 50
SHEET_ROWS_MAX: Final = 20_000
SHEET_COLUMNS_MAX: Final = 200
SHEET_CELL_CHARS_MAX: Final = 2_000
SHEET_CELLS_BYTES_MAX: Final = 64 * 1024 * 1024
"""What is read of one file, as it is put aside."""
SHEET_READ_SECONDS_MAX: Final = 120
SHEET_READ_MEMORY_BYTES_MAX: Final = 1 * 1024 * 1024 * 1024
SHEET_BATCH_ROWS_MAX: Final = 100
SHEET_PREVIEW_ROWS: Final = 50
SHEET_IMPORTS_LISTED_MAX: Final = 100
SHEET_IMPORTS_OPEN_MAX: Final = 20
"""Uploaded and not run, per organisation."""
SHEET_LEFT_LISTED_MAX: Final = 200
SHEET_LEASE_SECONDS: Final = 20
SHEET_FILE_DAYS: Final = 7
SHEET_RESULT_DAYS: Final = 30
SHEET_EXPORT_ROWS_MAX: Final = 200_000
SHEET_ASSETS_PER_RENTAL_MAX: Final = 100
SHEET_AMOUNT_FEN_MAX: Final = 10**13
IMPORTS_AT_ONCE_MAX: Final = 2
"""In one process: each may keep IMPORT_ENTRIES_BYTES_MAX in memory."""
IMPORT_RETRY_SECONDS: Final = 30
SEQ_MAX: Final = 2**40
TEXT_CHARS_MAX: Final = 2000
CUSTOM_FIELDS_MAX: Final = 60
"""Of one kind of record, and values in one entry."""
CUSTOM_CHOICES_MAX: Final = 60
CUSTOM_NUMBER_MAX: Final = 10**15
ACCESSORIES_MAX: Final = 100
INTERVAL_MONTHS_MAX: Final = 240
SEARCH_PAGE_RECORDS_MAX: Final = 100
SEARCH_CHARS_MAX: Final = 100
SEARCH_WORDS_MAX: Final = 4
NAME_CHARS_MAX: Final = 200
TAG_CHARS_MAX: Final = 64

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
VOICE_BYTES_MAX: Final = 4 * 1024 * 1024
VOICE_SECONDS_MAX: Final = 120
VOICES_MAX: Final = 20
"""Voice notes of one record."""

# --- people and devices -------------------------------------------------------------------------------------------
DEPOTS_MAX: Final = 200
PACKS_MAX: Final = 60
PACK_SLOTS_MAX: Final = 40
PACK_METERS_MAX: Final = 10
PACK_CHOICES_MAX: Final = 60
ROSTER_PEOPLE_MAX: Final = 500
PASSWORD_CHARS_MIN: Final = 10
PASSWORD_CHARS_MAX: Final = 200
PASSWORD_GIVEN_HOURS: Final = 72
"""A password somebody else has set works so long, and only to choose one's own."""
JOIN_HOURS: Final = 72
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

# --- labels and faults --------------------------------------------------------------------------------------------
LABELS_MAX: Final = 1000
SHEET_LABELS_MAX: Final = 65
FAULT_PHOTOS_MAX: Final = 3
FAULT_PHOTO_BYTES_MAX: Final = 4 * 1024 * 1024
FAULT_REQUEST_BYTES_MAX: Final = 8 * 1024 * 1024
FAULT_TEXT_CHARS_MAX: Final = 500
FAULT_TRIES_PER_MINUTE_MAX: Final = 6
FAULT_TAG_TRIES_PER_MINUTE_MAX: Final = 4
FAULT_TAG_TRIES_PER_HOUR_MAX: Final = 20
TAG_LOOKS_PER_MINUTE_MAX: Final = 30
PHONE_CHARS_MAX: Final = 40

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
ACCURACY_MAX_M: Final = 100_000
"""A position of no better accuracy says nothing."""

# --- to-dos and notices -------------------------------------------------------------------------------------------
TODO_PARAMS_MAX: Final = 12
TODO_PARAM_CHARS_MAX: Final = 400
TODO_HANDED_MAX: Final = 50
"""Of the ways it was handed on, the newest are told in the record; all of them stand in the journal."""
TODO_DEADLINE_HOURS_MAX: Final = 24 * 90
NOTICE_CHANNELS_MAX: Final = 8
NOTICE_CODES_MAX: Final = 20
NOTICE_ADDRESS_CHARS_MAX: Final = 400
NOTICE_ATTEMPTS_MAX: Final = 6
NOTICE_PAGE_MAX: Final = 100
NOTICE_FRESH_HOURS: Final = 24
"""Older to-dos tell nobody any more: a channel that is set up today does not repeat the past."""
NOTICE_RECIPIENTS_MAX: Final = 50

# --- the gate before something leaves -------------------------------------------------------------------------------
GATE_RULES_MAX: Final = 60
GATE_CONDITIONS_MAX: Final = 6
GATE_VALUES_MAX: Final = 10
GATE_FIGURE_MAX: Final = 10_000_000
# --- customers and rentals ----------------------------------------------------------------------------------------
MONEY_FEN_MAX: Final = 100_000_000_000
"""One billion yuan: no amount of ours is larger; what is typed beyond it is a slip."""
RENTAL_ASSETS_MAX: Final = 100
RENTAL_SWAPS_MAX: Final = 100
PRICE_TIERS_MAX: Final = 12
RENTAL_DAYS_MAX: Final = 3660
PAYMENT_DAYS_MAX: Final = 365
KM_PER_DAY_MAX: Final = 10_000
DUE_SOON_DAYS: Final = 2
# --- stock-takes ----------------------------------------------------------------------------------------------------
STOCK_COUNTED_MAX: Final = 1_000_000
STOCK_DIFFERENCES_MAX: Final = 500
STOCK_SIGHTINGS_MAX: Final = 50
# --- planning -------------------------------------------------------------------------------------------------------
TASK_ACCESSORIES_MAX: Final = 60
TASK_CHECKS_MAX: Final = 200
TASK_PARTS_MAX: Final = 40
TASK_PART_COUNT_MAX: Final = 10_000
TASK_PART_FEN_MAX: Final = 100_000_000_000
TASK_MINUTES_MAX: Final = 100_000
TASK_PHOTOS_MAX: Final = 60
TASK_ATTEMPTS_MAX: Final = 100
PLAN_REPAIR_DAYS: Final = 3
PLAN_INSPECT_AHEAD_DAYS: Final = 14
PLAN_SERVICE_AHEAD_KM: Final = 500
PLAN_SERVICE_AHEAD_HOURS: Final = 25
PLAN_RECOVER_AFTER_DAYS: Final = 7
PLAN_DAYS_MAX: Final = 365
PLAN_DAY_BEGINS_HOUR: Final = 9
PLAN_TASKS_WRITTEN_MAX: Final = 50
