"""One worker's share of what all workers may use together: it leases some at once, so that not every use is a write."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.storage.allowances import Allowances


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be used of something in a window: `limit` until `ends_at` (epoch ms), leased by `block` at a time."""

    scope: str
    window: str
    limit: int
    block: int
    ends_at: int


@dataclass(slots=True)
class _Held:
    window: str
    left: int = 0


class Share:
    """What this worker holds, by scope."""

    def __init__(self, allowances: Allowances) -> None:
        self._allowances = allowances
        self._held: dict[str, _Held] = {}

    def take(self, allowed: Allowed, amount: int) -> bool:
        """Use some. False where the window does not hold so much any more. Raises StorageUnavailable."""
        held = self._held.get(allowed.scope)
        if held is None or held.window != allowed.window:
            held = self._held[allowed.scope] = _Held(allowed.window)
        if held.left < amount and not self._lease(held, allowed, amount):
            return False
        held.left -= amount
        return True

    def give_back(self, allowed: Allowed, amount: int) -> None:
        """Let somebody after us use what was taken and not used. In another window it is lost."""
        held = self._held.get(allowed.scope)
        if held and held.window == allowed.window:
            held.left += amount

    def _lease(self, held: _Held, allowed: Allowed, amount: int) -> bool:
        missing = amount - held.left
        # Towards the window's end a whole block may be too much where what is needed is still there.
        for block in dict.fromkeys((max(allowed.block, missing), missing)):
            if self._allowances.lease(allowed.scope, allowed.window, block, allowed.limit, allowed.ends_at):
                held.left += block
                return True
        return False
