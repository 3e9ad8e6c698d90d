"""Golden vectors: what both languages must compute alike. `python -m tests.vectors.make` writes them, `--check` compares.

The Python code is asked, the TypeScript code is measured against its answers (`field_app/src/core/vectors.test.ts`), and
`tests/unit/test_vectors.py` keeps the committed files honest. Neighbours: sync/journal.py, hlc.py, effects.py, merge.py,
schemas/ids.py. Invariant: the same code writes the same bytes.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from schemas import ids
from schemas.actions import ACTIONS
from schemas.effects import Effect
from schemas.labels import is_tag
from schemas.merge import MergePolicy
from schemas.records import RECORDS
from sync import digest, hlc, journal
from sync.effects import ABSENT, Filled, Scene, fill
from sync.merge import FieldMeta, Stamp, merge_field
from sync.unit import DEFAULTS, POLICIES
from tests.vectors import conflicts, due, exchange, exported, gate, stock

FOLDER: Final = Path(__file__).resolve().parent

_ORGANISATION: Final = "0197f3a0-0000-7000-8000-000000000001"
_DEVICE: Final = "0197f3a0-0000-7000-8000-000000000002"
_ACTOR: Final = "0197f3a0-0000-7000-8000-000000000003"
_ASSET: Final = "0197f3a0-0000-7000-8000-000000000004"
_RENTAL: Final = "0197f3a0-0000-7000-8000-000000000005"
_CUSTOMER: Final = "0197f3a0-0000-7000-8000-000000000006"
_DEPOT: Final = "0197f3a0-0000-7000-8000-000000000007"
_HANDOVER: Final = "0197f3a0-0000-7000-8000-000000000008"
_TASK: Final = "0197f3a0-0000-7000-8000-000000000009"
_DAMAGE: Final = "0197f3a0-0000-7000-8000-00000000000a"
_PHOTO: Final = "0197f3a0-0000-7000-8000-00000000000b"
_SIGNATURE: Final = "0197f3a0-0000-7000-8000-00000000000c"
_SHA: Final = "ab" * 32


def _chain() -> dict[str, Any]:
    starts = [
        {"organisation": _ORGANISATION, "device": _DEVICE, "epoch": epoch, "base_hash": base,
         "hash": journal.genesis(_ORGANISATION, _DEVICE, epoch, base)}
        for epoch, base in ((0, None), (1, "00" * 32), (2, _SHA))
    ]  # fmt: skip
    links = []
    previous = str(starts[0]["hash"])
    bodies = ("{}", '{"id":1}', '{"note":"中文 · é · 🛵"}', "", "x" * 5000)
    for seq, body in ((1, bodies[0]), (2, bodies[1]), (3, bodies[2]), (4, bodies[3]), (2**40, bodies[4])):
        found = journal.extend(previous, seq, body.encode())
        links.append({"previous": previous, "seq": seq, "body": body, "hash": found})
        previous = found
    salted = bytes(range(40))
    return {
        "genesis": starts,
        "links": links,
        "private": {"salted_hex": salted.hex(), "hash": journal.private_hash(salted)},
        "head": {"seq": 17, "epoch": 1, "hash": _SHA,
                 "text": journal.head_text(_ORGANISATION, _DEVICE, 1, 17, _SHA).decode()},
    }  # fmt: skip


def _hlc() -> list[dict[str, Any]]:
    cases = [
        (hlc.ZERO, 0), (hlc.ZERO, 1), ("1795254720000-0000", 1795254720000), ("1795254720000-0001", 1795254720001),
        ("1795254720000-fffe", 1795254710000), ("1795254720000-ffff", 1795254710000), ("1795254720000-00ff", 0),
    ]  # fmt: skip
    return [{"last": last, "now": now, "next": hlc.tick(last, now)} for last, now in cases]


def _ids() -> list[dict[str, Any]]:
    cases = [(0, bytes(10)), (1795254720123, bytes(range(10))), (2**48 - 1, b"\xff" * 10)]
    return [{"ms": ms, "random_hex": raw.hex(), "id": ids.uuid7(ms, raw)} for ms, raw in cases]


def _records() -> dict[str, dict[str, Any]]:
    """What the device holds before the entries of the effects' vectors: `kind/id` → content."""
    return {
        f"asset/{_ASSET}": {**DEFAULTS["asset"], "id": _ASSET, "label": "沪A·12345", "tag": "T-1", "pack": "vehicle",
                            "home_depot_id": _DEPOT, "depot_id": _DEPOT},
        f"rental/{_RENTAL}": {**DEFAULTS["rental"], "id": _RENTAL, "number": "R-1", "customer_id": _CUSTOMER,
                              "depot_id": _DEPOT, "assets": {}, "starts_at": "2026-11-01T00:00:00Z",
                              "due_at": "2026-11-21T00:00:00Z"},
        f"task/{_TASK}": {**DEFAULTS["task"], "id": _TASK, "type": "collect", "depot_id": _DEPOT, "asset_id": _ASSET,
                          "due_at": "2026-11-21T09:00:00Z"},
    }  # fmt: skip


