"""Accounts of providers that report to the deployed stack, as docs/providers.md has an operator keep them."""

from __future__ import annotations

import json
from typing import Any

from cli.stack import LocalStack

_NAMES = ("id", "from", "to", "text", "at", "reference", "part", "parts")
ACCOUNTS: dict[str, dict[str, Any]] = {
    "http": {
        "url": "https://gateway.example/",
        "body": {"to": "$to"},
        "response_id": "id",
        "secret": "the gateway's secret",
        "text": {name: name for name in _NAMES},
    },
    "twilio": {"account_sid": "AC0", "auth_token": "the auth token"},
    "smsapi": {"token": "never used", "hook_token": "a long random word"},
}


def keep(stack: LocalStack) -> None:
    """Before any function starts: each reads them once in a while."""
    for provider, account in ACCOUNTS.items():
        name = f"/relance/test/providers/{provider}"
        stack.client("ssm").put_parameter(Name=name, Type="SecureString", Value=json.dumps(account), Overwrite=True)
