"""Which networks are data centres': nobody's phone is there, though a VPN's way out may be.

`data_centres.txt` says where it comes from and when; `python -m cli.data_centres` makes it anew.
"""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from functools import cache
from importlib.resources import files

_V4_KEPT, _V6_KEPT = 8, 80
"""Bits that a kept address lacks: the ranges are of /24 and /48."""


def is_data_centre(network: str) -> bool:
    """Whether an address, whole or truncated, is in a data centre's network. What is no address is not."""
    try:
        address = ipaddress.ip_address(network.partition("/")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    starts, ends = _ranges()[address.version]
    block = int(address) >> (_V4_KEPT if address.version == 4 else _V6_KEPT)
    at = bisect_right(starts, block) - 1
    return at >= 0 and block <= ends[at]


@cache
def _ranges() -> dict[int, tuple[list[int], list[int]]]:
    """By version of the protocol: where ranges start and end, both included, in their order."""
    ranges: dict[int, tuple[list[int], list[int]]] = {4: ([], []), 6: ([], [])}
    text = files("chalicelib.links").joinpath("data_centres.txt").read_text("ascii")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            start, _, end = line.partition(" ")
            starts, ends = ranges[4 if len(start) == 6 else 6]
            starts.append(int(start, 16))
            ends.append(int(end or start, 16))
    return ranges
