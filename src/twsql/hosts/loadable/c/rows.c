#include "rows.h"

#include <stdlib.h>

enum { MOST_COLUMNS = 2000, MOST_ROWS = 1 << 20 };

void rows_free(Rows *rows) {
  free(rows->data);
  free(rows->places);
  free(rows->columns);
  *rows = (Rows){.last = true};
}

static bool read_head(Rows *rows, Reader *reader) {
  int64_t last, width;
  if (!get_integer(reader, &last) || !get_integer(reader, &rows->count) || !get_integer(reader, &width)) return false;
  if (rows->count < 0 || rows->count > MOST_ROWS || width < 0 || width > MOST_COLUMNS) return false;
  rows->last = last != 0;
  rows->width = (int)width;
  /* A value has one byte at least: nothing is reserved for what cannot be there. */
  return rows->count * width <= reader->end - reader->at;
}

static bool read_columns(Rows *rows, Reader *reader) {
  rows->columns = malloc(sizeof *rows->columns * ((size_t)rows->width + 1));
  if (rows->columns == NULL) return false;
  for (int i = 0; i < rows->width; i++) {
    int64_t column;
    if (!get_integer(reader, &column) || column < 0 || column > MOST_COLUMNS) return false;
    rows->columns[i] = (int)column;
  }
  return true;
}

static bool read_places(Rows *rows, Reader *reader) {
  size_t values = (size_t)rows->count * (size_t)rows->width;
  rows->places = malloc(sizeof *rows->places * (values + 1));
  if (rows->places == NULL) return false;
  for (size_t i = 0; i <= values; i++) {
    Value value;
    rows->places[i] = (uint32_t)(reader->at - rows->data);
    if (i < values && (!get_value(reader, &value) || value.tag == TAG_LIST || value.tag == TAG_SAME)) return false;
  }
  return reader->at == reader->end;
}

bool rows_read(Rows *rows, uint8_t *data, size_t size) {
  *rows = (Rows){.data = data};
  Reader reader = {data + (size > 0), data + size};
  if (size >= 1 && data[0] == ROWS && read_head(rows, &reader) && read_columns(rows, &reader) &&
      read_places(rows, &reader)) {
    return true;
  }
  rows_free(rows);
  return false;
}

bool rows_value(const Rows *rows, int64_t row, int column, Value *value) {
  for (int i = 0; i < rows->width; i++) {
    if (rows->columns[i] != column) continue;
    size_t number = (size_t)row * (size_t)rows->width + (size_t)i;
    Reader reader = {rows->data + rows->places[number], rows->data + rows->places[number + 1]};
    return get_value(&reader, value);
  }
  return false;
}
