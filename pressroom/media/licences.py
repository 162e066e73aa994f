"""On what terms an asset may be used: a name and one sentence for readers, in the language being spoken."""

from enum import StrEnum
from typing import NamedTuple

from pressroom.i18n import lazy as _l


class Licence(StrEnum):
    EDITORIAL = "editorial"
    CC_BY = "cc_by"
    CC0 = "cc0"
    RESERVED = "reserved"


class Terms(NamedTuple):
    name: str
    sentence: str
    url: str | None = None  # where the licence itself stands, for one that the whole world knows


TERMS = {
    Licence.EDITORIAL: Terms(
        _l("Editorial use"), _l("Free to use in the media, with the credit; not in advertising.")
    ),
    Licence.CC_BY: Terms(
        _l("Creative Commons BY 4.0"),
        _l("Creative Commons Attribution 4.0: free to use and to change, with the credit."),
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    Licence.CC0: Terms(
        _l("Public domain (CC0)"),
        _l("Creative Commons Zero: no rights reserved."),
        "https://creativecommons.org/publicdomain/zero/1.0/",
    ),
    Licence.RESERVED: Terms(
        _l("All rights reserved"), _l("All rights reserved: ask the press office before any use.")
    ),
}
