/* Rows of a statement as Arrow's arrays, for `cursor.fetch_arrow_table()`: no Python object is made for a value.
 *
 * Python prepares and starts the statement with apsw, and calls these functions by ctypes to step it on. Its SQLite is apsw's own,
 * another one than that of a host of the extension in the same process; so its routines come by an entry point of their own. */
#include <sqlite3ext.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const sqlite3_api_routines *apsw_routines;
#define sqlite3_api apsw_routines
#define EXPORTED __attribute__((visibility("default")))

/* A value that does not fit its column's kind; other results are SQLite's codes. */
enum { MISFIT = -1 };

/* The kinds of columns are letters: i integer, f double, b boolean, s text, x blob, t timestamp (microseconds), d date (days),
 * and ? for an expression, which takes the kind of its first value. */
typedef struct {
  uint8_t *valid;  /* a bit a row */
  uint8_t *values; /* numbers, bits or bytes */
  int32_t *offsets;
  int64_t size; /* bytes in values, of text and blobs */
  int64_t room;
  int64_t nulls;
  char kind;
} Column;

typedef struct {
  int64_t rows;
  int64_t most; /* rows that there is room for */
  int32_t width;
  int32_t misfit; /* the column of a value that does not fit */
  Column *columns;
} Batch;

EXPORTED int sqlite3_twsqlarrow_init(sqlite3 *db, char **message, const sqlite3_api_routines *routines) {
  (void)db, (void)message;
  apsw_routines = routines;
  return SQLITE_OK_LOAD_PERMANENTLY;
}

/* Whether this statement runs, and begins the text. */
static bool runs(sqlite3_stmt *statement, const char *text) {
  const char *sql = sqlite3_sql(statement);
  return sqlite3_stmt_busy(statement) && sql != NULL && *sql != '\0' && strncmp(sql, text, strlen(sql)) == 0;
}

/* The running statement of this text; NULL if there is none, or several. With `known`, that one, if it still is there: its
 * owner may have closed it, and its memory is gone then. */
EXPORTED void *twsql_arrow_statement(sqlite3 *db, const char *text, const void *known) {
  sqlite3_stmt *found = NULL;
  for (sqlite3_stmt *each = sqlite3_next_stmt(db, NULL); each != NULL; each = sqlite3_next_stmt(db, each)) {
    if (!runs(each, text)) continue;
    if (each == known) return each;
    if (found != NULL && known == NULL) return NULL;
    found = each;
  }
  return known == NULL ? found : NULL;
}

EXPORTED const char *twsql_arrow_error(sqlite3 *db) { return sqlite3_errmsg(db); }

EXPORTED void twsql_arrow_free(Batch *batch) {
  for (int i = 0; batch->columns != NULL && i < batch->width; i++) {
    free(batch->columns[i].valid);
    free(batch->columns[i].values);
    free(batch->columns[i].offsets);
  }
  free(batch->columns);
  batch->columns = NULL;
}

static bool grow(Column *column, int64_t more) {
  if (column->size + more <= column->room) return true;
  int64_t room = column->room + column->room / 2 + more + 1024;
  uint8_t *values = realloc(column->values, (size_t)room);
  if (values == NULL) return false;
  column->values = values;
  column->room = room;
  return true;
}

/* Room for the values of a kind; zeroes, so that a NULL needs no write. */
static bool has_room(Column *column, int64_t rows) {
  if (column->kind == '?' || column->values != NULL || column->offsets != NULL) return true;
  if (column->kind == 's' || column->kind == 'x') {
    column->offsets = calloc((size_t)rows + 1, sizeof *column->offsets);
    return column->offsets != NULL && grow(column, rows);
  }
  column->values = calloc((size_t)rows, 8);
  return column->values != NULL;
}

EXPORTED bool twsql_arrow_begin(Batch *batch, const char *kinds, int64_t most) {
  int32_t width = (int32_t)strlen(kinds);
  *batch = (Batch){.most = most, .width = width, .misfit = -1, .columns = calloc((size_t)width, sizeof(Column))};
  bool good = batch->columns != NULL;
  for (int i = 0; good && i < width; i++) {
    Column *column = &batch->columns[i];
    column->kind = kinds[i];
    column->valid = calloc(((size_t)most + 7) / 8, 1);
    good = column->valid != NULL && has_room(column, most);
  }
  if (!good) twsql_arrow_free(batch);
  return good;
}

static bool is_utf8(const uint8_t *text, int size) {
  for (int at = 0; at < size;) {
    uint8_t first = text[at];
    int more = first < 0x80 ? 0 : first < 0xC2 ? -1 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : first < 0xF5 ? 3 : -1;
    if (more < 0 || at + more >= size) return false;
    for (int i = 1; i <= more; i++) {
      if ((text[at + i] & 0xC0) != 0x80) return false;
    }
    uint8_t second = more > 0 ? text[at + 1] : 0;
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
        (first == 0xF4 && second > 0x8F)) {
      return false; /* too long, half of a surrogate pair, or beyond Unicode */
    }
    at += more + 1;
  }
  return true;
}