def _steps() -> list[tuple[str, dict[str, Any], list[dict[str, Any]]]]:
    """One check-in, and what can go differently: (action, arguments, blobs)."""
    shot = {"sha256": _SHA, "size": 12345, "type": "image/jpeg", "role": "photo"}
    measures = {"how": "still", "source": "camera", "width": 4000, "height": 3000}
    on = {"handover_id": _HANDOVER}
    at = "2026-11-21T09:52:00.000Z"
    return [
        ("handover.start", {**on, "type": "check_in", "asset_id": _ASSET, "rental_id": _RENTAL, "task_id": _TASK}, []),
        ("photo.add", {**on, "photo_id": _PHOTO, "slot": "front", **measures}, [shot]),
        ("damage.record", {**on, "damage_id": _DAMAGE, "view": "left", "part": "door", "x": 10, "y": 1000,
                           "type": "scratch", "severity": "minor_damage"}, []),
        ("photo.add", {**on, "photo_id": _SIGNATURE, "slot": "damage_close", "damage_id": _DAMAGE, **measures}, [shot]),
        ("photo.retract", {**on, "photo_id": _SIGNATURE, "damage_id": _DAMAGE}, []),
        ("photo.waive", {**on, "slot": "rear", "reason": "墙挡住了"}, []),
        ("reading.record", {**on, "meter": "odometer", "value": 0, "photo_id": None}, []),
        ("reading.record", {**on, "meter": "odometer", "value": 48210, "photo_id": _PHOTO}, []),
        ("accessory.report", {**on, "accessory": "spare_key", "state": "missing"}, []),
        ("signature.capture", {**on, "signature_id": _SIGNATURE, "party": "customer", "decision": "agree",
                               "role": "driver", "language": "zh", "document_sha256": _SHA}, []),
        ("return.complete", {**on, "acceptance": "minor_damage", "confirmed": {"first_at": at, "second_at": at},
                             "document_sha256": _SHA, "entries": []}, []),
        ("damage.retract", {**on, "damage_id": _DAMAGE, "reason": "眼花"}, []),
        ("checkout.complete", {"handover_id": _TASK, "acceptance": "intact", "document_sha256": _SHA, "entries": []}, []),
        ("conflict.decide", {"conflict_id": _PHOTO, "choice": "side", "side": 1, "reason": "看过照片"}, []),
    ]  # fmt: skip


def _effects() -> dict[str, Any]:
    """Each entry's filled effects and the records after it, one device writing alone."""
    records = _records()
    metas: dict[str, dict[str, FieldMeta]] = {}
    steps = []
    for number, (action, args, blobs) in enumerate(_steps(), start=1):
        entry = {
            "id": f"0197f3a0-0000-7000-8000-0000000001{number:02x}", "at": f"2026-11-21T09:52:{number:02d}.000Z",
            "zone": "Asia/Shanghai", "actor": _ACTOR, "device": _DEVICE, "seq": number, "epoch": 0,
        }  # fmt: skip
        model = ACTIONS[(action, 1)]
        full = model.model_validate_json(json.dumps(args)).model_dump(mode="json")
        scene = Scene(full, entry, blobs, lambda kind, id_: records.get(f"{kind}/{id_}"))
        filled = fill(model.effects, scene)
        for effect in filled:
            _merge(records, metas, effect, Stamp(number, hlc.encode(number, 0), _DEVICE, str(entry["id"])))
        steps.append({
            "action": action, "args": args, "blobs": blobs, "entry": entry,
            "filled": [{"kind": one.kind, "id": one.id, "create": one.create, "values": one.values} for one in filled],
            "after": json.loads(json.dumps({key: records[key] for key in sorted(records)})),
        })  # fmt: skip
    return {"device": _DEVICE, "before": _records(), "steps": steps}


