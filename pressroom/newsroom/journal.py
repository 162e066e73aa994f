"""What the journal's entries say to people: one sentence for each action that a workflow records."""

from pressroom.audit import Entry
from pressroom.i18n import lazy as _l

SENTENCES = {
    "accreditation.submit": _l("A request was received"),
    "accreditation.verify": _l("An applicant confirmed an address"),
    "accreditation.answer": _l("An applicant sent the information asked for"),
    "accreditation.withdraw": _l("An applicant withdrew a request"),
    "accreditation.approve": _l("A request was accepted"),
    "accreditation.decline": _l("A request was declined"),
    "accreditation.ask": _l("An applicant was asked for information"),
    "accreditation.undo": _l("A decision was undone"),
    "accreditation.revoke": _l("An accreditation was cancelled"),
    "asset.add": _l("A file was added to the media library"),
    "asset.edit": _l("A file’s words were changed"),
    "asset.remove": _l("A file was removed from the media library"),
    "event.announce": _l("An event was announced"),
    "event.cancel": _l("An event was cancelled"),
    "event.create": _l("An event was created"),
    "event.edit": _l("An event was changed"),
    "kit.create": _l("A press kit was created"),
    "kit.fill": _l("A press kit was changed"),
    "kit.take_out": _l("A file was taken out of a press kit"),
    "kit.open": _l("A press kit was opened"),
    "kit.close": _l("A press kit was closed"),
    "office.rename": _l("The organisation’s name was changed"),
    "office.describe": _l("The standing pages were changed"),
    "press_contact.save": _l("A press contact was changed"),
    "release.create": _l("A press release was created"),
    "release.save": _l("A press release’s text was saved"),
    "release.facts": _l("A press release’s facts were changed"),
    "release.preview_add": _l("A preview link was made"),
    "release.preview_revoke": _l("A preview link was revoked"),
    "release.publish": _l("A press release was published or scheduled"),
    "release.publish_changes": _l("A press release’s changes were published"),
    "release.discard": _l("Changes to a press release were discarded"),
    "release.follows": _l("A notice to readers was ended: the text follows"),
    "release.unpublish": _l("A press release went back to draft"),
    "release.kill": _l("A press release was killed"),
    "release.up_to_date": _l("A translation was marked up to date"),
    "release.withdraw": _l("A press release was withdrawn"),
    "release.dismiss": _l("A difference between languages was dismissed"),
    "release.reopen": _l("A dismissed difference was brought back"),
    "topic.add": _l("A topic was added"),
    "topic.rename": _l("A topic was renamed"),
    "topic.move": _l("A topic was moved up"),
    "topic.remove": _l("A topic was removed"),
    "staff.add": _l("A person was added"),
    "staff.invite": _l("A password link was made"),
    "staff.set_password": _l("A password was set"),
    "staff.set_language": _l("The language of an account was changed"),
    "staff.deactivate": _l("An account was deactivated"),
    "staff.reactivate": _l("An account was reactivated"),
}


def sentence(entry: Entry) -> str:
    """What was done; an action may name its detail after a colon ("release.save:fr"), which is left out."""
    action = entry.action.partition(":")[0]
    return str(SENTENCES.get(action, action))
