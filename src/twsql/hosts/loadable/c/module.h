/* The tables and procedures as SQLite's virtual tables: each method asks the worker, which plans and scans. */
#ifndef TWSQL_MODULE_H
#define TWSQL_MODULE_H

#include "channel.h"
#include "rows.h"
#include "statements.h"

typedef struct Cursor Cursor;

/* What the tables of one connection share. */
typedef struct Host {
  sqlite3 *db;
  int references;
  Cursor *cursors; /* the open ones */
  sqlite3_int64 last_cursor;
  Channel channel;
  Statements statements;
} Host;

typedef struct Table {
  sqlite3_vtab base;
  Host *host;
  char *name;
  Reason *refusal; /* why it cannot be changed: a file lists it; NULL where it can */
} Table;

struct Cursor {
  sqlite3_vtab_cursor base;
  Cursor *next;
  sqlite3_int64 number;
  unsigned channel; /* 0: not yet started */
  Rows rows;
  sqlite3_int64 row;  /* the place in the batch, */
  sqlite3_int64 told; /* and the one that the worker knows of */
};

extern const sqlite3_module table_module, procedure_module;

void host_release(void *host);

/* Whether to read a row of it has an effect. */
bool table_acts(const Table *table);

/* Keep the words as the table's error message. */
int table_failed(Table *table, int code, const Reason *reason);

/* Ask what a frame holds, and free it. */
int table_ask(Table *table, bool stepping, Bytes *request, enum Kind expected, Answer *answer);

/* Add one of SQLite's values to a frame. */
void put_value(Bytes *bytes, sqlite3_value *value);
void give_value(sqlite3_context *context, const Value *value);

int table_best_index(sqlite3_vtab *base, sqlite3_index_info *info);
int table_update(sqlite3_vtab *base, int count, sqlite3_value **values, sqlite3_int64 *rowid);
int cursor_open(sqlite3_vtab *base, sqlite3_vtab_cursor **cursor);
int cursor_close(sqlite3_vtab_cursor *base);
int cursor_filter(sqlite3_vtab_cursor *base, int plan, const char *shown, int count, sqlite3_value **values);
int cursor_next(sqlite3_vtab_cursor *base);
int cursor_eof(sqlite3_vtab_cursor *base);
int cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column);
int cursor_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *rowid);

#endif
