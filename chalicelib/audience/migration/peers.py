"""The peers that people come over from, by name."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.audience.migration.attentive import ATTENTIVE
from chalicelib.audience.migration.brevo import BREVO
from chalicelib.audience.migration.contract import Peer
from chalicelib.audience.migration.klaviyo import KLAVIYO
from chalicelib.audience.migration.smsapi import SMSAPI

PEERS: Mapping[str, Peer] = {peer.name: peer for peer in (KLAVIYO, ATTENTIVE, BREVO, SMSAPI)}
