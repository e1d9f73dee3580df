"""A stage's secrets and its operator's keys."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.storage.advertisers import OPERATOR
from chalicelib.vault import new_secrets
from cli.connection import Stage

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class Secrets:
    """The stage's secrets as data, for those who rotate them."""

    def __init__(self, ssm: Callable[[], SSMClient], path: str) -> None:
        self._ssm = ssm
        self._path = path

    def read(self, name: str) -> dict[str, Any]:
        """A secret, as it is now."""
        answer = self._ssm().get_parameter(Name=f"{self._path}/{name}", WithDecryption=True)
        secret: dict[str, Any] = json.loads(answer["Parameter"]["Value"])
        return secret

    def write(self, name: str, secret: Mapping[str, Any]) -> None:
        """Replace a secret. SSM keeps what it was before in the parameter's history (docs/keys.md)."""
        self._ssm().put_parameter(
            Name=f"{self._path}/{name}", Value=json.dumps(secret), Type="SecureString", Overwrite=True
        )


def create_secrets(stage: Stage) -> list[str]:
    """Create the stage's secrets that are not there yet; returns their SSM names. None is ever replaced."""
    ssm = stage.client("ssm")
    created = []
    for name, value in new_secrets().items():
        parameter = f"{stage.settings.keys_path}/{name}"
        try:
            ssm.put_parameter(Name=parameter, Value=value, Type="SecureString", Overwrite=False)
        except ssm.exceptions.ParameterAlreadyExists:
            continue
        created.append(parameter)
    if len(created) == len(new_secrets()):
        # A stage that begins: its table is no copy of anything. To any other only `relance restore` says so.
        stage.services().table_identity.confirm_first()
    return created


def create_operator_key(stage: Stage) -> str:
    """Make a key that reaches every advertiser. It is shown this once: only its hash is kept."""
    key = f"rk_{secrets.token_urlsafe(24)}"
    stage.services().admin_keys.grant(key, OPERATOR)
    return key
