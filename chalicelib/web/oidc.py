"""An OpenID Connect provider, such as an Amazon Cognito user pool: who signs in there, by the code flow with PKCE.

Nothing that the browser brings is believed: the code is exchanged with the provider directly, and the id token's
signature, issuer, audience, nonce and time are checked (OpenID Connect Core 1.0, 3.1.3.7; RFC 7636; RFC 9700, 2.1.1).
The client is a public one: PKCE stands for its secret, so that there is none to keep.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import jwt
import urllib3

from chalicelib.errors import Forbidden
from chalicelib.logs import log_failure

_ALGORITHMS = ("RS256", "ES256", "PS256", "EdDSA")
_TIMEOUT_S = 5.0
_LARGEST = 100_000
"""Bytes of an answer that is read."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who has signed in."""

    email: str
    """In small letters; the provider has verified it."""
    name: str


class Provider:
    """The stage's provider. What it publishes of itself is read once per container."""

    def __init__(self, issuer: str, client_id: str) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._http = urllib3.PoolManager(timeout=_TIMEOUT_S, retries=urllib3.Retry(1, redirect=0))
        self._about: dict[str, Any] | None = None
        self._keys: jwt.PyJWKClient | None = None

    def address(self, back: str, state: str, nonce: str, verifier: str) -> str:
        """Where the browser goes to sign in; it comes back to `back`. Raises Forbidden where the provider is away."""
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": back,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self._told('authorization_endpoint')}?{urlencode(asked)}"

    def identity(self, code: str, back: str, nonce: str, verifier: str) -> Identity:
        """Who a code is of. Raises Forbidden for a code that is not right, and for an e-mail that is not verified."""
        given = {
            "grant_type": "authorization_code",
            "client_id": self._client_id,
            "code": code,
            "redirect_uri": back,
            "code_verifier": verifier,
        }
        claims = self._checked(str(self._asked("POST", self._told("token_endpoint"), given).get("id_token", "")))
        if claims.get("nonce") != nonce:
            raise Forbidden("this sign-in is not the one that was begun here")
        # Cognito tells some flags as text.
        if str(claims.get("email_verified", "")).lower() != "true" or "@" not in str(claims.get("email", "")):
            raise Forbidden("the e-mail of this account is not verified")
        return Identity(str(claims["email"]).strip().lower(), str(claims.get("given_name") or claims.get("name") or ""))

    def _checked(self, token: str) -> dict[str, Any]:
        if self._keys is None:
            self._keys = jwt.PyJWKClient(str(self._told("jwks_uri")), timeout=_TIMEOUT_S)
        try:
            key = self._keys.get_signing_key_from_jwt(token)
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=_ALGORITHMS,
                audience=self._client_id,
                issuer=self._issuer,
                leeway=60,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            log_failure("oidc_token_refused", error)
            raise Forbidden("the sign-in could not be verified") from None
        return claims

    def _told(self, name: str) -> Any:
        """What the provider says of itself (OpenID Connect Discovery 1.0, 4)."""
        if self._about is None:
            about = self._asked("GET", f"{self._issuer}/.well-known/openid-configuration")
            if about.get("issuer") != self._issuer:
                raise Forbidden("the provider names another issuer than the stage was told")
            self._about = about
        if not self._about.get(name):
            raise Forbidden(f"the provider tells no {name}")
        return self._about[name]

    def _asked(self, method: str, url: str, form: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            answer = self._http.request(
                method,
                url,
                body=urlencode(form).encode() if form else None,
                headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
                preload_content=False,
            )
            text = answer.read(_LARGEST)
            answer.release_conn()
            told = json.loads(text) if answer.status == 200 else None
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            log_failure("oidc_provider_away", error)
            raise Forbidden("the sign-in provider does not answer: try again, or sign in with a key") from None
        if not isinstance(told, dict):
            raise Forbidden("the sign-in provider refuses: begin again")
        return told


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
