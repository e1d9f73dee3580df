"""Maison Lumen, the demo's advertiser: its account at the service, its contacts and its shop (examples/shop)."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

from chalicelib.audience import importing
from chalicelib.audience.import_rows import ImportOptions
from chalicelib.clock import DAY, SECOND
from chalicelib.wiring import Services
from cli.artifact import PROJECT_ROOT
from cli.connection import Stage
from cli.secrets import create_operator_key, create_secrets
from cli.visit import Answer, DemoFailed, Product, ask

LAMP = Product("lampe-opaline", "Lampe Opaline", "Lampes", 129)
_SHOP = PROJECT_ROOT / "examples" / "shop"
_CUSTOMERS = _SHOP / "customers.csv"
_ADVERTISER = {
    "name": "Maison Lumen",
    "brand": "Maison Lumen",
    "sender": "36111",
    "contact": "12 rue de la Lampe, 69002 Lyon, bonjour@maison-lumen.example",
    # Enough for a day of demos, and still a cap.
    "caps": [{"limit": 20, "window_s": DAY // SECOND}],
    # A cart counts as left after seconds rather than an hour, and each visit may lead to an SMS.
    "cart": {"delay_s": 5, "reentry_s": 0},
}


@dataclass(frozen=True, slots=True)
class Account:
    """What the service knows the shop by, and how to reach it; kept from one run to the next."""

    operator_key: str
    advertiser: str
    site: str
    shop: str


def settle(stage: Stage, services: Services, origin: str, shop: str, kept: Path) -> Account:
    """The shop's account, made where the stage does not have it yet."""
    services.table_identity.confirm_first()  # A demo's table of an earlier version has no confirmation yet.
    account = _kept(kept)
    if account is None or not _stands(account, origin):
        create_secrets(stage)
        account = _open(create_operator_key(stage), services, origin, shop)
    elif account.shop != shop:
        account = replace(account, shop=shop, site=_register(account.operator_key, origin, account.advertiser, shop))
    write_private(kept, asdict(account))
    return account


def customers() -> list[tuple[str, str]]:
    """First name and e-mail of each customer, in the file's order."""
    with _CUSTOMERS.open(encoding="utf-8", newline="") as file:
        return [(cells["first_name"], cells["email"]) for cells in csv.DictReader(file)]


def admin(account_key: str, method: str, url: str, body: Any = None) -> Answer:
    """One request to the admin API."""
    headers = {"Authorization": f"Bearer {account_key}", "Content-Type": "application/json"}
    return ask(method, url, json.dumps(body) if body else None, headers)


def write_private(path: Path, content: Any) -> None:
    """JSON for its owner's eyes, whole at any moment: it holds a key, and others read it when it appears."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(content, indent=2) + "\n")
    draft.replace(path)


class ShopServer:
    """The shop's pages, served by a process of their own."""

    def __init__(self, port: int, log: Path) -> None:
        self._port = port
        self._log = log
        self._process: subprocess.Popen[str] | None = None

    def start(self, origin: str, site: str) -> None:
        """Serve, and return when it answers. Raises DemoFailed where it does not."""
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, _SHOP / "serve.py", "--port", str(self._port), "--origin", origin, "--site", site],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                # A Ctrl-C in the terminal reaches only us, and we stop the shop in good order.
                process_group=0,
            )
        # Its first line says that it serves; without one it has ended.
        if not (self._process.stdout and self._process.stdout.readline()):
            raise DemoFailed(f"the shop did not start; {self._log} says why")

    def stop(self) -> None:
        """Stop serving. It holds nothing that an end in good order would save."""
        if self._process:
            with self._process as process:
                process.kill()


def _kept(path: Path) -> Account | None:
    # Not there, or of another version: either way a new account will do.
    with suppress(OSError, ValueError, TypeError):
        return Account(**json.loads(path.read_text()))
    return None


def _stands(account: Account, origin: str) -> bool:
    urls = (f"{origin}/v1/advertisers/{account.advertiser}", f"{origin}/v1/sites/{account.site}/counts")
    return all(admin(account.operator_key, "GET", url).status == HTTPStatus.OK for url in urls)


def _open(key: str, services: Services, origin: str, shop: str) -> Account:
    advertiser: str = _create(key, f"{origin}/v1/advertisers", _ADVERTISER)["advertiser"]
    site = _register(key, origin, advertiser, shop)
    imported = importing.run(
        importing.file_opener(_CUSTOMERS),
        ImportOptions(base=advertiser),
        services.clock.now(),
        services.import_destination,
    )
    if imported.refused:
        refused = "; ".join(f"line {error.line}: {error.field}: {error.message}" for error in imported.errors)
        raise DemoFailed(f"{os.path.relpath(_CUSTOMERS)} was not imported: {refused}")
    return Account(key, advertiser, site, shop)


def _register(key: str, origin: str, advertiser: str, shop: str) -> str:
    body = {"name": "Maison Lumen", "origins": [shop]}
    site: str = _create(key, f"{origin}/v1/advertisers/{advertiser}/sites", body)["site"]
    return site


def _create(key: str, url: str, body: Any) -> dict[str, Any]:
    answer = admin(key, "POST", url, body)
    if answer.status != HTTPStatus.CREATED:
        raise DemoFailed(f"POST {url} answers {answer.status}: {answer.body.decode()}")
    created: dict[str, Any] = answer.json()
    return created
