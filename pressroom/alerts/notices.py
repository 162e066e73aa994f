"""The two mails that anybody can cause by typing an address: they say nothing that a visitor typed."""

from datetime import datetime

from pressroom import links
from pressroom.alerts.models import Subscription
from pressroom.delivery import outbox, strangers


def token_of(subscription: Subscription) -> str:
    """The token of the link to its own page."""
    return links.mint("alerts", subscription.id)


def page_of(subscription: Subscription) -> str:
    """The address of its own page, as mails give it."""
    return links.absolute("alerts.own", language=subscription.language, token=token_of(subscription))


def answer(subscription: Subscription, *, at: datetime) -> None:
    """Ask whoever reads this address to confirm it; who gets alerts already is told where to change them. Nothing
    leaves when too much went to this address already."""
    if strangers.may_write_to(subscription.email, at):
        outbox.put(
            "alert_known" if subscription.is_live else "alert_confirm", to=subscription.email,
            language=subscription.language, about=subscription.subject, at=at, scope=None, page=page_of(subscription),
        )  # fmt: skip
