"""Keys, codes, settings, counted tries: the small parts of the edge by themselves."""

import base64
import secrets
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from schemas.protocol import PublicKey
from server.auth import codes, throttle
from server.auth.keys import KeyRing, OrganisationKeys, is_point, verify_p256
from server.auth.passwords import pin_is_weak
from server.auth.rates import RateWindow
from server.auth.tables import Throttle
from server.settings import Settings, SettingsError, origin_of

ORGANISATION = "01890000-0000-7000-8000-000000000001"
OTHER = "01890000-0000-7000-8000-000000000002"


@pytest.fixture
def keys(tmp_path: Path) -> OrganisationKeys:
    return KeyRing(tmp_path).of(ORGANISATION)


def test_a_receipt_is_bound_to_its_bytes_and_its_organisation(tmp_path: Path, keys: OrganisationKeys) -> None:
    token = keys.sign_receipt(b'{"n":17}')
    header, payload, signature = token.split(".")
    assert keys.verify_receipt(token) == b'{"n":17}'
    forged = base64.urlsafe_b64encode(b'{"n":18}').rstrip(b"=").decode()
    for wrong in (f"{header}.{forged}.{signature}", f"{header}.{payload}.{signature[:-4]}AAAA", "x.y.z", ""):
        with pytest.raises(ValueError, match="not a receipt"):
            keys.verify_receipt(wrong)
    with pytest.raises(ValueError, match="not a receipt"):
        KeyRing(tmp_path).of(OTHER).verify_receipt(token)
    public = keys.public_keys()[0]
    assert public.kid == keys.kid
    assert verify_p256(public.x, public.y, f"{header}.{payload}".encode(), signature), "any ES256 library can check it"


def test_signing_is_quick(keys: OrganisationKeys) -> None:
    payload = secrets.token_bytes(400)
    best = min(_seconds(keys, payload) for _ in range(20))
    assert best < 0.002


def _seconds(keys: OrganisationKeys, payload: bytes) -> float:
    began = time.perf_counter()
    keys.sign_receipt(payload)
    return time.perf_counter() - began


def test_keys_are_made_once_whoever_asks_first(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(KeyRing(tmp_path).of(ORGANISATION).kid)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert sorted(path.name for path in (tmp_path / ORGANISATION).iterdir()) == ["export.pem", "sign.pem"]
    with pytest.raises(ValueError, match="organisation id"):
        KeyRing(tmp_path).of("../../etc")


def test_export_key_agrees_on_a_secret(keys: OrganisationKeys, tmp_path: Path) -> None:
    other = KeyRing(tmp_path).of(OTHER)
    assert keys.exchange(other.public_keys()[1]) == other.exchange(keys.public_keys()[1])
    assert keys.public_keys()[1].kid != keys.kid
    bad = PublicKey(x="A" * 43, y="A" * 43)
    with pytest.raises(ValueError, match=r".*"):
        keys.exchange(bad)


def test_device_signatures(keys: OrganisationKeys) -> None:
    public = keys.public_keys()[0]
    signature = keys.sign_text(b"text")
    assert len(signature) == 86
    assert verify_p256(public.x, public.y, b"text", signature)
    for message, text in (
        (b"other", signature),
        (b"text", "A" * 86),
        (b"text", ""),
        (b"text", "*" * 86),
        (b"text", signature[:-2]),
    ):
        assert not verify_p256(public.x, public.y, message, text)
    assert not verify_p256(public.x, public.x, b"text", signature)
    assert is_point(public.x, public.y)
    assert not is_point("A" * 43, "A" * 43)
    assert not is_point("", "é")


@pytest.mark.parametrize(
    "text",
    ["{0}", " {1} ", "{2}", "https://host/#enrol={0}", "http://h:8000/x?enrol={1}", "#enrol={2}", "https://h/#a=1&enrol={2}"],
)
def test_codes_are_read_forgivingly(text: str) -> None:
    code = codes.new_code(ORGANISATION)
    assert len(code) == codes.CODE_CHARS
    assert code.startswith(codes.organisation_hint(ORGANISATION))
    assert codes.normalise(text.format(code, codes.shown(code), code.lower())) == code


def test_letters_that_look_alike_are_the_same() -> None:
    assert codes.normalise("oO-ilL11-00000") == "001111100000"
    for wrong in ("", "ABC", "A" * 13, "U" * 12, "https://host/", "https://[bad", "https://h/#enrol=", "码" * 12):
        assert codes.normalise(wrong) is None


def test_the_hint_is_part_of_the_contract() -> None:
    """The office's app makes codes by the same rule: ten bits of SHA-256 of the organisation's id."""
    assert codes.organisation_hint(ORGANISATION) == "X7"


def test_pins() -> None:
    for weak in ("", "12345", "000000", "1234567", "12 456", "一二三四五六", "１２３４５６", "+12345"):
        assert pin_is_weak(weak), weak
    for fine in ("000001", "258025", "123456"):
        assert not pin_is_weak(fine), fine


def test_tries_wait_and_double_up_to_the_most() -> None:
    engine = create_engine("sqlite://")
    Throttle.metadata.tables["throttle"].create(engine)
    patience = throttle.Patience(tries=3, wait_s=10, wait_s_max=35)
    now = 1_000_000_000_000
    with engine.begin() as connection:
        waits: list[int] = []
        for _ in range(7):
            assert throttle.take_try(connection, "k", patience, now) == 0
            wait = throttle.take_try(connection, "k", patience, now) if len(waits) >= 2 else 0
            waits.append(wait)
            now += wait * 1000
        assert waits == [0, 0, 10, 20, 35, 35, 35]
        throttle.give_back(connection, "k")
        assert throttle.take_try(connection, "k", patience, now) == 0
        throttle.clear(connection, "k")
        assert throttle.take_try(connection, "k", patience, now) == 0
        throttle.forget_old(connection, now + 48 * 3600 * 1000)
        assert connection.exec_driver_sql("SELECT count(*) FROM throttle").scalar() == 0


def test_rates_are_counted_per_minute_and_bounded() -> None:
    rates = RateWindow()
    assert [rates.wait_s("a", 2, 30_000) for _ in range(3)] == [0, 0, 30]
    assert rates.wait_s("a", 2, 60_000) == 0
    for n in range(20_000):
        rates.wait_s(str(n), 2, 60_000)
    assert len(rates._seen) <= 10_000


def test_settings_say_which_variable_is_wrong() -> None:
    plain = Settings.from_environment({})
    assert (plain.port, plain.cookie_secure, plain.data.is_absolute()) == (8000, False, True)
    https = Settings.from_environment({"HANDOVER_PUBLIC_URL": "https://Rental.example:443/"})
    assert https.cookie_secure
    assert https.trusted_origins == {"https://rental.example"}
    wrong = {
        "HANDOVER_PORT": "80a",
        "HANDOVER_PUBLIC_URL": "rental.example",
        "HANDOVER_ORIGINS": "https://a.example, ftp://b",
        "HANDOVER_COOKIE_SECURE": "maybe",
        "HANDOVER_FREE_MB": "-1",
    }
    for name, value in wrong.items():
        with pytest.raises(SettingsError, match=name):
            Settings.from_environment({name: value})
    assert origin_of("HTTP://[::1]:8000/x") == "http://[::1]:8000"
