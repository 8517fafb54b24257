/* xUpdate: INSERT, UPDATE and DELETE. */
#include <stdlib.h>

#include "module.h"

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

int table_update(sqlite3_vtab *base, int count, sqlite3_value **values, sqlite3_int64 *rowid) {
  Table *table = (Table *)base;
  Host *host = table->host;
  Reason reason;
  if (table->refusal != NULL) return table_failed(table, SQLITE_READONLY, table->refusal);
  int code = channel_open(&host->channel, host->db, true, &reason);
  const Run *run = code == SQLITE_OK ? statements_run(&host->statements, 0, &host->channel, &reason) : NULL;
  if (run == NULL) return table_failed(table, code == SQLITE_OK ? SQLITE_ERROR : code, &reason);
  Bytes request = {0}, change = {0};
  enum Kind kind = put_change(&change, count, values);
  size_t frame = frame_begin(&request, kind);
  put_words(&request, table->name);
  put_integer(&request, run->number);
  if (kind == INSERT) put_words(&request, sqlite3_sql(run->statement)); /* it may have a RETURNING clause */
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
