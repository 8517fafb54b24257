/* Cursors: rows come in batches; what is lazy is asked for when it is read. */
#include <stdlib.h>
#include <string.h>

#include "module.h"
#include "server.h"

static Table *table_of(const Cursor *cursor) { return (Table *)cursor->base.pVtab; }

int cursor_open(sqlite3_vtab *base, sqlite3_vtab_cursor **opened) {
  Host *host = ((Table *)base)->host;
  Cursor *cursor = sqlite3_malloc64(sizeof *cursor);
  if (cursor == NULL) return SQLITE_NOMEM;
  *cursor = (Cursor){.next = host->cursors, .number = ++host->last_cursor, .rows = {.last = true}};
  host->cursors = cursor;
  *opened = &cursor->base;
  return SQLITE_OK;
}

int cursor_close(sqlite3_vtab_cursor *base) {
  Cursor *cursor = (Cursor *)base;
  Channel *channel = &table_of(cursor)->host->channel;
  if (channel_is(channel, cursor->channel)) {
    size_t frame = frame_begin(&channel->told, CLOSE);
    put_integer(&channel->told, cursor->number);
    frame_end(&channel->told, frame);
    channel_tell(channel);
  }
  Cursor **link = &table_of(cursor)->host->cursors;
  while (*link != cursor) link = &(*link)->next;
  *link = cursor->next;
  rows_free(&cursor->rows);
  sqlite3_free(cursor);
  return SQLITE_OK;
}

static int take_rows(Cursor *cursor, Bytes *request) {
  Answer answer;
  rows_free(&cursor->rows);
  cursor->row = cursor->told = 0;
  int code = table_ask(table_of(cursor), true, request, ROWS, &answer);
  if (code == SQLITE_OK && !rows_read(&cursor->rows, answer.data, answer.size)) {
    code = table_failed(table_of(cursor), SQLITE_ERROR, &(Reason){"twsql's worker gave rows that are none"});
  }
  return code;
}

/* The value of a constraint; of an IN that comes whole, all its values. */
static int put_argument(Bytes *request, sqlite3_value *argument) {
  sqlite3_value *each = NULL;
  int code = sqlite3_vtab_in_first(argument, &each);
  if (code != SQLITE_OK && code != SQLITE_DONE) { /* it is no IN */
    put_value(request, argument);
    return SQLITE_OK;
  }
  size_t place = list_begin(request);
  uint32_t count = 0;
  for (; code == SQLITE_OK && each != NULL; code = sqlite3_vtab_in_next(argument, &each)) {
    put_value(request, each);
    count++;
  }
  list_end(request, place, count);
  return code == SQLITE_DONE || code == SQLITE_OK ? SQLITE_OK : code;
}

/* Tell how far the other cursors have come: the outer rows of a join say which inner ones will be wanted next. */
static void tell_moves(Host *host) {
  for (Cursor *each = host->cursors; each != NULL; each = each->next) {
    if (each->row == each->told || !channel_is(&host->channel, each->channel)) continue;
    size_t frame = frame_begin(&host->channel.told, MOVED);
    put_integer(&host->channel.told, each->number);
    put_integer(&host->channel.told, each->row);
    frame_end(&host->channel.told, frame);
    each->told = each->row;
  }
}

/* Whether the worker still knows the cursor. */
static int check_alive(Cursor *cursor, Reason *reason) {
  if (channel_is(&table_of(cursor)->host->channel, cursor->channel)) return SQLITE_OK;
  because(reason, "twsql's worker ended, or was interrupted, while this statement was read: run it again");
  return SQLITE_ERROR;
}

int cursor_filter(sqlite3_vtab_cursor *base, int plan, const char *shown, int count, sqlite3_value **values) {
  Cursor *cursor = (Cursor *)base;
  Table *table = table_of(cursor);
  Host *host = table->host;
  Reason reason;
  if (table_acts(table) && !effects_allowed(&reason)) return table_failed(table, SQLITE_READONLY, &reason);
  int code = channel_open(&host->channel, host->db, true, &reason);
  const Run *run = code == SQLITE_OK ? statements_run(&host->statements, plan, &host->channel, &reason) : NULL;
  if (run == NULL) return table_failed(table, code == SQLITE_OK ? SQLITE_ERROR : code, &reason);
  tell_moves(host);
  cursor->channel = host->channel.number;
  Bytes request = {0};
  size_t frame = frame_begin(&request, FILTER);
  put_integer(&request, cursor->number);
  put_words(&request, table->name);
  put_integer(&request, run->number);
  put_words(&request, shown + strlen(shown) + 1); /* the plan, see plan.c */
  for (int i = 0; i < count && code == SQLITE_OK; i++) code = put_argument(&request, values[i]);
  frame_end(&request, frame);
  if (code == SQLITE_OK) return take_rows(cursor, &request);
  bytes_free(&request);
  return code;
}

int cursor_next(sqlite3_vtab_cursor *base) {
  Cursor *cursor = (Cursor *)base;
  Reason reason;
  if (++cursor->row < cursor->rows.count || cursor->rows.last) return SQLITE_OK;
  int code = check_alive(cursor, &reason);
  if (code != SQLITE_OK) return table_failed(table_of(cursor), code, &reason);
  Bytes request = {0};
  size_t frame = frame_begin(&request, FETCH);
  put_integer(&request, cursor->number);
  frame_end(&request, frame);
  return take_rows(cursor, &request);
}

int cursor_eof(sqlite3_vtab_cursor *base) {
  Cursor *cursor = (Cursor *)base;
  return cursor->row >= cursor->rows.count;
}

/* Ask for one value of the row; `value` points into the answer. */
static int ask(Cursor *cursor, enum Kind kind, int column, Answer *answer, Value *value, Reason *reason) {
  int code = check_alive(cursor, reason);
  if (code != SQLITE_OK) return code;
  Host *host = table_of(cursor)->host;
  Bytes request = {0};
  size_t frame = frame_begin(&request, kind);
  put_integer(&request, cursor->number);
  put_integer(&request, cursor->row);
  put_integer(&request, column);
  frame_end(&request, frame);
  code = channel_ask(&host->channel, host->db, true, &request, VALUES, answer, reason);
  bytes_free(&request);
  if (code != SQLITE_OK) return code;
  Reader reader = {answer->data + 1, answer->data + answer->size};
  if (get_value(&reader, value)) return SQLITE_OK;
  free(answer->data);
  because(reason, "twsql's worker gave a value that is none");
  return SQLITE_ERROR;
}

int cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column) {
  Cursor *cursor = (Cursor *)base;
  Value value;
  if (sqlite3_vtab_nochange(context)) return SQLITE_OK;
  if (rows_value(&cursor->rows, cursor->row, column, &value) && value.tag != TAG_LAZY) {
    give_value(context, &value);
    return SQLITE_OK;
  }
  Reason reason;
  Answer answer;
  int code = ask(cursor, COLUMN, column, &answer, &value, &reason);
  if (code != SQLITE_OK) {
    sqlite3_result_error(context, reason.words, -1);
    sqlite3_result_error_code(context, code);
    return code;
  }
  give_value(context, &value);
  free(answer.data);
  return SQLITE_OK;
}

int cursor_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid) {
  Cursor *cursor = (Cursor *)base;
  Reason reason;
  Answer answer;
  Value value;
  int code = ask(cursor, ROWID, -1, &answer, &value, &reason);
  if (code != SQLITE_OK) return table_failed(table_of(cursor), code, &reason);
  *rowid = value.integer;
  free(answer.data);
  return SQLITE_OK;
}
