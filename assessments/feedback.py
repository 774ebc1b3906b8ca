"""Taking the link to the questionnaire to whoever is asked, by the way that reminders go."""

from __future__ import annotations

import logging
from datetime import date

from assessments.domain.outcomes import Edition, edition_on
from assessments.models import FeedbackRequest
from cases import contact_points
from orders.domain.dates import words
from orders.reminders import sender_for

log = logging.getLogger("justice.feedback")

SUBJECT = "Your views"


def asked_by(token: str, on: date) -> Edition | None:
    """The edition whose questions a link asks; None for a link that cannot be used, for whatever reason."""
    found = FeedbackRequest.objects.of_token(token, on).first()
    return None if found is None else edition_on(found.asked_on)


def text_of(request: FeedbackRequest, address: str) -> str:
    """The message, without a name and without a word about an order: others may read the screen."""
    council = request.order.council.name
    return (
        f"{council}: tell us what we did well and what we should do better. It takes two minutes, and you need not "
        f"give your name: {address} The link works once, until {words(request.expires_on)}."
    )


def deliver(request: FeedbackRequest, address: str) -> bool:
    """Send the message, where it goes by message; False when it did not leave."""
    person = request.order.case.person_id
    to = contact_points.reachable([person]).get(person, {}).get(request.channel)
    if to is None:
        return False
    try:
        sender = sender_for(request.order.council, request.channel)
        sender.send(to, text_of(request, address), subject=SUBJECT)
    except Exception as error:  # noqa: BLE001  (a gateway of any kind)
        # The kind of error alone: a gateway's words may hold the number or the message.
        log.error("a link to the questionnaire was not sent: %s", type(error).__name__)  # noqa: TRY400
        return False
    log.info("a link to the questionnaire was sent")
    return True
