/* Tells which run of which statement SQLite is in.
 *
 * SQLite does not say which statement a cursor or a change belongs to. But a plan belongs to one statement: it is made
 * while its statement is being prepared, which is the first one without a text yet, and comes back when a cursor is
 * opened. When SQLite prepares a statement anew (the schema has changed), it does so in another place and then moves what
 * it has made into the old one, which its count of such preparations tells. A change has no plan: its statement is busy
 * and has not given a row yet (sqlite3_data_count), as SQLite makes all changes in the first step of a statement.
 *
 * A run is told from the one before it by SQLite's count of runs. Both counts are set back to 0 when they are seen, so
 * that what lies in the place of a finalized statement is not taken for that. Nothing here needs the host's callbacks.
 */
#ifndef TWSQL_STATEMENTS_H
#define TWSQL_STATEMENTS_H

#include "channel.h"

enum { PLANS = 512 };

typedef struct Run {
  sqlite3_stmt *statement;
  sqlite3_int64 number;
  unsigned channel; /* where the worker remembers what this run has done */
  bool changes;     /* it has begun to change rows, and the worker knows its text */
} Run;

typedef struct Statements {
  sqlite3 *db;
  Run *runs;
  int count;
  int room;
  sqlite3_int64 last;
  int last_plan;
  sqlite3_stmt *planned[PLANS]; /* the statement of each of the last plans, by number */
  sqlite3_stmt *preparing;      /* what the newest plans were made for, */
  int first_plan;               /* from this one on */
} Statements;

/* Number a plan that is being made, for the statement that is being prepared. */
int statements_plan(Statements *statements);

/* The run that has opened a cursor by this plan, or with plan 0 the one that changes a row. Runs that are over are told
 * to the worker. NULL with a reason where the worker has forgotten what the run has done, or memory is short. */
Run *statements_run(Statements *statements, int plan, Channel *channel, Reason *reason);

void statements_free(Statements *statements);

#endif
