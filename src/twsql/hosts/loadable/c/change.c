/* xUpdate: INSERT, UPDATE and DELETE. */
#include <stdlib.h>
#include <string.h>

#include "module.h"
#include "server.h"

static void put_fields(Bytes *request, int count, sqlite3_value **fields) {
  for (int i = 0; i < count; i++) {
    if (sqlite3_value_nochange(fields[i])) {
      put_same(request);
    } else {
      put_value(request, fields[i]);
    }
  }
}

/* The values are the old rowid (NULL: INSERT), and but for DELETE the new one and all columns. */
static enum Kind put_change(Bytes *request, int count, sqlite3_value **values) {
  if (count == 1) {
    put_value(request, values[0]);
    return DELETE;
  }
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) {
    put_fields(request, count - 2, values + 2);
    return INSERT;
  }
  put_fields(request, count, values);
  return UPDATE;
}

/* The worker knows which name was meant: its answer to SQLite's message is the error. */
static int refuse_names(Host *host, Bytes *request, Reason *reason) {
  Answer answer;
  int code = channel_ask(&host->channel, host->db, true, request, VALUES, &answer, reason);
  if (code != SQLITE_OK) return code;
  free(answer.data);
  because(reason, "twsql's worker takes a misspelt name for a right one");
  return SQLITE_ERROR;
}

/* A host may rely on text in double quotes, so that stays as the host has it. But a change of which a column is misspelt,
 * DELETE FROM participants WHERE "Lable" <> 'ada', is prepared once more without it before the first row is sent. */
static int check_names(Table *table, Run *run, Reason *reason) {
  sqlite3 *db = table->host->db;
  const char *sql = sqlite3_sql(run->statement);
  int allowed = 0;
  sqlite3_stmt *again;
  if (run->changes || strchr(sql, '"') == NULL) return SQLITE_OK;
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, -1, &allowed);
  if (!allowed) return SQLITE_OK;
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  int code = sqlite3_prepare_v2(db, sql, -1, &again, NULL);
  Bytes request = {0};
  size_t frame = frame_begin(&request, MISSPELT);
  put_words(&request, table->name);
  put_words(&request, sqlite3_errmsg(db));
  frame_end(&request, frame);
  sqlite3_finalize(again);
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 1, NULL);
  if (code != SQLITE_OK) code = refuse_names(table->host, &request, reason);
  bytes_free(&request);
  return code;
}

int table_update(sqlite3_vtab *base, int count, sqlite3_value **values, sqlite3_int64 *rowid) {
  Table *table = (Table *)base;
  Host *host = table->host;
  Reason reason;
  if (table->refusal != NULL) return table_failed(table, SQLITE_READONLY, table->refusal);
  int code = channel_open(&host->channel, host->db, true, &reason);
  Run *run = code == SQLITE_OK ? statements_run(&host->statements, 0, &host->channel, &reason) : NULL;
  if (run == NULL) return table_failed(table, code == SQLITE_OK ? SQLITE_ERROR : code, &reason);
  code = effects_allowed(&reason) ? check_names(table, run, &reason) : SQLITE_READONLY;
  if (code != SQLITE_OK) return table_failed(table, code, &reason);
  Bytes request = {0}, change = {0};
  enum Kind kind = put_change(&change, count, values);
  size_t frame = frame_begin(&request, kind);
  put_words(&request, table->name);
  put_integer(&request, run->number);
  put_words(&request, run->changes ? "" : sqlite3_sql(run->statement)); /* the worker remembers it */
  run->changes = true;
  bytes_add(&request, change.data, change.size);
  request.failed = request.failed || change.failed;
  frame_end(&request, frame);
  bytes_free(&change);
  Answer answer;
  code = table_ask(table, true, &request, VALUES, &answer);
  if (code != SQLITE_OK) return code;
  Reader reader = {answer.data + 1, answer.data + answer.size};
  int64_t made;
  if (kind == INSERT && get_integer(&reader, &made)) *rowid = made;
  free(answer.data);
  return SQLITE_OK;
}
