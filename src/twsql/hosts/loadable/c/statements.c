#include "statements.h"

void statements_free(Statements *statements) {
  sqlite3_free(statements->runs);
  statements->runs = NULL;
  statements->count = statements->room = 0;
}

static bool is_planned(const Statements *statements, const sqlite3_stmt *statement) {
  for (int i = 0; i < PLANS; i++) {
    if (statements->planned[i] == statement) return true;
  }
  return false;
}

/* What was made in preparing `moved` anew is its own, and what it had before is gone. */
static void move_plans(Statements *statements, sqlite3_stmt *moved) {
  for (int i = 0; i < PLANS; i++) {
    if (statements->planned[i] == moved) statements->planned[i] = NULL;
  }
  for (int plan = statements->last_plan; plan >= statements->first_plan && plan > statements->last_plan - PLANS; plan--) {
    if (statements->planned[plan % PLANS] == statements->preparing) statements->planned[plan % PLANS] = moved;
  }
}

/* To be called first whenever SQLite calls: to prepare anew a statement that has plans is to make plans, so it is the
 * newest plans that were made for a statement that turns out to have been prepared anew since the last time. */
static void look_for_moved(Statements *statements) {
  sqlite3_stmt *each = NULL;
  while ((each = sqlite3_next_stmt(statements->db, each)) != NULL) {
    if (!is_planned(statements, each) || sqlite3_stmt_status(each, SQLITE_STMTSTATUS_REPREPARE, 1) == 0) continue;
    if (statements->preparing != NULL) move_plans(statements, each);
    statements->preparing = NULL;
  }
}

int statements_plan(Statements *statements) {
  look_for_moved(statements);
  sqlite3_stmt *each = sqlite3_next_stmt(statements->db, NULL);
  while (each != NULL && sqlite3_sql(each) != NULL) each = sqlite3_next_stmt(statements->db, each); /* it comes last */
  int number = statements->last_plan = statements->last_plan % (1 << 30) + 1;
  if (each != statements->preparing) {
    statements->preparing = each;
    statements->first_plan = number;
  }
  statements->planned[number % PLANS] = each;
  return number;
}

/* Of those that are busy, the newest that has given no row, else the newest of all. */
static sqlite3_stmt *newest(sqlite3 *db, bool writes) {
  sqlite3_stmt *found = NULL;
  sqlite3_stmt *each = NULL;
  while ((each = sqlite3_next_stmt(db, each)) != NULL) {
    if (!sqlite3_stmt_busy(each) || (writes && sqlite3_stmt_readonly(each))) continue;
    if (sqlite3_data_count(each) == 0) return each;
    if (found == NULL) found = each;
  }
  return found;
}

static bool is_busy(sqlite3 *db, const sqlite3_stmt *statement) {
  sqlite3_stmt *each = NULL;
  while ((each = sqlite3_next_stmt(db, each)) != NULL) {
    if (each == statement) return sqlite3_stmt_busy(each);
  }
  return false;
}

static sqlite3_stmt *running(Statements *statements, int plan) {
  if (plan == 0) return newest(statements->db, true);
  sqlite3_stmt *planned = statements->planned[plan % PLANS];
  if (is_busy(statements->db, planned)) return planned;
  return statements->planned[plan % PLANS] = newest(statements->db, false);
}

static void forget(Statements *statements, int place, Channel *channel) {
  Run run = statements->runs[place];
  statements->runs[place] = statements->runs[--statements->count];
  if (!channel_is(channel, run.channel)) return;
  size_t frame = frame_begin(&channel->told, FORGET);
  put_integer(&channel->told, run.number);
  frame_end(&channel->told, frame);
}

static void forget_what_is_over(Statements *statements, Channel *channel) {
  for (int i = statements->count - 1; i >= 0; i--) {
    if (!is_busy(statements->db, statements->runs[i].statement)) forget(statements, i, channel);
  }
}

static Run *begin(Statements *statements, sqlite3_stmt *statement, const Channel *channel) {
  if (statements->count == statements->room) {
    int room = statements->room * 2 + 8;
    Run *runs = sqlite3_realloc64(statements->runs, sizeof *runs * (sqlite3_uint64)room);
    if (runs == NULL) return NULL;
    statements->runs = runs;
    statements->room = room;
  }
  Run *run = &statements->runs[statements->count++];
  *run = (Run){.statement = statement, .number = ++statements->last, .channel = channel->number};
  return run;
}

Run *statements_run(Statements *statements, int plan, Channel *channel, Reason *reason) {
  look_for_moved(statements);
  statements->preparing = NULL;
  sqlite3_stmt *statement = running(statements, plan);
  if (statement == NULL) {
    because(reason, "cannot tell which statement this is; nothing was done");
    return NULL;
  }
  bool is_new = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_RUN, 1) > 0;
  Run *run = NULL;
  for (int i = statements->count - 1; i >= 0; i--) {
    if (statements->runs[i].statement != statement) continue;
    if (is_new) forget(statements, i, channel);
    else run = &statements->runs[i];
  }
  if (run == NULL) {
    forget_what_is_over(statements, channel);
    run = begin(statements, statement, channel);
  }
  if (run == NULL) {
    because(reason, "out of memory");
  } else if (!channel_is(channel, run->channel)) {
    /* Another worker would do again what this statement has done already. */
    because(reason, "twsql's worker ended during this statement, and with it what the statement had done so far: run it again"
                    " after a look at what was done");
    return NULL;
  }
  return run;
}
