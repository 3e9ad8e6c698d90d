"""The local network's certificates, bound to private networks and made anew in time, and the page that brings them to a phone."""

import ipaddress
import plistlib
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from litestar.testing import TestClient

from server.lan.addresses import NoAddress, address_of, names_of
from server.lan.authority import RENEW_DAYS, SERVER_DAYS, Papers, papers
from server.lan.guide import guide

NOW = datetime(2026, 11, 22, tzinfo=UTC)
APP, GUIDE = "https://192.168.1.20:8000", "http://192.168.1.20:8001/"


def made(folder: Path, address: str = "192.168.1.20", now: datetime = NOW) -> Papers:
    return papers(folder, [address], ["localhost"], now)


def chain_of(one: Papers) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(one.chain.read_bytes())


def test_the_servers_certificate_is_the_authoritys_and_names_where_it_is_reached(tmp_path: Path) -> None:
    own, authority = chain_of(made(tmp_path))
    own.verify_directly_issued_by(authority)
    named = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert named.get_values_for_type(x509.IPAddress) == [ipaddress.IPv4Address("192.168.1.20")]
    assert named.get_values_for_type(x509.DNSName) == ["localhost"]
    assert own.not_valid_after_utc - own.not_valid_before_utc <= timedelta(days=SERVER_DAYS), "Apple's systems refuse more"
    assert own.not_valid_before_utc < NOW, "a phone whose clock is behind takes it, too"


def test_the_authority_is_worth_nothing_in_the_internet(tmp_path: Path) -> None:
    authority = x509.load_der_x509_certificate(made(tmp_path).authority)
    bound = authority.extensions.get_extension_for_class(x509.NameConstraints)
    allowed = bound.value.permitted_subtrees or []
    assert bound.critical
    for one in allowed:
        assert (
            one.value in ("local", "localhost")
            or one.value.is_private
            or one.value.subnet_of(ipaddress.ip_network("100.64.0.0/10"))
        )
    assert authority.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


def test_keys_are_the_owners_alone(tmp_path: Path) -> None:
    made(tmp_path / "lan")
    for path in (tmp_path / "lan").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    assert stat.S_IMODE((tmp_path / "lan").stat().st_mode) == 0o700


def test_what_is_there_is_used_again_and_made_anew_only_when_it_must(tmp_path: Path) -> None:
    first = made(tmp_path)
    number = chain_of(first)[0].serial_number
    assert chain_of(made(tmp_path))[0].serial_number == number
    moved = made(tmp_path, "10.0.0.9")
    assert chain_of(moved)[0].serial_number != number
    assert moved.fingerprint == first.fingerprint, "no phone has to trust anew"
    late = made(tmp_path, "10.0.0.9", NOW + timedelta(days=SERVER_DAYS - RENEW_DAYS))
    assert chain_of(late)[0].not_valid_after_utc > NOW + timedelta(days=SERVER_DAYS)
    assert late.fingerprint == first.fingerprint


@pytest.mark.parametrize("wanted", ["8.8.8.8", "203.0.113.9", "nowhere", "::1", "", "1234"])
def test_no_address_of_the_internet_is_offered(wanted: str) -> None:
    with pytest.raises(NoAddress):
        address_of(wanted)


def test_an_address_of_a_private_network_is_taken_as_it_is() -> None:
    assert address_of("192.168.1.20") == "192.168.1.20"
    assert names_of()[0] == "localhost"


def test_the_page_speaks_both_languages_and_to_each_phone(tmp_path: Path) -> None:
    one = made(tmp_path)
    with TestClient(guide(one, APP, GUIDE)) as client:
        zh = client.get("/", headers={"accept-language": "zh-CN", "user-agent": "Android"})
        en = client.get("/?lang=en", headers={"accept-language": "zh-CN", "user-agent": "iPhone"})
        wechat = client.get("/", headers={"user-agent": "iPhone MicroMessenger"})
        assert one.fingerprint in zh.text
        assert one.fingerprint in en.text
        assert "安装证书" in zh.text
        assert "<details open><summary>Android" in zh.text
        assert "<details open><summary>iPhone" in en.text
        assert "在浏览器打开" in wechat.text
        assert "$" not in zh.text
        assert f"connect-src {APP}" in zh.headers["content-security-policy"]
        assert client.get("/handover.crt").content == one.authority
        assert b"<svg" in client.get("/qr.svg").content
        assert client.get("/server.key").status_code == 404


def test_the_profile_for_apples_systems_holds_the_authority_and_stays_the_same(tmp_path: Path) -> None:
    one = made(tmp_path)
    with TestClient(guide(one, APP, GUIDE)) as client:
        first, second = (client.get("/handover.mobileconfig") for _ in range(2))
    assert first.content == second.content
    assert first.headers["content-type"] == "application/x-apple-aspen-config"
    (payload,) = plistlib.loads(first.content)["PayloadContent"]
    assert payload["PayloadType"] == "com.apple.security.root"
    assert payload["PayloadContent"] == one.authority
