"""E-mail by Amazon SES (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from chalicelib.errors import MailUnavailable


class SesMail:
    """`client` gives boto3's of `sesv2`; `sender` is an address, or domain, that SES has verified."""

    def __init__(self, client: Callable[[], Any], sender: str) -> None:
        self._client = client
        self._sender = sender

    def send(self, to: Sequence[str], subject: str, text: str) -> None:
        """Send one e-mail. Raises MailUnavailable with the service's own code."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client().send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": list(to)},
                Content={
                    "Simple": {
                        "Subject": {"Data": subject, "Charset": "UTF-8"},
                        "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
                    }
                },
            )
        except ClientError as error:
            raise MailUnavailable(str(error.response.get("Error", {}).get("Code", ""))) from None
        except BotoCoreError as error:
            raise MailUnavailable(type(error).__name__) from None
