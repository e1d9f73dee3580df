"""What links are called: a code on the service's own origin, or `<domain>/<slug>` on an advertiser's domain."""

from __future__ import annotations

import re

CODE = re.compile(r"[0-9A-Za-z]{6,16}")
"""What a code looks like: anything else is unknown without asking the table."""
SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")
"""What follows the slash on an advertiser's domain, in lower case."""
RESERVED = frozenset(
    {"console", "consent", "e", "favicon.ico", "hooks", "index.html", "leads", "optin", "p.gif", "phone", "robots.txt"}
    | {"c.js", "t.js", "w.js", "sitemap.xml", "u", "v1"}
)
"""What no slug may be, because something else is or may be there."""
