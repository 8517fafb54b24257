"""Answers SQLite's xBestIndex for a table or a procedure."""

from __future__ import annotations

from twsql.schema import Procedure
from twsql.vtab import procedure_plan, table_plan
from twsql.vtab.question import Answer, Question
from twsql.vtab.relation import Relation


def plan(relation: Relation, question: Question) -> Answer | None:
    """Plan a scan; None means that SQLite should try another join order (SQLITE_CONSTRAINT)."""
    if isinstance(relation.source, Procedure):
        return procedure_plan.plan(relation, relation.source, question)
    return table_plan.plan(relation, relation.source, question)