static int number(const uint8_t *text, int digits) {
  int value = 0;
  for (int i = 0; i < digits; i++) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/* Days since 1970 of YYYY-MM-DD (the civil calendar, from March on, in eras of 400 years); false if it is no date. */
static bool days_of(const uint8_t *text, int64_t *days) {
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int year = number(text, 4), month = number(text + 5, 2), day = number(text + 8, 2);
  if (year < 1 || text[4] != '-' || text[7] != '-' || month < 1 || month > 12 || day < 1) return false;
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (day > lengths[month - 1] + (month == 2 && leap)) return false;
  int64_t shifted = year - (month <= 2) + 400;
  int64_t era = shifted / 400, within = shifted % 400;
  int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  *days = (era - 1) * 146097 + within * 365 + within / 4 - within / 100 + of_year - 719468;
  return true;
}

/* Microseconds since 1970 of YYYY-MM-DD[ HH:MM:SS[.ffffff][Z]], UTC. */
static bool moment_of(const uint8_t *text, int size, int64_t *moment) {
  int64_t days;
  if (size < 10 || !days_of(text, &days)) return false;
  *moment = days * 86400000000;
  if (size == 10) return true;
  if (size > 19 && text[size - 1] == 'Z') size--;
  if (size < 19 || (text[10] != ' ' && text[10] != 'T') || text[13] != ':' || text[16] != ':') return false;
  int hour = number(text + 11, 2), minute = number(text + 14, 2), second = number(text + 17, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  *moment += (int64_t)(hour * 3600 + minute * 60 + second) * 1000000;
  if (size == 19) return true;
  int digits = size - 20, fraction = number(text + 20, digits > 6 ? 6 : digits);
  if (text[19] != '.' || digits < 1 || digits > 9 || fraction < 0 || number(text + 20, digits) < 0) return false;
  for (int i = digits; i < 6; i++) fraction *= 10;
  *moment += fraction;
  return true;
}

static bool put_bytes(Column *column, int64_t row, const void *bytes, int size) {
  if (!grow(column, size)) return false;
  if (size > 0) memcpy(column->values + column->size, bytes, (size_t)size);
  column->size += size;
  column->offsets[row + 1] = (int32_t)column->size;
  return true;
}

static char kind_of(int type) {
  return type == SQLITE_INTEGER ? 'i' : type == SQLITE_FLOAT ? 'f' : type == SQLITE_TEXT ? 's' : 'x';
}

/* An expression whose values so far were integers has a double. */
static void widen(Column *column, int64_t rows) {
  for (int64_t i = 0; i < rows; i++) {
    int64_t whole;
    memcpy(&whole, column->values + 8 * i, 8);
    double real = (double)whole;
    memcpy(column->values + 8 * i, &real, 8);
  }
  column->kind = 'f';
}

static int put(Batch *batch, int at, sqlite3_stmt *statement, bool may_widen) {
  Column *column = &batch->columns[at];
  int64_t row = batch->rows;
  int type = sqlite3_column_type(statement, at);
  if (type == SQLITE_NULL) {
    column->nulls++;
    if (column->offsets != NULL) column->offsets[row + 1] = (int32_t)column->size;
    return SQLITE_OK;
  }
  if (column->kind == '?') {
    column->kind = kind_of(type);
    if (!has_room(column, batch->most)) return SQLITE_NOMEM;
  }
  if (column->kind == 'i' && type == SQLITE_FLOAT && may_widen) widen(column, row);
  bool fits = true;
  if (column->kind == 's' || column->kind == 'x') {
    const void *bytes = type == SQLITE_BLOB || column->kind == 'x' ? sqlite3_column_blob(statement, at)
                                                                   : (const void *)sqlite3_column_text(statement, at);
    int size = sqlite3_column_bytes(statement, at);
    if (column->kind == 's' && (type == SQLITE_BLOB || !is_utf8(bytes, size))) return MISFIT;
    if (column->kind == 'x' && type != SQLITE_BLOB && type != SQLITE_TEXT) return MISFIT;
    if (!put_bytes(column, row, bytes, size)) return SQLITE_NOMEM;
  } else if (column->kind == 'f') {
    double real = sqlite3_column_double(statement, at);
    fits = type == SQLITE_FLOAT || type == SQLITE_INTEGER;
    memcpy(column->values + 8 * row, &real, 8);
  } else if (column->kind == 'i' || column->kind == 'b') {
    int64_t whole = sqlite3_column_int64(statement, at);
    fits = type == SQLITE_INTEGER && (column->kind == 'i' || whole == 0 || whole == 1);
    if (column->kind == 'i') {
      memcpy(column->values + 8 * row, &whole, 8);
    } else if (whole) {
      column->values[row / 8] |= (uint8_t)(1 << row % 8);
    }
  } else {
    int64_t value = 0;
    const uint8_t *text = type == SQLITE_TEXT ? sqlite3_column_text(statement, at) : NULL;
    int size = text == NULL ? 0 : sqlite3_column_bytes(statement, at);
    fits = column->kind == 't' ? moment_of(text, size, &value) : size == 10 && days_of(text, &value);
    if (column->kind == 't') {
      memcpy(column->values + 8 * row, &value, 8);
    } else {
      int32_t days = (int32_t)value;
      memcpy(column->values + 4 * row, &days, 4);
    }
  }
  if (!fits) return MISFIT;
  column->valid[row / 8] |= (uint8_t)(1 << row % 8);
  return SQLITE_OK;
}

/* Fill a batch from the statement's current row on, up to `most` rows, or some bytes: SQLITE_ROW if a row is left, which is the
 * current one then; SQLITE_DONE; MISFIT; or SQLite's code of an error. `widen_at` has 'y' for each expression. */
EXPORTED int twsql_arrow_fill(Batch *batch, sqlite3_stmt *statement, const char *widen_at, int64_t bytes) {
  if (sqlite3_column_count(statement) != batch->width) return SQLITE_SCHEMA;
  int64_t size = 0;
  while (batch->rows < batch->most && size < bytes) {
    size = 0;
    for (int i = 0; i < batch->width; i++) {
      int code = put(batch, i, statement, widen_at[i] == 'y');
      if (code != SQLITE_OK) {
        batch->misfit = i;
        return code;
      }
      size += batch->columns[i].size;
    }
    batch->rows++;
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW) return code;
  }
  return SQLITE_ROW;
}
