#include "module.h"

#include <stdlib.h>
#include <string.h>

void host_release(void *argument) {
  Host *host = argument;
  if (--host->references > 0) return;
  channel_close(&host->channel);
  statements_free(&host->statements);
  sqlite3_free(host);
  worker_release();
}

int table_failed(Table *table, int code, const Reason *reason) {
  sqlite3_free(table->base.zErrMsg);
  table->base.zErrMsg = sqlite3_mprintf("%s", reason->words);
  return code;
}

int table_ask(Table *table, bool stepping, Bytes *request, enum Kind expected, Answer *answer) {
  Reason reason;
  Host *host = table->host;
  int code = channel_ask(&host->channel, host->db, stepping, request, expected, answer, &reason);
  bytes_free(request);
  return code == SQLITE_OK ? code : table_failed(table, code, &reason);
}

void put_value(Bytes *bytes, sqlite3_value *value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      put_integer(bytes, sqlite3_value_int64(value));
      break;
    case SQLITE_FLOAT:
      put_real(bytes, sqlite3_value_double(value));
      break;
    case SQLITE_TEXT: {
      const unsigned char *text = sqlite3_value_text(value);
      put_text(bytes, text, text == NULL ? 0 : (size_t)sqlite3_value_bytes(value));
      break;
    }
    case SQLITE_BLOB: {
      const void *blob = sqlite3_value_blob(value);
      put_blob(bytes, blob, (size_t)sqlite3_value_bytes(value));
      break;
    }
    default:
      put_null(bytes);
  }
}

void give_value(sqlite3_context *context, const Value *value) {
  switch (value->tag) {
    case TAG_INTEGER:
      sqlite3_result_int64(context, value->integer);
      break;
    case TAG_REAL:
      sqlite3_result_double(context, value->real);
      break;
    case TAG_TEXT:
      sqlite3_result_text64(context, (const char *)value->bytes, value->size, SQLITE_TRANSIENT, SQLITE_UTF8);
      break;
    case TAG_BLOB:
      sqlite3_result_blob64(context, value->bytes, value->size, SQLITE_TRANSIENT);
      break;
    default:
      sqlite3_result_null(context);
  }
}

/* The worker's description of the relation: CREATE TABLE, and whether it may have an effect. */
static int declare(Host *host, const char *name, Reason *reason) {
  Bytes request = {0};
  Answer answer;
  size_t frame = frame_begin(&request, RELATION);
  put_words(&request, name);
  frame_end(&request, frame);
  int code = channel_ask(&host->channel, host->db, false, &request, VALUES, &answer, reason);
  bytes_free(&request);
  if (code != SQLITE_OK) return code;
  Reader reader = {answer.data + 1, answer.data + answer.size};
  Value sql;
  int64_t effects = 0;
  bool whole = get_text(&reader, &sql) && get_integer(&reader, &effects);
  char *text = whole ? sqlite3_mprintf("%.*s", (int)sql.size, (const char *)sql.bytes) : NULL;
  free(answer.data);
  /* A view or trigger that came with somebody's file must not place calls. */
  if (effects) sqlite3_vtab_config(host->db, SQLITE_VTAB_DIRECTONLY);
  code = text == NULL ? SQLITE_ERROR : sqlite3_declare_vtab(host->db, text);
  if (code != SQLITE_OK) because(reason, "cannot declare %s: %s", name, sqlite3_errmsg(host->db));
  sqlite3_free(text);
  return code;
}

static int connect_table(sqlite3 *db, void *host, int count, const char *const *arguments, sqlite3_vtab **vtab,
                         char **message) {
  (void)db, (void)count;
  Reason reason;
  int code = declare(host, arguments[0], &reason);
  if (code != SQLITE_OK) {
    *message = sqlite3_mprintf("%s", reason.words);
    return code;
  }
  Table *table = sqlite3_malloc64(sizeof *table);
  if (table == NULL) return SQLITE_NOMEM;
  *table = (Table){.host = host, .name = sqlite3_mprintf("%s", arguments[0])};
  if (table->name == NULL) {
    sqlite3_free(table);
    return SQLITE_NOMEM;
  }
  *vtab = &table->base;
  return SQLITE_OK;
}

static int disconnect_table(sqlite3_vtab *base) {
  Table *table = (Table *)base;
  sqlite3_free(table->name);
  sqlite3_free(table);
  return SQLITE_OK;
}

/* Without xCreate they are there in every schema by their names, and nowhere else. */
const sqlite3_module twsql_module = {
    .iVersion = 0,
    .xConnect = connect_table,
    .xDisconnect = disconnect_table,
    .xBestIndex = table_best_index,
    .xUpdate = table_update,
    .xOpen = cursor_open,
    .xClose = cursor_close,
    .xFilter = cursor_filter,
    .xNext = cursor_next,
    .xEof = cursor_eof,
    .xColumn = cursor_column,
    .xRowid = cursor_rowid,
};
