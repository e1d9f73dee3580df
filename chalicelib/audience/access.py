"""A person's way to their own data: a code to the phone opens a short session.

An SMS is forwarded, so its link alone shows nothing of the person. Both tokens are sealed for one link and one person,
and are good for nothing else: a code that was asked for with another link opens no session here, and an erasure ends
every session, since the link is nobody's from then on.
"""

from __future__ import annotations

import base64
import binascii

from chalicelib.clock import MINUTE, Clock
from chalicelib.storage.links import Link
from chalicelib.vault import Vault

SESSION = 15 * MINUTE


class Access:
    """Makes and opens the tokens that the page's forms carry."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    def asked(self, link: Link, verification: str) -> str:
        """A token that says which code was sent for a link."""
        return self._seal(verification, _place("code", link))

    def verification(self, link: Link, token: str) -> str | None:
        """The verification that was asked for with this link; None for any other token."""
        return self._open(token, _place("code", link))

    def begin(self, link: Link) -> str:
        """A session of fifteen minutes for whoever has just shown the code."""
        return self._seal(str(self._clock.now() + SESSION), _place("session", link))

    def is_open(self, link: Link, token: str) -> bool:
        """Whether a token is a session of this link's person that has not ended."""
        until = self._open(token, _place("session", link))
        return until is not None and self._clock.now() < int(until)

    def _seal(self, text: str, place: str) -> str:
        return base64.urlsafe_b64encode(self._vault.seal(text, place)).decode()

    def _open(self, token: str, place: str) -> str | None:
        from cryptography.exceptions import InvalidTag

        try:
            return self._vault.open(base64.b64decode(token.encode(), altchars=b"-_", validate=True), place)
        except (InvalidTag, binascii.Error, ValueError, KeyError, IndexError):
            return None  # Not a token of ours, cut short, or sealed for another link.


def _place(kind: str, link: Link) -> str:
    return f"access/{kind}/{link.code}/{link.base}/{link.person}"
