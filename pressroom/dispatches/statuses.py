"""How the states and the kinds of dispatches, and what became of their messages, are called and shown."""

from pressroom.delivery.models import DispatchKind, DispatchState
from pressroom.delivery.statuses import Tag
from pressroom.dispatches.fates import Fate
from pressroom.i18n import lazy as _l

STATES = {
    DispatchState.DRAFT: Tag("mute", "file", _l("Draft")),
    DispatchState.SCHEDULED: Tag("wait", "clock", _l("Scheduled")),
    DispatchState.SENDING: Tag("info", "arrow", _l("Sending")),
    DispatchState.PAUSED: Tag("warn", "bar", _l("Paused")),
    DispatchState.FINISHED: Tag("ok", "tick", _l("Finished")),
    DispatchState.STOPPED: Tag("err", "minus", _l("Stopped")),
}
KINDS = {
    DispatchKind.RELEASE: _l("Press release"),
    DispatchKind.CORRECTION: _l("Correction"),
    DispatchKind.KIT: _l("Press kit"),
    DispatchKind.ADVISORY: _l("Note to the media"),
}
# What stands under the four numbers of a report, and in its table.
FATES = {
    Fate.ACCEPTED: _l("accepted by the server"),
    Fate.WAITING: _l("on their way"),
    Fate.DELAYED: _l("delayed, retrying"),
    Fate.FAILED: _l("not delivered"),
    Fate.STOPPED: _l("stopped before they left"),
    Fate.KEPT: _l("kept: test mode"),
}
