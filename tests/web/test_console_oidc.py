"""Signing in to the console by an OpenID Connect provider: who gets in, and what is not believed."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from chalicelib.storage.advertisers import OPERATOR
from chalicelib.web import console_oidc
from chalicelib.wiring import services
from tests.support.shop import Shop
from tests.web.conftest import Answer, Api
from tests.web.console_browser import Browser

EMAIL = "nadia@lumen.example"
NADIA = {"email": EMAIL, "email_verified": True, "given_name": "Nadia"}


@dataclass
class Issuer:
    """A provider on this machine: it signs in whoever `claims` says, once it was shown the code's verifier."""

    url: str = ""
    claims: dict[str, Any] = field(
        default_factory=lambda: {"email": EMAIL, "email_verified": True, "given_name": "Nadia"}
    )
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    signer: rsa.RSAPrivateKey | None = None
    asked: dict[str, str] = field(default_factory=dict)

    def about(self) -> dict[str, str]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
        }

    def jwks(self) -> dict[str, Any]:
        told = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [told | {"kid": "one", "use": "sig", "alg": "RS256"}]}

    def token(self, form: dict[str, str]) -> dict[str, str] | None:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if form["code"] != "good" or challenge.decode() != self.asked["code_challenge"]:
            return None
        now = int(time.time())
        usual = {
            "iss": self.url,
            "aud": "console",
            "sub": "u1",
            "iat": now,
            "exp": now + 60,
            "nonce": self.asked["nonce"],
        }
        signed = jwt.encode(usual | self.claims, self.signer or self.key, "RS256", {"kid": "one"})
        return {"id_token": signed, "access_token": "x", "token_type": "Bearer"}


@pytest.fixture
def issuer(api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    known = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.tell(known.jwks() if self.path == "/jwks" else known.about())

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.tell(known.token({name: values[0] for name, values in parse_qs(text).items()}))

        def tell(self, what: Any) -> None:
            body = json.dumps(what or {"error": "invalid_grant"}).encode()
            self.send_response(200 if what else 400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        known.url = f"http://127.0.0.1:{server.server_port}"
        told = replace(services().settings, oidc_issuer=known.url, oidc_client="console")
        monkeypatch.setitem(services().__dict__, "settings", told)
        yield known
        console_oidc._provider_of.cache_clear()
        server.shutdown()


def sign_in(browser: Browser, issuer: Issuer, **changed: str) -> Answer:
    """Go to the provider and come back with its code."""
    sent = browser.get("oidc?next=inbox")
    browser.cookie = sent.headers["Set-Cookie"].partition(";")[0]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["Location"]).query).items()}
    issuer.asked = asked
    given = {"code": "good", "state": asked["state"]} | changed
    return browser.get("oidc/callback?" + "&".join(f"{name}={value}" for name, value in given.items()))


def let_in(shop: Shop, api: Api, email: str = EMAIL, **more: Any) -> Any:
    shop.world.services.admin_keys.grant("rk_op_oidc", OPERATOR)
    path = f"/v1/advertisers/{shop.advertiser.id}/keys"
    return api.with_key("rk_op_oidc").ask("POST", path, {"email": email, "name": "Nadia"} | more)


def test_a_verified_email_opens_its_key_and_comes_back_to_the_page(api: Api, shop: Shop, issuer: Issuer) -> None:
    made = let_in(shop, api, "Nadia@Lumen.example", role="agent")
    assert (made.status, made.json["key"], made.json["email"]) == (201, None, EMAIL)
    assert EMAIL not in json.dumps(shop.world.items(), default=str)
    browser = Browser(api)
    assert "console/oidc" in browser.get("/console").text
    page = sign_in(browser, issuer)
    assert page.status == 200 and 'content="0;url=../inbox"' in page.text
    session = page.headers["Set-Cookie"]
    assert session.startswith("__Host-console=") and "SameSite=Strict" in session
    browser.cookie = session.partition(";")[0]
    assert browser.get("inbox").status == 200
    path = f"/v1/advertisers/{shop.advertiser.id}/keys"
    operator = api.with_key("rk_op_oidc")
    assert operator.ask("POST", f"{path}/{made.json['id']}/rotate").status == 409
    assert let_in(shop, api).status == 409, "an e-mail opens one key"
    assert operator.ask("DELETE", f"{path}/{made.json['id']}").status == 204
    shop.world.clock.advance(11_000)
    assert browser.get("inbox").status == 303


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email": "somebody@else.example"},
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"nonce": "replayed"},
        {"exp": 1},
    ],
)
def test_a_token_that_is_not_right_opens_nothing(api: Api, shop: Shop, issuer: Issuer, claims: dict[str, Any]) -> None:
    let_in(shop, api)
    issuer.claims |= claims
    refused(sign_in(Browser(api), issuer))


def test_a_token_that_another_has_signed_opens_nothing(api: Api, shop: Shop, issuer: Issuer) -> None:
    let_in(shop, api)
    issuer.signer = rsa.generate_private_key(65537, 2048)
    refused(sign_in(Browser(api), issuer))


@pytest.mark.parametrize("changed", [{"code": "stolen"}, {"state": "forged"}, {"code": ""}])
def test_a_callback_that_is_not_right_opens_nothing(
    api: Api, shop: Shop, issuer: Issuer, changed: dict[str, str]
) -> None:
    let_in(shop, api)
    refused(sign_in(Browser(api), issuer, **changed))


def test_a_callback_that_nobody_here_has_begun_opens_nothing(api: Api, shop: Shop, issuer: Issuer) -> None:
    let_in(shop, api)
    sign_in(Browser(api), issuer)
    refused(Browser(api).get(f"oidc/callback?code=good&state={issuer.asked['state']}"))


def test_the_operator_is_asked_for_which_advertiser(api: Api, shop: Shop, issuer: Issuer) -> None:
    shop.world.services.admin_keys.grant("rk_op_oidc", OPERATOR)
    assert api.with_key("rk_op_oidc").ask("POST", "/v1/keys", {"email": EMAIL}).status == 201
    browser = Browser(api)
    hidden = browser.form(sign_in(browser, issuer))
    assert browser.post("oidc/advertiser", **hidden, advertiser="adv_none").status == 403
    assert browser.post("oidc/advertiser", ticket="00", advertiser=shop.advertiser.id).status == 403
    assert browser.post("oidc/advertiser", **hidden, advertiser=shop.advertiser.id).status == 303
    assert shop.advertiser.name in browser.get("/console").text


def test_a_stage_without_a_provider_offers_none(api: Api, shop: Shop) -> None:
    assert Browser(api).get("oidc").status == 404
    assert "oidc" not in Browser(api).get("/console").text


def refused(page: Answer) -> None:
    assert page.status == 403 and "Set-Cookie" not in page.headers
