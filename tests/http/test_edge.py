"""Bodies, headers, files: bounds on what comes in, and what every answer says."""

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from structlog.testing import capture_logs

from schemas import limits
from schemas.errors import ErrorCode
from tests.http.test_enrolment import told
from tests.http.world import FakeClock, World, serving


async def raw(base: str, request: bytes) -> bytes:
    """Send bytes as they are: what no client library would send."""
    parts = urlsplit(base)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(request)
    await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    return answer


async def test_fifty_megabytes_are_refused_announced_or_not(world: World) -> None:
    phone = await world.enrolled(world.a)
    answer = await phone.http.post("/api/v1/sync", content=b"x" * 50_000_000)
    assert answer.status_code == 413
    told(answer, ErrorCode.BODY_TOO_LARGE)

    async def chunks() -> Any:
        for _ in range(50):
            yield b"x" * 1_000_000

    told(await phone.http.post("/api/v1/sync", content=chunks()), ErrorCode.BODY_TOO_LARGE)
    assert (await phone.push())["upload"] == "clear", "the device goes on as if nothing had happened"


async def test_gzip_bodies_are_inflated_within_the_bound(world: World) -> None:
    phone = await world.enrolled(world.a)
    assert phone.journal is not None
    headers = {"Content-Encoding": "gzip"}
    body = gzip.compress(json.dumps(phone.journal.request(world.clock())).encode())
    assert (await phone.http.post("/api/v1/sync", content=body, headers=headers)).status_code == 200
    bomb = gzip.compress(b"0" * 200_000_000, 9)
    assert len(bomb) < limits.REQUEST_BYTES_MAX
    told(await phone.http.post("/api/v1/sync", content=bomb, headers=headers), ErrorCode.BODY_TOO_LARGE)
    told(await phone.http.post("/api/v1/sync", content=body[:-9], headers=headers), ErrorCode.BAD_REQUEST)
    for behind in (b"x", b"\0", body):
        told(await phone.http.post("/api/v1/sync", content=body + behind, headers=headers), ErrorCode.BAD_REQUEST)
    told(await phone.http.post("/api/v1/sync", content=b"nonsense", headers=headers), ErrorCode.BAD_REQUEST)
    told(await phone.http.post("/api/v1/sync", content=body, headers={"Content-Encoding": "br"}), ErrorCode.BAD_REQUEST)


async def test_every_answer_carries_the_security_headers(world: World) -> None:
    client = world.client()
    for path in ("/", "/api/v1/me", "/nowhere", "/healthz"):
        headers = (await client.get(path)).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "'wasm-unsafe-eval'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["permissions-policy"].startswith("camera=(self)")
        assert headers["referrer-policy"] == "no-referrer"


async def test_unknown_paths_and_methods(world: World) -> None:
    client = world.client()
    told(await client.get("/api/v1/nothing"), ErrorCode.NOT_FOUND)
    answer = await client.put("/api/v1/login", json={})
    assert answer.status_code == 405
    told(answer, ErrorCode.NOT_FOUND)


async def test_a_fault_of_ours_has_an_incident_and_says_nothing_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("客户 13800001111")

    monkeypatch.setattr(world.house.database, "read", broken)
    answer = await world.client().get("/healthz")
    assert answer.status_code == 500
    problem = told(answer, ErrorCode.SERVER_ERROR)
    assert len(problem["detail"]["incident"]) == 16
    assert "1380000" not in answer.text


async def test_files_of_the_app(world: World) -> None:
    client = world.client()
    page = await client.get("/")
    assert "field" in page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["content-encoding"] == "gzip"
    assert (await client.get("/", headers={"If-None-Match": page.headers["etag"]})).status_code == 304
    assert "office" in (await client.get("/office/")).text
    hashed = await client.get("/assets/a-12345678.js")
    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await client.get("/assets/z.wasm")).headers["content-type"] == "application/wasm"
    worker = await client.get("/sw.js")
    assert worker.headers["cache-control"] == "no-cache"
    assert worker.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("path", ["/../outside.txt", "/%2e%2e/outside.txt", "/assets/..%2f..%2foutside.txt", "/%00", "/a\\b"])
async def test_nothing_outside_the_folder_is_served(world: World, path: str) -> None:
    answer = await raw(world.base, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert b"secret" not in answer
    assert answer.split(b" ", 2)[1] in (b"404", b"400")


async def test_health_metrics_and_no_pages_from_elsewhere(world: World) -> None:
    client = world.client()
    assert (await client.get("/healthz")).json() == {"ok": True}
    text = (await client.get("/metrics")).text
    assert "handover_requests_total" in text
    told(await client.get("/metrics", headers={"X-Forwarded-For": "9.9.9.9"}), ErrorCode.NOT_FOUND)
    assert (await client.get("/api/openapi.json")).status_code == 200
    for page in ("/api", "/api/swagger", "/api/redoc", "/api/elements"):
        assert "<script" not in (await client.get(page)).text


async def test_metrics_with_a_token(tmp_path: Path, app_folder: Path) -> None:
    async with (
        serving(tmp_path / "data", FakeClock(), app_folder, metrics_token="t0ken") as (_, base),
        httpx.AsyncClient(base_url=base) as client,
    ):
        told(await client.get("/metrics"), ErrorCode.NOT_FOUND)
        assert (await client.get("/metrics", headers={"Authorization": "Bearer t0ken"})).status_code == 200


FILES = ("/api/v1/imports", "/api/v1/sheets/imports?kind=asset&name=a.csv")


@pytest.mark.parametrize("path", ["/api/v1/sync", *FILES])
async def test_a_request_cut_half_way_is_no_fault_of_the_servers(world: World, path: str) -> None:
    """Whoever cut it hears nothing; neither the log nor the numbers call it ours, and nothing of it is kept."""
    host, port = world.base.removeprefix("http://").split(":")
    http = (await world.signed_in("manager-a")) if path in FILES else (await world.enrolled(world.a)).http
    cookies = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    with capture_logs() as logs:
        reader, writer = await asyncio.open_connection(host, int(port))
        head = f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nX-Handover: 1\r\nCookie: {cookies}\r\n"
        writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{'{' * 500}".encode())
        await writer.drain()
        await asyncio.sleep(0.3)
        writer.close()
        for _ in range(100):
            numbers = (await world.client().get("/metrics")).text
            if 'requests_total{method="POST",status="4xx"} 1.0' in numbers:
                break
            await asyncio.sleep(0.05)
    assert 'requests_total{method="POST",status="4xx"} 1.0' in numbers, numbers
    assert 'status="5xx"' not in numbers
    assert [line for line in logs if line["event"] == "unforeseen"] == []
    assert await reader.read() == b""
    data = world.house.settings.data
    assert [one for name in ("uploads", "sheets") for one in (data / name).rglob("*") if one.is_file()] == []
