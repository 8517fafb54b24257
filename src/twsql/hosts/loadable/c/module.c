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

/* What the main file says of a table of this name, NULL if nothing; to be freed. A worker cannot look for itself. */
static int find_entry(sqlite3 *db, const char *name, char **entry) {
  sqlite3_stmt *statement;
  const char *sql = "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE";
  *entry = NULL;
  int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
  if (code != SQLITE_OK) return code;
  sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
  if (sqlite3_step(statement) == SQLITE_ROW) *entry = sqlite3_mprintf("%s", sqlite3_column_text(statement, 0));
  return sqlite3_finalize(statement);
}

/* SQLite's arguments are the module, the schema, the table's name, and what stands in parentheses after USING. */
static int ask_for_relation(Host *host, int count, const char *const *arguments, Answer *answer, Reason *reason) {
  char *entry;
  int code = find_entry(host->db, arguments[2], &entry);
  if (code != SQLITE_OK) {
    because(reason, "cannot read the schema: %s", sqlite3_errmsg(host->db));
    return code;
  }
  Bytes request = {0};
  size_t frame = frame_begin(&request, RELATION);
  if (entry == NULL) put_null(&request);
  else put_words(&request, entry);
  for (int i = 0; i < count; i++) put_words(&request, arguments[i]);
  frame_end(&request, frame);
  sqlite3_free(entry);
  code = channel_ask(&host->channel, host->db, false, &request, VALUES, answer, reason);
  bytes_free(&request);
  return code;
}

/* The worker's description of the relation: its name, CREATE TABLE, whether it may have an effect, and if a file lists it
 * why it cannot be changed. Or why the file's table is refused altogether. */
static int declare(Table *table, int count, const char *const *arguments, Reason *reason) {
  Host *host = table->host;
  Answer answer;
  int code = ask_for_relation(host, count, arguments, &answer, reason);
  if (code != SQLITE_OK) return code;
  Reader reader = {answer.data + 1, answer.data + answer.size};
  Value name, sql, refusal;
  int64_t effects = 0;
  bool whole = get_text(&reader, &name) && get_text(&reader, &sql) && get_integer(&reader, &effects);
  char *text = whole ? sqlite3_mprintf("%.*s", (int)sql.size, (const char *)sql.bytes) : NULL;
  table->name = whole ? sqlite3_mprintf("%.*s", (int)name.size, (const char *)name.bytes) : NULL;
  if (whole && get_text(&reader, &refusal)) {
    table->refusal = sqlite3_malloc64(sizeof *table->refusal);
    whole = table->refusal != NULL;
    if (whole) because(table->refusal, "%.*s", (int)refusal.size, (const char *)refusal.bytes);
  }
  free(answer.data);
  /* A view or trigger that came with somebody's file must not place calls. */
  if (effects) sqlite3_vtab_config(host->db, SQLITE_VTAB_DIRECTONLY);
  code = !whole || text == NULL || table->name == NULL ? SQLITE_ERROR : sqlite3_declare_vtab(host->db, text);
  if (code != SQLITE_OK) because(reason, "cannot declare %s: %s", arguments[0], sqlite3_errmsg(host->db));
  sqlite3_free(text);
  return code;
}

static int disconnect_table(sqlite3_vtab *base) {
  Table *table = (Table *)base;
  sqlite3_free(table->name);
  sqlite3_free(table->refusal);
  sqlite3_free(table);
  return SQLITE_OK;
}

static int connect_table(sqlite3 *db, void *host, int count, const char *const *arguments, sqlite3_vtab **vtab,
                         char **message) {
  (void)db;
  Reason reason;
  Table *table = sqlite3_malloc64(sizeof *table);
  if (table == NULL) return SQLITE_NOMEM;
  *table = (Table){.host = host};
  int code = declare(table, count, arguments, &reason);
  if (code != SQLITE_OK) {
    *message = sqlite3_mprintf("%s", reason.words);
    disconnect_table(&table->base);
    return code;
  }
  *vtab = &table->base;
  return SQLITE_OK;
}

#define METHODS                                                                                                    \
  .iVersion = 0, .xConnect = connect_table, .xDisconnect = disconnect_table, .xBestIndex = table_best_index,      \
  .xUpdate = table_update, .xOpen = cursor_open, .xClose = cursor_close, .xFilter = cursor_filter,                 \
  .xNext = cursor_next, .xEof = cursor_eof, .xColumn = cursor_column, .xRowid = cursor_rowid

/* The same xCreate as xConnect: they are there in every schema by their names, and a file can list them. */
const sqlite3_module table_module = {METHODS, .xCreate = connect_table, .xDestroy = disconnect_table};

/* Without xCreate they are there by their names, and nowhere else. */
const sqlite3_module procedure_module = {METHODS};

bool table_acts(const Table *table) { return table->base.pModule == &procedure_module; }
