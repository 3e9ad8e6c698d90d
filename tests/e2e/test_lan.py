"""`serve --lan`: the guide brings the certificate, says whether it is trusted, and the app is whole over HTTPS."""

import base64
import hashlib
import ssl

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.async_api import Error, expect

from tests.e2e.field import FieldApp
from tests.e2e.serverside import pair_of_ports
from tests.e2e.world import World

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420, func_only=True)]


def pin_of(world: World) -> str:
    """What a browser is told to trust in place of a phone's settings: the server's key."""
    own = x509.load_pem_x509_certificates((world.server.data / "lan" / "server.pem").read_bytes())[0]
    key = own.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


async def test_a_phone_comes_to_trust_the_local_network(world: World) -> None:
    world.server.stop()
    world.server.lan, world.server.port = "127.0.0.1", pair_of_ports()
    world.server.start()
    port = world.server.port
    app, guide = f"https://127.0.0.1:{port}/", f"http://127.0.0.1:{port + 1}/"

    async with httpx.AsyncClient() as client:
        authority = x509.load_der_x509_certificate((await client.get(f"{guide}handover.crt")).content)
    trusting = ssl.create_default_context(cadata=authority.public_bytes(Encoding.PEM).decode())
    async with httpx.AsyncClient(verify=trusting) as client:
        assert (await client.get(f"{app}healthz")).json() == {"ok": True}

    stranger = FieldApp(world.phone())
    page = await stranger.phone.start(guide)
    await expect(page.locator("#trusted")).to_have_text("这台设备还没有信任证书")
    with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
        await page.goto(app)
    await stranger.phone.close()
    stranger.phone.errors.clear()

    trusted = FieldApp(world.phone(flags=(f"--ignore-certificate-errors-spki-list={pin_of(world)}",)))
    page = await trusted.phone.start(guide)
    await expect(page.locator("#trusted")).to_have_text("✓ 这台设备已信任证书")
    await page.get_by_role("link", name="打开 Handover").click()
    await trusted.sees(trusted.heading("enrol.title"))
    await trusted.phone.in_control()
    link = world.server.invitation()
    assert link.startswith(app)
    await page.goto(link)
    await page.reload()
    await trusted.enrol_by_link()
