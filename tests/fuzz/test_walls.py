"""A walk along every wall: each route of the application, asked by everyone it is not for.

`WALK` has one line per method and path. A route that is not in it fails the test, so nobody adds a door without saying who may
open it. The columns are the callers; the cell is the status (and the code) they must get.
"""

import asyncio
import json
from typing import Any, Final

import httpx
import pytest
from litestar.routes import HTTPRoute, WebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from schemas.people import Role
from server.app import create_app
from server.auth import accounts
from server.auth.passwords import hash_secret
from tests.http.pictures import photo
from tests.http.test_blobs import OFFSET_TYPE, b64, create, declared, sha, upload
from tests.http.world import PASSWORD, Phone, World, new_id

CALLERS: Final = ("nobody", "stranger", "neighbour", "revoked", "signed_in_stranger", "signed_in_neighbour", "forged")
"""Without a cookie; another organisation's device; another depot's device; a revoked device of the right depot; another
organisation's manager; another depot's desk; a cookie nobody gave out."""
Cell = tuple[int, str | None]

UNSIGNED: Final[Cell] = (401, "not_signed_in")
REVOKED: Final[Cell] = (403, "device_revoked")
HIDDEN: Final[Cell] = (404, "not_found")


def row(nobody: Cell, device: Cell, revoked: Cell, person: Cell = UNSIGNED, neighbour: Cell | None = None) -> dict[str, Cell]:
    """One line: what a device of elsewhere and a person of elsewhere get; `neighbour`, where another depot may do more."""
    return {
        "nobody": nobody, "forged": nobody, "stranger": device, "neighbour": neighbour or device, "revoked": revoked,
        "signed_in_stranger": person, "signed_in_neighbour": person,
    }  # fmt: skip


OWN: Final[Cell] = (200, None)
OPEN: Final = dict.fromkeys(CALLERS, OWN)
NO_UPLOAD: Final = row(UNSIGNED, (404, "upload_unknown"), REVOKED)
NO_UPLOAD_HEAD: Final = row((401, None), (404, None), (403, None), (401, None))
NO_BLOB: Final = row(UNSIGNED, HIDDEN, REVOKED, HIDDEN)
ASIDE: Final = "/api/v1/devices/{device_id:str}/quarantine"
DEVICE_READ: Final = {
    **row(UNSIGNED, (403, "forbidden"), REVOKED),
    "signed_in_stranger": HIDDEN,
    "signed_in_neighbour": (403, "forbidden"),
}
OVERSEERS: Final = {
    **row(UNSIGNED, (403, "forbidden"), REVOKED),
    "signed_in_stranger": OWN,
    "signed_in_neighbour": (403, "forbidden"),
}
ACCOUNTS: Final = {
    **row(UNSIGNED, UNSIGNED, UNSIGNED),
    "signed_in_stranger": HIDDEN,
    "signed_in_neighbour": (403, "forbidden"),
}
PEOPLE_ONLY: Final = {
    **row(UNSIGNED, UNSIGNED, UNSIGNED),
    "signed_in_stranger": OWN,
    "signed_in_neighbour": (403, "forbidden"),
}
BARRED: Final = row(UNSIGNED, HIDDEN, REVOKED)

SHEET: Final = "/api/v1/sheets/imports/{import_id:str}"
SHEETS: Final = row(UNSIGNED, UNSIGNED, UNSIGNED, OWN)
NO_SHEET: Final = row(UNSIGNED, UNSIGNED, UNSIGNED, HIDDEN)

