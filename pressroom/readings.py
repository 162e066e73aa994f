"""Rows that are only read, as objects: what many readers are shown costs a tenth of what the session's instances do.

They are of classes below the models' own, so that whatever is said of a model is said of them, but no session follows
them.
They have what was asked for and nothing else: to read more is an error, never a hidden query, and what is set on one
is stored nowhere.
"""

from collections.abc import Callable, Iterable
from functools import cache, cached_property, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Select, bindparam, inspect, select
from sqlalchemy.orm import aliased
from sqlalchemy.orm.exc import UnmappedInstanceError

from pressroom.database import db


class Reading:
    """How a model is read, and what belongs to it, by the names of its relationships. What there is one of comes in the
    same statement; of what there are many, each kind is one more, put together once.

    `without` names columns that are left where they are.
    """

    def __init__(self, model: type, *, without: Iterable[str] = (), **parts: "Reading"):
        self._model, self._without, self._parts = model, frozenset(without), parts

    def of(self, statement: Select) -> Select:
        """`statement`, a select of the model, with the columns that are read. One that is used often is kept so."""
        columns, statement = self._joined(statement, self._model)
        return statement.with_only_columns(*columns, maintain_column_froms=True)

    def all(self, statement: Select) -> list:
        """What a select of the model finds, in its order."""
        return self.read(self.of(statement))

    def read(self, statement: Select, values: dict | None = None) -> list:
        """What a statement made by `of` finds, in its order; `values` are those of its parameters."""
        # The session's transaction, but not its way, which costs as much again.
        connection = db.session.connection()
        return self._made(connection, connection.execute(statement, values).all(), 0)[0]

    # How it is read: known once all models are -----------------------------------------------------------

    @cached_property
    def _names(self) -> list[str]:
        return [one.key for one in inspect(self._model).column_attrs if one.key not in self._without]

    @cached_property
    def _key(self) -> str:
        """What its parts call it by: what has parts of its own is known by one column."""
        mapper = inspect(self._model)
        return mapper.get_property_by_column(mapper.primary_key[0]).key

    @cached_property
    def _ones(self) -> list[tuple[str, "Reading", Any]]:
        """(name, reading, its model under another name) of each that there is one of."""
        links = inspect(self._model).relationships
        ones = [(name, part) for name, part in self._parts.items() if not links[name].uselist]
        return [(name, part, aliased(part._model)) for name, part in ones]

    @cached_property
    def _many(self) -> list["_Many"]:
        links = inspect(self._model).relationships
        many = [(links[name], part) for name, part in self._parts.items() if links[name].uselist]
        return [
            _Many(
                link.key, part, self._belonging(link, part), link.back_populates,
                getattr((link.collection_class or list)(), "keyfunc", None),
            )
            for link, part in many
        ]  # fmt: skip

    def _belonging(self, link, part: "Reading") -> Select:
        """Finds the parts of some `owners`: first an owner's key, then the part."""
        key = getattr(self._model, self._key)
        statement = select(key).join_from(self._model, getattr(self._model, link.key))
        columns, statement = part._joined(statement, part._model)
        statement = statement.where(key.in_(bindparam("owners", expanding=True)))
        return statement.with_only_columns(key, *columns).order_by(*(link.order_by or ()))

    def _joined(self, statement: Select, source) -> tuple[list, Select]:
        """(the columns, the statement joined with what there is one of)"""
        columns = [getattr(source, name) for name in self._names]
        for name, part, other in self._ones:
            statement = statement.outerjoin(getattr(source, name).of_type(other))
            more, statement = part._joined(statement, other)
            columns += more
        return columns, statement

    # What is read ----------------------------------------------------------------------------------------

    def _made(self, connection: Connection, rows: list, at: int) -> tuple[list, int]:
        """(an object for each row, None where there is none; the first column behind)"""
        names, end = self._names, at + len(self._names)
        key, shown = at + names.index(self._key), _shown(self._model)
        found = [None if row[key] is None else _unfollowed(shown, names, row[at:end]) for row in rows]
        owners = [one for one in found if one is not None]
        for name, part, _other in self._ones:
            parts, end = part._made(connection, rows, end)
            for owner, one in zip(found, parts, strict=True):
                if owner is not None:
                    owner.__dict__[name] = one
        for many in self._many if owners else ():
            self._give(connection, owners, many)
        return found, end

    def _give(self, connection: Connection, owners: list, many: "_Many") -> None:
        kept: dict[Any, list] = {}
        for owner in owners:
            owner.__dict__[many.name] = {} if many.known_by else []
            kept.setdefault(owner.__dict__[self._key], []).append(owner)
        rows = many.of(connection, list(kept))
        for row, one in zip(rows, many.reading._made(connection, rows, 1)[0], strict=True):
            for owner in kept[row[0]]:
                parts = owner.__dict__[many.name]
                if many.known_by:
                    parts[many.known_by(one)] = one
                else:
                    parts.append(one)
                if many.owner:
                    one.__dict__[many.owner] = owner


