"""Voice notes: kept by the record they are about, heard by whoever sees that.

Neighbours: `server/blobs/sound.py` looks at the bytes when they come; `tasks.py` brings a removed task back. Invariants: one
recording an entry, declared as one · nobody adds to a record of another depot than the entry says.
"""

from typing import Final

from schemas.actions.voices import VoiceAdd
from schemas.errors import ErrorCode
from schemas.limits import VOICE_BYTES_MAX, VOICES_MAX
from server.domain import tasks
from sync.unit import Handlers, Refusal, Unit


def add(unit: Unit, args: VoiceAdd) -> None:
    """A voice note. Whatever became of the record meanwhile, it was said."""
    said = {"voice": unit.body.id}
    record = tasks.there(unit, args.about_id, said) if args.about == "task" else unit.need(args.about, args.about_id)
    if record["depot_id"] != args.depot_id:
        raise Refusal(ErrorCode.RECORD_UNKNOWN, kind=args.about, id=args.about_id)
    blobs = unit.body.blobs
    if len(blobs) != 1 or blobs[0].role != "voice" or not blobs[0].type.startswith("audio/"):
        raise Refusal(ErrorCode.RECORD_UNKNOWN, kind="blob")
    if blobs[0].size > VOICE_BYTES_MAX:
        raise Refusal(ErrorCode.BLOB_TOO_LARGE, bytes_max=VOICE_BYTES_MAX)
    if len(record.get("voices") or {}) >= VOICES_MAX:
        raise Refusal(ErrorCode.STATE_ILLEGAL, voices_max=VOICES_MAX)
    unit.apply_effects(args)
    unit.link_blobs(args.about, args.about_id)


HANDLERS: Final[Handlers] = {(VoiceAdd.action, VoiceAdd.v): add}
