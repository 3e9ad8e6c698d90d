"""Golden vectors of what an exchange does to a device: pages, frames, receipts, a new epoch.

Neighbours: `make.py` writes them, `field_app/src/core/test/exchange-vectors.test.ts` and `tests/unit/test_exchange_vectors.py`
read them. Invariant: the same code writes the same bytes (keys are derived, signatures deterministic by RFC 6979).
"""

import base64
import json
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from schemas.protocol import NewEpoch, PublicKey, Receipt
from sync import replica
from sync.device import Device
from sync.device_state import Proven, Recorded
from sync.journal import extend, genesis
from sync.net.keys import public_jwk, unseal
from sync.replica import Draft

ORGANISATION: Final = "0197f3a0-0000-7000-8000-000000000001"
DEVICE: Final = "0197f3a0-0000-7000-8000-000000000002"
_AT: Final = "2026-11-21T09:52:00.000Z"
_A, _B, _C, _D = (f"0197f3a0-0000-7000-8000-0000000000a{n}" for n in range(4))
_FIELD, _DEPOT = "org/field", "depot:0197f3a0-0000-7000-8000-000000000007/field"


def device() -> Device:
    """A device with nothing in it."""
    return Device(ORGANISATION, DEVICE, sign=lambda _text: "", random=bytes)


# --- pages and frames -------------------------------------------------------------------------------------------------
def _change(kind: str, id_: str, v: int, data: dict[str, Any] | None) -> dict[str, Any]:
    return {"kind": kind, "id": id_, "v": v, "h": f"{v:016x}" if data else "", "data": data, "gone": data is None}


def _page(bucket: str, after: int, to: int, changes: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"bucket": bucket, "after": after, "to": to, "more": False, "reset": False, "floor": 0, "changes": changes, **more}


def _steps() -> list[dict[str, Any]]:
    moved = {"label": "moved", "depot_id": "x"}
    first = [_change("asset", _A, 3, {"label": "a"}), _change("asset", _B, 4, {"label": "b"})]
    return [
        {"name": "a first page, more to come", "pages": [_page(_FIELD, 0, 4, first, more=True, floor=2)]},
        {"name": "the same page once more", "pages": [_page(_FIELD, 0, 4, [_change("asset", _A, 3, {"label": "a"})], more=True)]},
        {"name": "a page that leaves a hole", "pages": [_page(_FIELD, 5, 9, [_change("asset", _C, 9, {"label": "c"})])]},
        {"name": "the next page, and an empty bucket's first", "pages": [
            _page(_FIELD, 4, 6, [_change("asset", _A, 6, {"label": "a2"})]), _page(_DEPOT, 0, 0, [], floor=5)]},
        {"name": "a frame that follows", "frame": {
            "bucket": _FIELD, "prev": 6, "to": 7, "changes": [_change("rental", _D, 7, {"number": "R"})]}},
        {"name": "the same frame again", "frame": {"bucket": _FIELD, "prev": 6, "to": 7, "changes": []}},
        {"name": "a frame after a hole", "frame": {
            "bucket": _FIELD, "prev": 8, "to": 9, "changes": [_change("asset", _C, 9, {"label": "c"})]}},
        {"name": "a frame of a bucket never heard of", "frame": {"bucket": "org/office", "prev": 0, "to": 1, "changes": []}},
        {"name": "a record moves: it comes there", "pages": [_page(_DEPOT, 0, 10, [_change("asset", _B, 10, moved)])]},
        {"name": "and goes here, as an older word", "pages": [_page(_FIELD, 7, 10, [_change("asset", _B, 10, None)])]},
        {"name": "an older word does not undo a newer one", "pages": [
            _page(_FIELD, 10, 11, [_change("asset", _B, 8, {"label": "old"})])]},
        {"name": "a removal of what is not here", "pages": [_page(_FIELD, 11, 12, [_change("task", _C, 12, None)])]},
        {"name": "a bucket sent anew", "pages": [
            _page(_FIELD, 0, 3, [_change("asset", _C, 2, {"label": "c"})], reset=True, floor=1)]},
        {"name": "a bucket that is no longer this device's", "gone_buckets": [_DEPOT], "pages": []},
    ]  # fmt: skip


def apply_step(to: Device, step: dict[str, Any]) -> str:
    """applied, stale or gap for a frame; moved or still for pages."""
    if "frame" in step:
        return to.frame(step["frame"])
    draft = Draft(to)
    moved = replica.apply_pages(draft, step.get("gone_buckets", []), step["pages"])
    to.commit(draft.changes)
    return "moved" if moved else "still"