class _Many(NamedTuple):
    """What there are many of: `known_by` gives the key of one where they are a dict, `owner` is what one calls whom it
    belongs to."""

    name: str
    reading: Reading
    statement: Select
    owner: str | None
    known_by: Callable[[Any], Any] | None

    def of(self, connection: Connection, owners: list) -> list:
        """The rows of these owners, past SQLAlchemy, whose way takes several times as long as the database's."""
        words, names, read = _written(self.statement, connection.dialect, len(owners))
        given = dict(zip(names, owners, strict=True)) if names else tuple(owners)
        cursor = connection.connection.cursor()
        try:
            for listen in connection.dispatch.before_cursor_execute:  # whoever counts questions counts these
                listen(connection, cursor, words, given, None, False)
            rows = [list(row) for row in cursor.execute(words, given).fetchall()]
        except connection.dialect.dbapi.Error:
            # Its own way says what is wrong, as everywhere.
            return connection.execute(self.statement, {"owners": owners}).all()
        finally:
            cursor.close()
        for at, value in read:
            for row in rows:
                row[at] = value(row[at])
        return rows


@lru_cache(256)
def _written(
    statement: Select, dialect: Dialect, owners: int
) -> tuple[str, list[str], list[tuple[int, Callable]]]:
    """(its words for so many owners; the names of these, for a driver that wants names; what makes of a column, by its
    place, what the model has)"""
    filled = statement.params(owners=[""] * owners)
    written = filled.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    columns = enumerate(column.type.dialect_impl(dialect) for column in statement.selected_columns)
    made = ((at, kind.result_processor(dialect, None)) for at, kind in columns)
    names = [] if written.positional else [f"owners_{number + 1}" for number in range(owners)]
    return written.string, names, [(at, value) for at, value in made if value]


class _Unread:
    """Stands in a class for what an object may have: behind the object's own, in whose place the model's would go."""

    def __set_name__(self, shown: type, name: str) -> None:
        self._name = name

    def __get__(self, one: Any, shown: type) -> Any:
        if one is None:
            return getattr(shown.__base__, self._name)
        raise UnmappedInstanceError(one, f"{self._name} was not read")


@cache
def _shown(model: type) -> type:
    """A class of what is only read of a model: its columns are plain values, found in a tenth of the time."""

    def refuse(_one: Any, name: str, _value: Any) -> None:
        raise AttributeError(f"{name} is only read")

    unread = {one.key: _Unread() for one in inspect(model).attrs}
    return type(model.__name__, (model,), {"__abstract__": True, "__setattr__": refuse, **unread})


def _unfollowed(shown: type, names: list[str], values: Iterable) -> Any:
    """Made without `__init__`, which would give it the state by which a session follows an instance."""
    one = shown.__new__(shown)
    one.__dict__.update(zip(names, values, strict=True))
    return one
