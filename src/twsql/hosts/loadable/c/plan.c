/* xBestIndex: the question goes to the worker as it is, and its answer back to SQLite. */
#include <stdlib.h>
#include <string.h>

#include "module.h"

static void put_question(Bytes *request, const Table *table, sqlite3_index_info *info) {
  size_t frame = frame_begin(request, PLAN);
  put_words(request, table->name);
  put_integer(request, (sqlite3_int64)info->colUsed);
  put_integer(request, info->nConstraint);
  for (int i = 0; i < info->nConstraint; i++) {
    const struct sqlite3_index_constraint *constraint = &info->aConstraint[i];
    const char *collation = sqlite3_vtab_collation(info, i);
    put_integer(request, constraint->iColumn);
    put_integer(request, constraint->op);
    put_integer(request, constraint->usable);
    put_words(request, collation == NULL ? "BINARY" : collation);
    put_integer(request, sqlite3_vtab_in(info, i, -1));
  }
  put_integer(request, info->nOrderBy);
  for (int i = 0; i < info->nOrderBy; i++) {
    put_integer(request, info->aOrderBy[i].iColumn);
    put_integer(request, info->aOrderBy[i].desc);
  }
  frame_end(request, frame);
}

static bool take_arguments(Reader *reader, sqlite3_index_info *info) {
  int place = 0;
  while (reader->at < reader->end) {
    int64_t number, omit;
    if (!get_integer(reader, &number) || !get_integer(reader, &omit)) return false;
    if (number < 0 || number >= info->nConstraint) return false;
    info->aConstraintUsage[number].argvIndex = ++place;
    info->aConstraintUsage[number].omit = omit != 0;
    if (sqlite3_vtab_in(info, (int)number, -1)) sqlite3_vtab_in(info, (int)number, 1);
  }
  return true;
}

/* What EXPLAIN QUERY PLAN shows ends at the first zero. The plan is behind it: SQLite gives xFilter the same address. */
static char *shown_and_plan(const Value *asks, const Value *plan) {
  size_t size = strnlen((const char *)asks->bytes, asks->size);
  char *both = sqlite3_malloc64(size + 1 + plan->size + 1);
  if (both == NULL) return NULL;
  memcpy(both, asks->bytes, size);
  both[size] = 0;
  memcpy(both + size + 1, plan->bytes, plan->size);
  both[size + 1 + plan->size] = 0;
  return both;
}

static bool take_plan(Reader *reader, sqlite3_index_info *info) {
  Value asks, plan;
  int64_t rows, ordered, unique;
  if (!get_text(reader, &asks) || !get_text(reader, &plan) || !get_real(reader, &info->estimatedCost) ||
      !get_integer(reader, &rows) || !get_integer(reader, &ordered) || !get_integer(reader, &unique)) {
    return false;
  }
  info->estimatedRows = rows;
  info->orderByConsumed = ordered != 0;
  info->idxFlags = unique ? SQLITE_INDEX_SCAN_UNIQUE : 0;
  info->idxStr = shown_and_plan(&asks, &plan);
  info->needToFreeIdxStr = 1;
  return info->idxStr != NULL && take_arguments(reader, info);
}

int table_best_index(sqlite3_vtab *base, sqlite3_index_info *info) {
  Table *table = (Table *)base;
  Bytes request = {0};
  Answer answer;
  put_question(&request, table, info);
  int code = table_ask(table, false, &request, VALUES, &answer);
  if (code != SQLITE_OK) return code;
  Reader reader = {answer.data + 1, answer.data + answer.size};
  if (reader.at == reader.end) {
    code = SQLITE_CONSTRAINT; /* another order of the join may have what this one lacks */
  } else if (take_plan(&reader, info)) {
    info->idxNum = statements_plan(&table->host->statements);
  } else {
    code = table_failed(table, SQLITE_ERROR, &(Reason){"twsql's worker gave a plan that is none"});
  }
  free(answer.data);
  return code;
}
