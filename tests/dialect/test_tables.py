"""Twilio's tables in SQLAlchemy: the inspector, metadata, Core and the ORM."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from sqlalchemy import (
    URL,
    Column,
    Engine,
    Executable,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Session, relationship
from sqlalchemy.types import Boolean, DateTime, Float
from sqlalchemy.types import Integer as AnyInteger

from twsql.catalog import CATALOG
from twsql.sandbox import Sandbox
from twsql.schema import Table as Declared

KINDS = {"text": Text, "boolean": Boolean, "datetime": DateTime, "integer": AnyInteger, "real": Float}
AP = func.AddParticipants("MyConference", "+15005550006", "+12025550100")


@pytest.mark.parametrize("declared", CATALOG.tables, ids=lambda table: table.name)
def test_inspector(engine: Engine, declared: Declared) -> None:
    """Every table of the catalogue is shown as it is declared: columns, types, key, comments."""
    inspector = inspect(engine)
    needs_where = any(column.required for column in declared.columns)
    assert declared.name in (inspector.get_view_names() if needs_where else inspector.get_table_names())
    visible = [column for column in declared.columns if not column.hidden]
    columns = inspector.get_columns(declared.name)
    assert [column["name"] for column in columns] == [column.name for column in visible]
    assert [column["comment"] for column in columns] == [column.description or None for column in visible]
    for shown, column in zip(columns, visible, strict=True):
        assert isinstance(shown["type"], KINDS.get(column.type, object)), column.name
        assert shown["nullable"] == (column.name not in declared.identity)
    assert inspector.get_pk_constraint(declared.name)["constrained_columns"] == list(declared.identity)
    assert inspector.get_table_comment(declared.name) == {"text": declared.description}
    keys = {key["constrained_columns"][0]: key for key in inspector.get_foreign_keys(declared.name)}
    assert {name: f"{key['referred_table']}.{key['referred_columns'][0]}" for name, key in keys.items()} == {
        column.name: column.references for column in visible if CATALOG.named(column.references.partition(".")[0])
    }


def test_metadata_sees_both_and_drops_only_its_own(engine: Engine) -> None:
    """reflect() finds Twilio's tables beside the file's; create_all() and drop_all() leave them alone, and say so."""
    own = MetaData()
    Table("contacts", own, Column("Id", Integer, primary_key=True))
    own.create_all(engine)
    metadata = MetaData()
    metadata.reflect(engine, views=True)
    assert set(metadata.tables) == {"contacts", *(table.name for table in CATALOG.tables)}
    metadata.create_all(engine)
    metadata.drop_all(engine)
    assert "contacts" not in inspect(engine).get_table_names()
    assert inspect(engine).has_table("conferences")


def test_the_list_without_twilio(url: URL) -> None:
    """`list_twilio=False` lists only the file's own, for programs that compare it with theirs, as Alembic does."""
    engine = create_engine(url, list_twilio=False)
    assert inspect(engine).get_table_names() == []
    assert inspect(engine).has_table("conferences")
    engine.dispose()


def test_a_copy_is_the_files_own(url: URL, tmp_path: Path) -> None:
    """The inspector shows what SQL reads: a table of the file hides Twilio's of the same name, but not in temp."""
    file = create_engine(f"sqlite:///{tmp_path / 'copy.db'}")
    with file.begin() as connection:
        connection.execute(text("CREATE TABLE conferences (Sid TEXT, Mine REAL)"))
    file.dispose()
    engine = create_engine(url.set(database=str(tmp_path / "copy.db")))
    inspector = inspect(engine)
    assert inspector.get_table_names().count("conferences") == 1
    assert [column["name"] for column in inspector.get_columns("conferences")] == ["Sid", "Mine"]
    assert inspector.get_pk_constraint("conferences", "temp")["constrained_columns"] == ["Sid"]
    assert inspector.get_table_comment("conferences") == {"text": None}
    engine.dispose()


def test_reflected_tables_join(engine: Engine, twilio: Sandbox) -> None:
    """autoload_with and a join by the declared foreign key; times are aware, booleans are bool, raw SQL is text."""
    metadata = MetaData()
    participants = Table("participants", metadata, autoload_with=engine)
    conferences = metadata.tables["conferences"]
    statement = select(conferences.c.Sid, conferences.c.DateCreated, participants.c.Muted).join(participants)
    with engine.connect() as connection:
        rows = connection.execute(statement).all()
        raw = connection.scalar(text("SELECT DateCreated FROM conferences WHERE Sid = :sid"), {"sid": rows[0].Sid})
        since = conferences.c.DateCreated >= rows[0].DateCreated
        assert connection.scalar(select(func.count(conferences.c.Sid)).where(since))
    assert len(rows) == 2 * sum(each.status == "in-progress" for each in twilio.conferences())
    assert rows[0].DateCreated.tzinfo == datetime.timezone.utc
    assert rows[0].Muted is False
    assert raw == rows[0].DateCreated.strftime("%Y-%m-%d %H:%M:%S")


def test_orm(engine: Engine, twilio: Sandbox) -> None:
    """Mapped classes over reflected tables: a relationship is loaded, a change is sent, and the objects are told."""

    class Base(DeclarativeBase):
        pass

    class Conference(Base):
        __table__ = Table("conferences", Base.metadata, autoload_with=engine)
        participants = relationship("Participant", back_populates="conference")

    class Participant(Base):
        __table__ = Table("participants", Base.metadata, autoload_with=engine)
        conference = relationship("Conference", back_populates="participants")

    with Session(engine) as session:
        conference = session.scalars(select(Conference).filter_by(Status="in-progress")).first()
        assert conference is not None
        first = conference.participants[0]
        assert first.conference is conference
        first.Muted = not first.Muted
        session.commit()
        assert session.scalar(select(Participant.Muted).filter_by(CallSid=first.CallSid)) is True
        first.Muted = False
        session.commit()


@pytest.mark.parametrize(
    "statement",
    [
        select(AP.table_valued("CallSid", "Status")),
        text("CALL AddParticipants(:conference, :caller, :called)").bindparams(
            conference="MyConference", caller="+15005550006", called="+12025550100"
        ),
        text("EXEC AddParticipants ConferenceSid = 'MyConference', From = '+15005550006', To = :called").bindparams(
            called="+12025550100"
        ),
    ],
    ids=["table_valued", "CALL", "EXEC"],
)
def test_a_call_is_placed_once(sandbox: Sandbox, statement: Executable) -> None:
    """A statement dials once, whatever SQLAlchemy does before and after it."""
    query = {"base_url": sandbox.base_url}
    engine = create_engine(URL.create("twsql", sandbox.account_sid, sandbox.auth_token, query=query))
    with engine.begin() as connection:
        rows = connection.execute(statement).all()
    assert [row.Status for row in rows] == ["queued"]
    assert [request.method for request in sandbox.requests].count("POST") == 1
    engine.dispose()
