"""The page that brings the local authority's certificate to a phone, over plain HTTP, since nothing is trusted yet.

Neighbours: `authority.py` makes the certificate, `words.json` has the sentences, `serving.py` serves the page beside the app.
Invariants: it hands out what is public and nothing else — no data, no enrolment code · the certificate's fingerprint stands on
the page and in the terminal, so that whoever trusts it can compare.
"""

import html
import io
import json
import plistlib
import uuid
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, Final

from litestar import Litestar, Request, Response, get

from server.lan.authority import Papers

HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
}  # fmt: skip
_FOLDER: Final = Path(__file__).parent
_MARKS: Final = (
    ("MicroMessenger", "wechat"), ("iPhone", "ios"), ("iPad", "ios"), ("Android", "android"), ("Harmony", "android"),
)  # fmt: skip


def guide(papers: Papers, app_url: str, guide_url: str) -> Litestar:
    """The guide's own little application. `app_url`: where the app is, over HTTPS; `guide_url`: where this page is."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; "
        f"form-action 'none'; frame-ancestors 'none'; connect-src {app_url}"
    )

    @get("/")
    async def page(request: Request[Any, Any, Any]) -> Response[bytes]:
        """What to do, in the language that was asked for or the browser's."""
        wanted = request.query_params.get("lang") or request.headers.get("accept-language") or "zh"
        text = _page(papers, app_url, guide_url, "en" if wanted.lower().startswith("en") else "zh", _platform(request))
        headers = {**HEADERS, "Content-Security-Policy": policy}
        return Response(text.encode(), headers=headers, media_type="text/html; charset=utf-8")

    @get("/guide.js")
    async def script() -> Response[bytes]:
        """The look whether the certificate is trusted."""
        return Response((_FOLDER / "guide.js").read_bytes(), headers=dict(HEADERS), media_type="text/javascript; charset=utf-8")

    @get("/qr.svg")
    async def picture() -> Response[bytes]:
        """This page's address, to be scanned from a computer's screen."""
        return Response(_qr(guide_url), headers=dict(HEADERS), media_type="image/svg+xml")

    @get("/handover.crt")
    async def certificate() -> Response[bytes]:
        """The authority's certificate, DER."""
        return Response(papers.authority, headers=dict(HEADERS), media_type="application/x-x509-ca-cert")

    @get("/handover.mobileconfig")
    async def profile() -> Response[bytes]:
        """The same as Apple's systems take it."""
        return Response(profile_of(papers), headers=dict(HEADERS), media_type="application/x-apple-aspen-config")

    return Litestar([page, script, picture, certificate, profile], openapi_config=None, logging_config=None)


def profile_of(papers: Papers) -> bytes:
    """A configuration profile with the authority's certificate as its one payload; the same for the same certificate."""

    def derived(part: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"handover:{papers.fingerprint}:{part}")).upper()

    common = {"PayloadVersion": 1, "PayloadDisplayName": "Handover · 交接 (local)"}
    certificate = {
        **common, "PayloadType": "com.apple.security.root", "PayloadIdentifier": f"handover.local.{derived('certificate')}",
        "PayloadUUID": derived("certificate"), "PayloadCertificateFileName": "handover.cer", "PayloadContent": papers.authority,
    }  # fmt: skip
    return plistlib.dumps(
        {
            **common, "PayloadType": "Configuration", "PayloadIdentifier": f"handover.local.{derived('profile')}",
            "PayloadUUID": derived("profile"), "PayloadContent": [certificate], "PayloadRemovalDisallowed": False,
        }
    )  # fmt: skip


def _page(papers: Papers, app_url: str, guide_url: str, lang: str, platform: str) -> str:
    said = json.loads((_FOLDER / "words.json").read_text(encoding="utf-8"))[lang]
    words = {name: html.escape(one) if isinstance(one, str) else _list(one) for name, one in said.items()}
    opened = {f"open_{one}": "open" if one == platform else "" for one in ("ios", "android", "other")}
    opened["hide_step0"] = "" if platform == "other" else "hidden"
    warning = f"<section><p><strong>{words['in_wechat']}</strong></p></section>" if platform == "wechat" else ""
    return Template((_FOLDER / "guide.html").read_text(encoding="utf-8")).substitute(
        {**words, **opened}, wechat=warning, lang="en" if lang == "en" else "zh-CN", other_lang="zh" if lang == "en" else "en",
        app=html.escape(f"{app_url}/"), here=html.escape(guide_url), fingerprint=papers.fingerprint,
    )  # fmt: skip


def _list(items: list[str]) -> str:
    return "".join(f"<li>{html.escape(one)}</li>" for one in items)


def _platform(request: Request[Any, Any, Any]) -> str:
    agent = request.headers.get("user-agent", "")
    return next((platform for mark, platform in _MARKS if mark in agent), "other")


@cache
def _qr(text: str) -> bytes:
    import qrcode  # noqa: PLC0415 - most servers never draw one, and what is loaded stays
    from qrcode.image.svg import SvgPathImage  # noqa: PLC0415 - as above

    out = io.BytesIO()
    qrcode.make(text, image_factory=SvgPathImage, border=0).save(out)
    return out.getvalue()