def state_of(one: Device) -> dict[str, Any]:
    """What the vectors compare."""
    records = {
        f"{kind}/{id_}": {"v": row.v, "h": row.h, "data": dict(row.data), "buckets": sorted(row.buckets)}
        for (kind, id_), row in sorted(one.records.items())
    }
    return {"cursors": dict(sorted(one.cursors.items())), "floors": dict(sorted(one.floors.items())), "records": records}


def pages() -> list[dict[str, Any]]:
    """Answers' pages and frames in order: what each does, and what the device then holds."""
    one = device()
    return [{**step, "result": apply_step(one, step), "after": state_of(one)} for step in _steps()]


# --- receipts ---------------------------------------------------------------------------------------------------------
def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _key(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(number, ec.SECP256R1())


def _jws(key: ec.EllipticCurvePrivateKey, header: dict[str, Any], payload: bytes, *, der: bool = False) -> str:
    signed = f"{_b64(json.dumps(header).encode())}.{_b64(payload)}"
    raw = key.sign(signed.encode(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    if not der:
        r, s = utils.decode_dss_signature(raw)
        raw = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return f"{signed}.{_b64(raw)}"


def _receipt(**more: Any) -> bytes:
    fields = {"organisation": ORGANISATION, "device": DEVICE, "epoch": 0, "n": 2, "h": "ab" * 32, "at": _AT, **more}
    return Receipt(**fields).model_dump_json().encode()


def read_receipt(keys: list[PublicKey], jws: str) -> Receipt | None:
    """The receipt in a JWS; None when nobody may believe it."""
    try:
        return Receipt.model_validate_json(unseal(keys, jws))
    except ValueError:
        return None


def receipts() -> dict[str, Any]:
    """Signed texts and whether they are receipts of this organisation."""
    sign, old, export, foreign = _key(101), _key(102), _key(103), _key(104)
    named = {"k1": sign, "k0": old, "k1.export": export}
    keys = [{**public_jwk(key.public_key()), "kid": kid} for kid, key in named.items()]
    es256, payload = {"alg": "ES256", "kid": "k1"}, _receipt(held=[(5, 9)], lost=[3], missing=["cd" * 32], missing_count=1)
    good = _jws(sign, es256, payload)
    head, body, mark = good.split(".")
    cases = {
        "by the organisation's key": good,
        "by its former key, still known": _jws(old, {"alg": "ES256", "kid": "k0"}, _receipt(n=1)),
        "another payload under the same signature": f"{head}.{_b64(_receipt(n=3))}.{mark}",
        "another header under the same signature": f"{_b64(json.dumps({**es256, 'x': 1}).encode())}.{body}.{mark}",
        "a changed signature": f"{head}.{body}.{('B' if mark[0] != 'B' else 'C') + mark[1:]}",
        "no signature": f"{head}.{body}.",
        "algorithm none": f"{_b64(json.dumps({'alg': 'none', 'kid': 'k1'}).encode())}.{body}.",
        "another algorithm's name": _jws(sign, {"alg": "HS256", "kid": "k1"}, payload),
        "the export key signs no receipts": _jws(export, {"alg": "ES256", "kid": "k1.export"}, payload),
        "a key nobody knows": _jws(foreign, {"alg": "ES256", "kid": "k9"}, payload),
        "somebody else under a known name": _jws(foreign, es256, payload),
        "no name of a key": _jws(sign, {"alg": "ES256"}, payload),
        "a signature in DER": _jws(sign, es256, payload, der=True),
        "four parts": good + ".AA",
        "two parts": f"{head}.{body}",
        "signed, but no receipt": _jws(sign, es256, json.dumps({"typ": "handover-certificate-v1"}).encode()),
        "nothing": "",
    }
    known = [PublicKey.model_validate(key) for key in keys]
    found = []
    for name, jws in cases.items():
        receipt = read_receipt(known, jws)
        found.append({"name": name, "jws": jws, "receipt": receipt.model_dump(mode="json") if receipt else None})
    return {"keys": keys, "cases": found}


def _chain(bodies: list[str]) -> dict[int, str]:
    chain = {0: genesis(ORGANISATION, DEVICE)}
    for seq, body in enumerate(bodies, 1):
        chain[seq] = extend(chain[seq - 1], seq, body.encode())
    return chain


def believer(hashes_: dict[int, str], proven: int) -> Device:
    """A device of five entries, proven so far, that still knows these hashes."""
    one = device()
    one.seq, one.hash = 5, _chain(_BODIES)[5]
    one.hashes = dict(hashes_)
    one.proven = Proven(0, proven, "", _AT) if proven else None
    return one


_BODIES: Final = [f'{{"n":{n}}}' for n in range(1, 6)]


def believed() -> list[dict[str, Any]]:
    """Receipts that verify, and which of them a device believes. `asked`: what was proven when the request was written."""
    chain = _chain(_BODIES)
    late = {seq: hash_ for seq, hash_ in chain.items() if seq > 2}
    cases: list[tuple[str, dict[int, str], int, int, dict[str, Any]]] = [
        ("covers more", chain, 1, 1, {"n": 3, "h": chain[3]}),
        ("says the same again", chain, 3, 3, {"n": 3, "h": chain[3]}),
        ("over another chain", chain, 1, 1, {"n": 3, "h": "00" * 32}),
        ("beyond what was written", chain, 1, 1, {"n": 9, "h": "00" * 32}),
        ("of nothing yet", chain, 0, 0, {"n": 0, "h": chain[0]}),
        ("of another device", chain, 1, 1, {"n": 3, "h": chain[3], "device": ORGANISATION}),
        ("of another organisation", chain, 1, 1, {"n": 3, "h": chain[3], "organisation": DEVICE}),
        ("of another epoch", chain, 1, 1, {"n": 3, "h": chain[3], "epoch": 1}),
        ("a late answer", chain, 4, 2, {"n": 2, "h": chain[2]}),
        ("a server restored from a backup", chain, 4, 4, {"n": 2, "h": chain[2]}),
        ("a restored server on another chain", chain, 4, 4, {"n": 2, "h": "00" * 32}),
        ("restored further back than any hash here", late, 4, 4, {"n": 1, "h": chain[1]}),
    ]
    found = []
    for name, hashes_, proven, asked, fields in cases:
        one = believer(hashes_, proven)
        receipt = Receipt.model_validate_json(_receipt(**fields))
        draft = Draft(one)
        taken = replica.take_receipt(draft, receipt, (0, asked))
        found.append({
            "name": name, "seq": 5, "hash": chain[5], "hashes": {str(seq): hash_ for seq, hash_ in hashes_.items()},
            "proven": proven, "asked": asked, "receipt": receipt.model_dump(mode="json"), "believed": taken.believed,
            "proven_after": draft.changes.meta.get("proven", {}).get("n", proven),
        })  # fmt: skip
    return found


# --- a new epoch ------------------------------------------------------------------------------------------------------
def writer(lost: list[int]) -> Device:
    """A device that has written five entries, of which some bodies are gone."""
    one, chain = device(), _chain(_BODIES)
    one.seq, one.hash, one.hashes = 5, chain[5], dict(chain)
    one.outbox = [
        Recorded(f"0197f3a0-0000-7000-8000-0000000001{seq:02x}", seq, chain[seq], body.encode(), ())
        for seq, body in enumerate(_BODIES, 1)
        if seq not in lost
    ]
    one.lost = {seq: chain[seq] for seq in lost}
    return one


def epochs() -> list[dict[str, Any]]:
    """The same bodies chained anew behind a common hash; a body that is gone keeps its hash."""
    chain = _chain(_BODIES)
    cases = [("from the second on", 1, []), ("from the start", 0, []), ("a body is gone", 1, [3]), ("nothing to send", 5, [])]
    found = []
    for name, base, lost in cases:
        one = writer(lost)
        draft = Draft(one)
        fork = NewEpoch(epoch=1, base_seq=base, base_hash=chain[base])
        replica.adopt(draft, fork)
        one.commit(draft.changes)
        found.append({
            "name": name, "organisation": ORGANISATION, "device": DEVICE, "bodies": _BODIES, "lost": lost,
            "hashes": {str(seq): hash_ for seq, hash_ in chain.items()}, "new_epoch": fork.model_dump(mode="json"),
            "after": {
                "epoch": one.epoch, "seq": one.seq, "hash": one.hash, "proven": one.proven_n,
                "hashes": {str(seq): hash_ for seq, hash_ in sorted(one.hashes.items())},
                "entries": [{"seq": row.seq, "hash": row.hash, "proven": row.proven} for row in one.outbox],
            },
        })  # fmt: skip
    return found
