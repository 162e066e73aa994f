"""The names of what journalists come to do, as forms and badges show them."""

from pressroom.events.models import Category
from pressroom.i18n import lazy as _l

NAMES = {
    Category.WRITTEN: _l("Written press"),
    Category.PHOTO: _l("Photo"),
    Category.BROADCAST: _l("Video or radio"),
    Category.AGENCY: _l("News agency"),
    Category.ONLINE: _l("Online press"),
    Category.TECHNICAL: _l("Technical crew"),
}
