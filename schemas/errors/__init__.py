"""Every failure a person or a program can meet: a stable code, what happened, what is safe, what to do — zh and en.

Codes are part of the wire contract: they are added, never renamed. `ErrorCode` is generated into the app. The codes stand in
`codes.py`; their sentences by area in the files beside it. A new code gets its line there and its sentences in its area's file.
"""

from typing import Final

from schemas.errors import accounts, base_data, blobs, enrolment, entries, journal_files, requests, sheets, sync
from schemas.errors.codes import ErrorCode
from schemas.errors.sentence import Sentence

__all__ = ["MESSAGES", "ErrorCode", "Sentence"]

_AREAS: Final = (requests, enrolment, sync, entries, accounts, blobs, journal_files, sheets, base_data)
MESSAGES: Final[dict[ErrorCode, Sentence]] = {code: said for area in _AREAS for code, said in area.MESSAGES.items()}