def _merge(records: dict[str, dict[str, Any]], metas: dict[str, dict[str, FieldMeta]], effect: Filled, stamp: Stamp) -> None:
    key = f"{effect.kind}/{effect.id}"
    if key not in records:
        if not effect.create:
            return
        records[key] = {**json.loads(json.dumps(DEFAULTS[effect.kind])), "id": effect.id}
    meta = metas.setdefault(key, {})
    after = dict(records[key])
    for name, value in effect.values.items():
        if value is not ABSENT:
            own = meta.setdefault(name, FieldMeta())
            after[name], _ = merge_field(POLICIES[effect.kind][name], after.get(name), own, value, stamp)
    records[key] = after


def _templates() -> list[dict[str, Any]]:
    """Corners of the template language, on effects nobody declares."""
    scene = {
        "args": {"pin": {"x": 0, "y": None}, "flag": False, "text": "", "key": "k", "none": None},
        "entry": {"id": "E", "at": "T", "zone": "Z", "actor": "A", "device": "D", "seq": 1, "epoch": 0},
        "blobs": [{"sha256": _SHA, "size": 1, "type": "image/png", "role": "signature"}],
        "records": {"asset/a": {"label": "L", "rental_id": None}},
    }
    cases: list[dict[str, Any]] = [
        {"x": "$pin.x", "y": "$pin.y", "deep": "$pin.x.z", "flag": "$flag", "text": "$text", "none": "$none"},
        {"@id": "@id", "seq": "@seq", "$key": {"$none": 1, "plain": "plain", "list": [1, "$key"]}},
        {"sha": "@blob.0.sha256", "gone": "@blob.1.sha256", "null": None, "zero": 0},
        {"label": "%asset/a/label", "empty": "%asset/a/rental_id", "away": "%asset/b/label", "by": "%asset/$none/label"},
    ]
    found = []
    for values in cases:
        records = scene["records"]
        assert isinstance(records, dict)
        lookup = Scene(scene["args"], scene["entry"], scene["blobs"], lambda kind, id_: records.get(f"{kind}/{id_}"))  # type: ignore[arg-type]  # noqa: B023
        filled = fill([Effect("asset", "a", values)], lookup)
        found.append({"values": values, "filled": filled[0].values})
    return [{"scene": scene, "cases": found}]


def _merges() -> list[dict[str, Any]]:
    """Writes that meet in one field, in the order the server commits them: what stands after each, what became of it, and
    what is remembered of losers. `seen`: the version of the record the writer had seen, -1 none."""
    one, two, three = "device-a", "device-b", "device-c"
    cases: dict[str, list[tuple[Any, str, int, int]]] = {
        "immutable": [(None, one, 1, -1), ("x", two, 1, -1), ("x", three, 9, -1), ("y", three, 9, 2)],
        "last_writer": [("a", one, 10, -1), ("b", two, 9, -1), ("c", two, 11, -1), ("c", one, 12, -1), ("d", three, 11, -1),
                        ("e", three, 1, 5), ("f", three, 0, -1), ("f", one, 9, -1), ("f", two, 8, -1), ("g", one, 10, -1)],
        "max": [(5, one, 1, -1), (9, two, 0, -1), (7, three, 9, -1)],
        "min": [(5, one, 1, -1), (9, two, 0, -1), (3, three, 0, -1)],
        "counter": [(5, one, 1, -1), (-2, two, 1, -1), (0, two, 2, -1)],
        "union": [({"x": 1}, one, 5, -1), ({"x": None}, two, 9, -1), ({"x": 2, "y": 1}, two, 4, -1), ({"x": 3}, three, 6, -1),
                  ({"x": None, "z": None}, three, 7, -1), ({"x": 4}, one, 1, -1), ({"x": 4}, three, 8, -1),
                  ({"x": None}, three, 9, -1), ({"x": None}, two, 9, 8), ({"x": 5}, one, 2, 8)],
        "server": [(1, one, 1, -1), (2, two, 0, -1), (2, three, 9, -1)],
        "review": [("minor", one, 1, -1), ("severe", two, 9, -1), ("minor", two, 9, -1), ("severe", three, 0, 3)],
    }  # fmt: skip
    found = []
    for policy, writes in cases.items():
        value: Any = None
        meta = FieldMeta()
        steps = []
        for version, (incoming, device, ms, seen) in enumerate(writes, start=1):
            stamp = Stamp(version, hlc.encode(ms, 0), device, f"entry-{version}", seen)
            value, verdict = merge_field(MergePolicy(policy), value, meta, incoming, stamp)
            wrote = {"value": incoming, "version": version, "hlc": stamp.hlc, "device": device, "seen": seen}
            steps.append({"write": wrote, "stands": value, "verdict": verdict, "meta": json.loads(json.dumps(meta.dump()))})
        found.append({"policy": policy, "steps": steps})
    return found


