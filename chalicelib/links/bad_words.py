"""What no code may be read as, in French or English."""

from __future__ import annotations

import re

# Figures are read as the letters that they resemble, v as u. Codes have no other vowels, and no o, i or l at all:
# words that need one cannot be spelt, their usual short forms can.
_READ_AS = str.maketrans("34679v", "eagtgu")
_BAD = re.compile(
    "anus|batard|bdsm|btch|bch|chatt|cnt|crap|cunt|dead|death|drug|fag|fck|fdp|fuck|gay|gueu|jew|kkk|kys|merd|mrd|nazy"
    "|negr|ngr|ntm|nude|pd|pede|porn|prn|pta|ptn|pute|rape|sex|sht|stfu|sx|teub|tg|turd|twat|wank|wtf|xxx"
)


def spells(text: str) -> str | None:
    """The bad word that a code can be read as; None for a clean one."""
    folded = text.lower()
    for reading in (folded, folded.translate(_READ_AS)):
        if found := _BAD.search(reading):
            return found[0]
    return None