WALK: Final[dict[tuple[str, str], dict[str, Cell]]] = {
    ("POST", "/api/v1/enrol"): dict.fromkeys(CALLERS, (400, "bad_request")),
    ("GET", "/api/v1/device"): row(UNSIGNED, OWN, REVOKED),
    ("POST", "/api/v1/challenge"): OPEN,
    ("POST", "/api/v1/renew"): dict.fromkeys(CALLERS, (401, "challenge_expired")),
    ("POST", "/api/v1/login"): dict.fromkeys(CALLERS, (401, "login_wrong")),
    ("POST", "/api/v1/logout"): dict.fromkeys(CALLERS, (204, None)),
    ("GET", "/api/v1/me"): row(UNSIGNED, UNSIGNED, UNSIGNED, OWN),
    ("POST", "/api/v1/pin"): row(UNSIGNED, (403, "forbidden"), REVOKED),
    ("POST", "/api/v1/blobs"): row(UNSIGNED, (201, None), REVOKED),
    ("HEAD", "/api/v1/blobs/uploads/{upload:str}"): NO_UPLOAD_HEAD,
    ("PATCH", "/api/v1/blobs/uploads/{upload:str}"): NO_UPLOAD,
    ("DELETE", "/api/v1/blobs/uploads/{upload:str}"): NO_UPLOAD,
    ("GET", "/api/v1/blobs/{sha256:str}"): NO_BLOB,
    ("GET", "/api/v1/blobs/{sha256:str}/preview"): NO_BLOB,
    ("POST", "/api/v1/sync"): row(UNSIGNED, (404, "device_unknown"), (404, "device_unknown")),
    ("POST", "/api/v1/wiped"): dict.fromkeys(CALLERS, (401, "signature_invalid")),
    ("POST", "/api/v1/imports"): {
        **row(UNSIGNED, UNSIGNED, UNSIGNED),
        "signed_in_stranger": (422, "import_unreadable"),
        "signed_in_neighbour": (403, "forbidden"),
    },
    ("POST", "/api/v1/digest"): BARRED,
    ("POST", "/api/v1/repair"): BARRED,
    ("GET", "/api/v1/handovers/{handover_id:str}/proof"): row(UNSIGNED, (403, "forbidden"), REVOKED, HIDDEN),
    ("GET", ASIDE): DEVICE_READ,
    ("GET", f"{ASIDE}/{{epoch:str}}/{{seq:str}}/{{chain_hash:str}}"): DEVICE_READ,
    ("GET", "/api/v1/devices/{device_id:str}/report"): DEVICE_READ,
    ("GET", "/api/v1/waiting"): OVERSEERS,
    ("GET", "/api/v1/notices"): row(UNSIGNED, UNSIGNED, UNSIGNED, OWN),
    ("POST", "/api/v1/notices/address"): row(UNSIGNED, UNSIGNED, UNSIGNED, OWN),
    ("GET", "/api/v1/notices/outbox"): PEOPLE_ONLY,
    ("POST", "/api/v1/notices/outbox/retry"): {**PEOPLE_ONLY, "signed_in_stranger": HIDDEN},
    ("GET", "/api/v1/history"): row(UNSIGNED, (403, "forbidden"), REVOKED, HIDDEN),
    ("GET", "/api/v1/trail"): OVERSEERS,
    ("GET", "/api/v1/trail/export"): OVERSEERS,
    ("GET", "/api/v1/search"): {**OVERSEERS, "signed_in_neighbour": OWN},
    ("GET", "/api/v1/people/{person:str}/account"): ACCOUNTS,
    ("POST", "/api/v1/people/{person:str}/password"): ACCOUNTS,
    ("POST", "/api/v1/people/{person:str}/invitation"): ACCOUNTS,
    ("POST", "/api/v1/people/{person:str}/pin-reset"): ACCOUNTS,
    ("POST", "/api/v1/password"): dict.fromkeys(CALLERS, (401, "login_wrong")),
    ("POST", "/api/v1/join"): dict.fromkeys(CALLERS, (404, "join_unknown")),
    ("POST", "/api/v1/labels"): row(UNSIGNED, (403, "forbidden"), REVOKED, HIDDEN),
    ("GET", "/api/v1/tags/{tag:str}"): OPEN,
    ("POST", "/api/v1/tags/{tag:str}/faults"): dict.fromkeys(CALLERS, (201, None)),
    ("GET", "/t/{tag:str}"): OPEN,
    ("GET", "/t/report.js/{version:str}"): OPEN,
    ("GET", "/api/v1/sheets/kinds"): SHEETS,
    ("GET", "/api/v1/sheets/imports"): SHEETS,
    ("POST", "/api/v1/sheets/imports"): {
        **row(UNSIGNED, UNSIGNED, UNSIGNED),
        "signed_in_stranger": (422, "sheet_empty"),
        "signed_in_neighbour": (403, "forbidden"),
    },
    ("GET", f"{SHEET}"): NO_SHEET,
    ("DELETE", f"{SHEET}"): NO_SHEET,
    ("POST", f"{SHEET}/mapping"): NO_SHEET,
    ("POST", f"{SHEET}/run"): NO_SHEET,
    ("POST", f"{SHEET}/undo"): NO_SHEET,
    ("GET", f"{SHEET}/bad/{{format:str}}"): NO_SHEET,
    ("GET", "/api/v1/sheets/samples/{file:str}"): {**SHEETS, "signed_in_neighbour": (403, "forbidden")},
    ("GET", "/api/v1/sheets/export/{file:str}"): SHEETS,
    ("LIVE", "/api/v1/live"): row((4401, None), OWN, (4403, None), OWN),
    ("GET", "/"): OPEN,
    ("GET", "/{path:path}"): dict.fromkeys(CALLERS, HIDDEN),
    ("GET", "/healthz"): OPEN,
    ("GET", "/metrics"): OPEN,
    ("GET", "/api/openapi.json"): OPEN,
    ("GET", "/api"): OPEN,
    ("GET", "/api/{path:str}"): dict.fromkeys(CALLERS, HIDDEN),
}


