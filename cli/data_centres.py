"""Makes chalicelib/links/data_centres.txt out of a table of who announces which addresses.

The table is npm's `@ip-location-db/asn` (CC BY 4.0: RouteViews, DB-IP): `asn-ipv4-num.csv` and `asn-ipv6-num.csv`.

python -m cli.data_centres DATE V4.csv V6.csv > chalicelib/links/data_centres.txt
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

HOSTERS = {
    "Amazon": (16509, 14618, 8987),
    "Google": (396982, 15169),
    "Microsoft": (8075,),
    "Oracle Cloud": (31898,),
    "IBM SoftLayer": (36351,),
    "Alibaba Cloud": (45102, 37963),
    "Tencent Cloud": (132203, 45090),
    "Huawei Cloud": (136907, 55990),
    "OVHcloud": (16276,),
    "Hetzner": (24940, 213230, 212317),
    "DigitalOcean": (14061, 62567, 200130),
    "Akamai Cloud (Linode)": (63949,),
    "Vultr": (20473,),
    "Scaleway": (12876,),
    "Contabo": (51167, 40021),
    "IONOS": (8560,),
    "Leaseweb": (60781, 28753, 30633),
    "netcup": (197540,),
    "UpCloud": (202053,),
    "Gandi": (29169,),
    "GoDaddy": (26496,),
    "Namecheap": (22612,),
    "Newfold (Unified Layer)": (46606,),
    "Liquid Web": (32244,),
    "HIVELOCITY": (29802,),
    "ColoCrossing": (36352,),
    "ServerMania": (55286,),
    "WorldStream": (49981,),
    "Interserver": (19318,),
    "FranTech": (53667,),
    "Meta": (32934,),
    "X": (13414,),
    "Telegram": (62041, 62014, 59930, 44907, 211157),
    "Proofpoint": (22843, 26211, 52129, 13916),
    "Mimecast": (42427, 30031, 39588, 60492, 136792, 397726),
    "Barracuda": (15324,),
    "Trend Micro": (16880, 132229),
    "Censys": (398324, 398705, 398722),
}
"""Who lets machines, not lines; then who opens other people's links, to preview or to scan them.

Left out: Cloudflare's, Akamai's and Fastly's edges, where Apple's Private Relay and WARP end; Zscaler and Netskope,
through which offices browse; M247 and Datacamp, where most VPNs for people end; OVH's own lines (AS35540).
"""


def ranges(file: Path, bits: int) -> Iterator[tuple[int, int]]:
    """The hosters' blocks, `bits` shorter than an address, merged and in their order."""
    wanted = {number for numbers in HOSTERS.values() for number in numbers}
    with file.open(encoding="utf-8", newline="") as opened:
        blocks = sorted((int(a) >> bits, int(b) >> bits) for a, b, asn, _ in csv.reader(opened) if int(asn) in wanted)
    start, end = blocks[0]
    for first, last in blocks[1:]:
        if first <= end + 1:
            end = max(end, last)
        else:
            yield start, end
            start, end = first, last
    yield start, end


def lines(date: str, v4: Path, v6: Path) -> Iterator[str]:
    """The file, line by line."""
    yield f"# Data centres' networks, {date}: first and last /24 (6 digits) or /48 (12), hexadecimal."
    yield "# From @ip-location-db/asn (CC BY 4.0): Route Views (routeviews.org), IP to ASN Lite by DB-IP (db-ip.com);"
    yield f"# of {', '.join(HOSTERS)}; by cli/data_centres.py."
    for file, bits, width in ((v4, 8, 6), (v6, 80, 12)):
        for start, end in ranges(file, bits):
            yield f"{start:0{width}x}" + (f" {end:0{width}x}" if end != start else "")


if __name__ == "__main__":
    when, first, second = sys.argv[1:]
    sys.stdout.writelines(f"{line}\n" for line in lines(when, Path(first), Path(second)))
