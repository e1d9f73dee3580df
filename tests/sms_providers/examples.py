"""An SMS for providers that refuse numbers of fiction: it goes to one of Ofcom's, which are no less fictional.

https://www.ofcom.org.uk/phones-and-broadband/phone-numbers/numbers-for-drama: 07700 900000 to 900999 ring nowhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalicelib.sms_providers.contract import Sms

DRAMA = "+447700900123"
MESSAGE = "msg_01HZX3V7Q8W9E0R1T2Y3U4I5O6"
TEXT = "Maïa & Fils : 10 € offerts, c'est ici r.example/Ab3dE7fG STOP au 36123"
SMS = Sms(MESSAGE, DRAMA, "MaiaFils", TEXT, "marketing", validity_s=7_200, parts=2)


def sms(**changes: Any) -> Sms:
    """The example, changed."""
    return replace(SMS, **changes)
