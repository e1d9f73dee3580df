"""A stage's secrets and its operator's keys."""

from __future__ import annotations

import secrets

from chalicelib.storage.advertisers import OPERATOR
from chalicelib.vault import new_secrets
from cli.connection import Stage


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
    return created


def create_operator_key(stage: Stage) -> str:
    """Make a key that reaches every advertiser. It is shown this once: only its hash is kept."""
    key = f"rk_{secrets.token_urlsafe(24)}"
    stage.services().advertisers.save_key(key, OPERATOR)
    return key
