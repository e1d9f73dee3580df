"""The stage's secrets, as SSM keeps them for whoever rotates them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.support.world import World


class KeptSecrets:
    """Reads and replaces a world's secrets."""

    def __init__(self, world: World) -> None:
        self._world = world

    def read(self, name: str) -> dict[str, Any]:
        secret: dict[str, Any] = json.loads(self._world.secrets[name])
        return secret

    def write(self, name: str, secret: Mapping[str, Any]) -> None:
        self._world.secrets[name] = json.dumps(secret)
