"""The press office and its people: accounts, their sessions, and the contacts that readers see."""

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, attribute_keyed_dict, mapped_column, relationship

from pressroom.access import Role
from pressroom.database import ID, WithId, db
from pressroom.i18n import current_language, locale


class Staff(WithId, db.Model):
    """Somebody who works on the desk or at the door. Without a password the account cannot sign in yet."""

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # in lower case
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role]
    language: Mapped[str] = mapped_column(String(8))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    set_up_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    set_up_until: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    # What is asked of whoever is signed in. The token of the session is known while it serves, never stored.
    is_authenticated = is_active = True
    is_anonymous = False
    token = None

    def get_id(self) -> str | None:
        """What the browser's cookie holds: the session's token, not the account's id."""
        return self.token


class StaffSession(db.Model):
    """One browser that is signed in. The cookie holds the token, the row only its digest: ending it is deleting it."""

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)


class SignInAttempt(db.Model):
    """A failed try, counted per account and per client so that neither can be guessed at leisure."""

    __table_args__ = (Index(None, "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))  # digest of the address typed, or of the client's address
    at: Mapped[datetime] = mapped_column(index=True)


class Compliance(StrEnum):
    """How accessible the site is, by the French reference (RGAA). Only an audit may say more than NOT."""

    NOT = "not"
    PARTIAL = "partial"
    FULL = "full"


class Said(NamedTuple):
    """What the office says about itself, and in which language: not always the one asked for."""

    text: str
    language: str


class Office(db.Model):
    """The organisation: one row, its name in each language, and what the standing pages say about it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(JSON)
    compliance: Mapped[Compliance]
    audited_on: Mapped[date | None]
    auditor: Mapped[str] = mapped_column(String(200))
    accessibility_email: Mapped[str] = mapped_column(String(254))  # "": the press contact's
    privacy_email: Mapped[str] = mapped_column(String(254))
    texts: Mapped[dict[str, "OfficeText"]] = relationship(
        cascade="all, delete-orphan", collection_class=attribute_keyed_dict("language")
    )

    @property
    def name(self) -> str:
        """Its name in the language being spoken, or in the first one that it has."""
        return self.names.get(current_language()) or next(iter(self.names.values()))

    def said(self, what: str) -> Said | None:
        """The field `what` of the texts in the language being spoken, or in another one; None when there is none."""
        for language in (current_language(), *sorted(self.texts)):
            text = self.texts.get(language)
            if text and getattr(text, what):
                return Said(getattr(text, what), language)
        return None


class OfficeText(db.Model):
    """What the office says about itself in one language; plain text, "" for what it does not say."""

    office_id: Mapped[int] = mapped_column(ForeignKey("office.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    about: Mapped[str] = mapped_column(Text)
    publisher: Mapped[str] = mapped_column(Text)  # name, legal form, registration
    address: Mapped[str] = mapped_column(Text)
    director: Mapped[str] = mapped_column(Text)  # of publication
    host: Mapped[str] = mapped_column(Text)
    not_accessible: Mapped[str] = mapped_column(Text)  # content, as the audit found it


class ContactWords(NamedTuple):
    """A press contact as a page in one language shows them."""

    name: str
    role: str
    hours: str
    languages: str
    phone: str
    email: str


class PressContact(WithId, db.Model):
    """A named person whom journalists may call: shown to readers, not necessarily with an account."""

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(40))
    languages: Mapped[list[str]] = mapped_column(JSON)  # spoken, as codes
    position: Mapped[int]
    texts: Mapped[dict[str, "PressContactText"]] = relationship(
        cascade="all, delete-orphan", collection_class=attribute_keyed_dict("language")
    )

    @property
    def mailbox(self) -> str:
        """As mails name it."""
        return f"{self.name} <{self.email}>"

    def words(self, language: str) -> ContactWords:
        """The contact in `language`: role and hours written for it, spoken languages by their names in it."""
        text = self.texts.get(language)
        names = locale(language).languages
        return ContactWords(
            name=self.name,
            role=text.role if text else "",
            hours=text.hours if text else "",
            languages=", ".join(names.get(code, code) for code in self.languages),
            phone=self.phone,
            email=self.email,
        )


class PressContactText(db.Model):
    contact_id: Mapped[str] = mapped_column(
        ForeignKey("press_contact.id", ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    role: Mapped[str] = mapped_column(String(120))
    hours: Mapped[str] = mapped_column(String(200))
