/* Tells which run of which statement SQLite is in.
 *
 * SQLite does not say which statement a cursor or a change belongs to. But a plan belongs to one statement: it is made
 * while its statement is being prepared, which is the first one without a text yet, and comes back when a cursor is
 * opened. A statement that SQLite has prepared anew since (the schema has changed) lies elsewhere, and a change has no
 * plan: then it is the one that is busy and has not given a row yet (sqlite3_data_count), as SQLite makes all changes in
 * the first step of a statement.
 *
 * A run is told from the one before it by SQLite's count of runs, set back to 0 when a run is seen for the first time.
 * A statement that comes to lie where a finalized one lay has a count again. Nothing here needs the host's callbacks.
 */
#ifndef TWSQL_STATEMENTS_H
#define TWSQL_STATEMENTS_H

#include "channel.h"

enum { PLANS = 4096 };

typedef struct Run {
  sqlite3_stmt *statement;
  sqlite3_int64 number;
  unsigned channel; /* where the worker remembers what this run has done */
} Run;

typedef struct Statements {
  sqlite3 *db;
  Run *runs;
  int count;
  int room;
  sqlite3_int64 last;
  int last_plan;
  sqlite3_stmt *planned[PLANS]; /* the statement of each of the last plans, by number */
} Statements;

/* Number a plan that is being made, for the statement that is being prepared. */
int statements_plan(Statements *statements);

/* The run that has opened a cursor by this plan, or with plan 0 the one that changes a row. Runs that are over are told
 * to the worker. NULL with a reason where the worker has forgotten what the run has done, or memory is short. */
const Run *statements_run(Statements *statements, int plan, Channel *channel, Reason *reason);

void statements_free(Statements *statements);

#endif