class Yard:
    """One device's handover, photo, open upload and bucket in one organisation's depot, and everybody who is not it."""

    world: World
    owner: Phone
    handover: str
    content: bytes
    upload: str
    sheet: str
    clients: dict[str, httpx.AsyncClient]
    cookies: dict[str, str]

    async def build(self, world: World) -> None:
        self.world, self.content = world, photo()
        self.owner, self.handover = await declared(world, self.content)
        assert (await upload(self.owner, self.content)).status_code == 204
        self.upload = (await create(self.owner, photo(2))).headers["location"]
        a, b = world.a, world.b
        manager = await world.signed_in("manager-a")
        brought = await manager.post("/api/v1/sheets/imports?kind=asset&name=x.csv", content="名称,标签\n车,1".encode())
        self.sheet = brought.json()["id"]
        stranger, neighbour, revoked = (
            await world.enrolled(b), await world.enrolled(a, depot=a.depots[1]), await world.enrolled(a),
        )  # fmt: skip
        await world.revoke(a, revoked.id)
        await world.system(a, world._person(a.other_tech, "芳", [Role.SERVICE_DESK], a.depots[1:]))
        hashed = await asyncio.to_thread(hash_secret, PASSWORD)
        await world.house.database.write(
            lambda store: accounts.put_account(store.connection, a.id, a.other_tech, username="far-a", password_hash=hashed)
        )
        self.clients = {
            "nobody": world.client(), "stranger": stranger.http, "neighbour": neighbour.http, "revoked": revoked.http,
            "signed_in_stranger": await world.signed_in("manager-b"), "signed_in_neighbour": await world.signed_in("far-a"),
            "forged": world.client(Cookie=f"hv_device={'A' * 43}; hv_person={'B' * 43}"),
        }  # fmt: skip

    def cookie_of(self, caller: str) -> str:
        client = self.clients[caller]
        given: str = client.headers.get("cookie", "")
        return given or "; ".join(f"{name}={value}" for name, value in client.cookies.items())

    async def ask(self, caller: str, method: str, path: str) -> httpx.Response:
        """The request that would succeed for whoever it belongs to."""
        client, owner = self.clients[caller], self.owner
        assert owner.journal is not None
        bucket = f"depot:{self.world.a.depots[0]}/field"
        bodies: dict[str, Any] = {
            "/api/v1/enrol": {}, "/api/v1/challenge": {"device": owner.id},
            "/api/v1/renew": {"device": owner.id, "challenge": "x", "signature": "A" * 86},
            "/api/v1/login": {"username": "manager-a", "password": "wrong"},
            "/api/v1/pin": {"person": self.world.a.tech, "pin": "4711", "first": True},
            "/api/v1/sync": owner.journal.request(self.world.clock()),
            "/api/v1/wiped": {"device": owner.id, "epoch": 0, "seq": 0, "hash": "0" * 64, "signature": "A" * 86},
            "/api/v1/labels": {"assets": [self.world.a.van], "sheet": "a4_3x8"},
            "/api/v1/tags/{tag:str}/faults": {"id": new_id(), "what": "x"},
            "/api/v1/notices/address": {"channel": "email", "value": ""},
            "/api/v1/notices/outbox/retry": {"todo_id": self.world.a.van, "target": "robot", "channel": "wecom"},
            "/api/v1/digest": {"bucket": bucket}, "/api/v1/repair": {"bucket": bucket, "parts": list(range(256))},
        }  # fmt: skip
        given = {"username": "tech-a", "password": "correct horse"}
        account = "/api/v1/people/{person:str}"
        bodies |= {
            f"{account}/password": given, f"{account}/invitation": {"username": "tech-a"},
            "/api/v1/password": {**given, "fresh": "battery staple"}, "/api/v1/join": {"code": "A" * 32},
        }  # fmt: skip
        bodies[f"{SHEET}/mapping"] = {"sheet": 0, "header_row": 1, "columns": ["label"]}
        headers = {}
        if path == "/api/v1/blobs":
            headers = {
                "Tus-Resumable": "1.0.0", "Upload-Length": str(len(self.content)),
                "Upload-Metadata": f"sha256 {b64(sha(self.content))},type {b64('image/jpeg')}",
            }  # fmt: skip
        elif method == "PATCH":
            headers = {**OFFSET_TYPE, "Upload-Offset": "0"}
        target = (
            path.replace("/api/v1/blobs/uploads/{upload:str}", self.upload).replace("{sha256:str}", sha(self.content))
            .replace("{device_id:str}", self.owner.id).replace("{epoch:str}", "0").replace("{seq:str}", "1")
            .replace("{chain_hash:str}", "0" * 64).replace("{handover_id:str}", self.handover)
            .replace("{person:str}", self.world.a.tech)
            .replace("{tag:str}", "T-a").replace("{version:str}", "1")
            .replace("{import_id:str}", self.sheet).replace("{file:str}", "asset.csv").replace("{format:str}", "csv")
            .replace("{path:path}", "nowhere").replace("{path:str}", "nowhere")
        )  # fmt: skip
        if path == "/api/v1/history":
            target += f"?kind=handover&id={self.handover}"
        if path == "/api/v1/search":
            target += "?kind=asset"
        if (method, path) == ("POST", "/api/v1/sheets/imports"):
            target += "?kind=asset&name=x"
        content = json.dumps(bodies[path]).encode() if path in bodies else b"\xff\xd8" if method == "PATCH" else None
        return await client.request(method, target, content=content, headers=headers)

    async def live(self, caller: str) -> int:
        """200 when a socket stays open, else its close code."""
        async with connect(
            self.world.base.replace("http", "ws") + "/api/v1/live", additional_headers={"Cookie": self.cookie_of(caller)}
        ) as socket:
            try:
                await asyncio.wait_for(socket.recv(), 30)
            except ConnectionClosed:
                return socket.close_code or 0
            return 200