def _tags() -> list[dict[str, Any]]:
    """What a label can carry, and what not."""
    texts = [
        "HV-0001", "浙A12345", "é1", "A", "0", "x" * 64, "x" * 65, "", " ", "A 01", "A/01", "A%01", "A%2F01", "A?01", "A#01",
        "..", ".", "-1", "_1", "A..B", "A.", "a\\b", "a&b", "a+b", "浙A·1", "A\n1", "A\u200b1", "e\u0301", "①", "²", "٣", "🛵",
        "A;b", "A:1", "a=b", "a@b",
    ]  # fmt: skip
    return [{"text": text, "fits": is_tag(text)} for text in texts]


def _digest() -> dict[str, Any]:
    """Records of one bucket as a device holds them, and what they come to."""
    ids_ = [f"0197f3a0-0000-7000-8000-0000000000{last}" for last in ("00", "7f", "80", "ff", "ff", "0a")]
    kinds = ("asset", "asset", "handover", "task", "asset", "person")
    versions = (1, 2, 109, 2**40, 5, 5)
    contents = [digest.content_hash(f'{{"number":{number}}}'.encode()) for number in range(len(ids_))]
    held = list(zip(kinds, ids_, versions, contents, strict=True))
    parts = digest.tally(held)
    whole = digest.total(parts.values())
    return {
        "records": [
            {"kind": kind, "id": id_, "v": version, "h": content, "part": digest.part_of(id_),
             "item": f"{digest.item(kind, id_, version, content):032x}"}
            for kind, id_, version, content in held
        ],
        "parts": [{"part": part, "count": one.count, "hash": one.text()} for part, one in sorted(parts.items())],
        "total": {"count": whole.count, "hash": whole.text()},
        "empty": {"count": 0, "hash": digest.Tally().text()},
    }  # fmt: skip


def render() -> dict[str, str]:
    """File name → its text."""
    assert set(POLICIES) == set(RECORDS)
    made = {"chain": _chain(), "hlc": _hlc(), "ids": _ids(), "effects": _effects(), "templates": _templates(),
            "merge": _merges(), "digest": _digest(), "pages": exchange.pages(), "receipts": exchange.receipts(),
            "believed": exchange.believed(), "epoch": exchange.epochs(), "conflicts": conflicts.vectors(),
            "exported": exported.vectors(), "gate": gate.vectors(), "tags": _tags(), "due": due.vectors(),
            "stock": stock.vectors()}  # fmt: skip
    return {f"{name}.json": json.dumps(value, ensure_ascii=False, indent=1) + "\n" for name, value in made.items()}


def stale() -> list[str]:
    """Names of vector files that are missing or differ."""
    return [name for name, text in render().items()
            if not (FOLDER / name).is_file() or (FOLDER / name).read_text(encoding="utf-8") != text]  # fmt: skip


def main() -> int:
    """Writes the vectors, or with `--check` only compares: 1 when stale."""
    parser = argparse.ArgumentParser(prog="python -m tests.vectors.make")
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        names = stale()
        if names:
            sys.stderr.write("stale vectors: " + ", ".join(names) + "; run `python -m tests.vectors.make`\n")
        return 1 if names else 0
    for name, text in render().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
