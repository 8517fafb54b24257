"""Every table and procedure with its columns numbered, as each host declares them."""

from __future__ import annotations

from twsql.dialing.table import JOURNAL
from twsql.metadata import METADATA
from twsql.procedures import PROCEDURES
from twsql.schema import Procedure
from twsql.tables import TABLES
from twsql.vtab.relation import Relation, relation

RELATIONS = tuple(relation(source) for source in (*TABLES, JOURNAL, *METADATA, *PROCEDURES))


def has_effect(relation: Relation, *, read_only: bool) -> bool:
    """Whether its use may change something at Twilio: a view or trigger that came with a file must not do that."""
    source = relation.source
    if isinstance(source, Procedure):
        return True
    return bool(source.insert or source.update or source.delete) and not read_only