@pytest.fixture
async def yard(world: World) -> Yard:
    made = Yard()
    await made.build(world)
    return made


async def test_every_route_has_its_line_in_the_walk(world: World) -> None:
    there = set()
    for route in create_app(world.house).routes:
        if isinstance(route, WebSocketRoute):
            there.add(("LIVE", route.path))
        elif isinstance(route, HTTPRoute):
            there |= {(method, route.path) for method in route.methods if method != "OPTIONS"}
    assert there == set(WALK)
    assert all(set(cells) == set(CALLERS) for cells in WALK.values())


@pytest.mark.parametrize("caller", CALLERS)
async def test_nobody_gets_past_a_wall(yard: Yard, caller: str) -> None:
    lines = sorted(WALK.items(), key=lambda line: line[0][1] == "/api/v1/logout")  # the walk ends with signing out
    met: dict[tuple[str, str], Cell] = {}
    for method, path in (line[0] for line in lines):
        if method == "LIVE":
            met[method, path] = (await yard.live(caller), None)
            continue
        answer = await yard.ask(caller, method, path)
        is_told = answer.status_code >= 400 and method != "HEAD"
        code = answer.json()["code"] if is_told and "json" in answer.headers.get("content-type", "") else None
        met[method, path] = (answer.status_code, code)
    assert met == {key: cells[caller] for key, cells in lines}
