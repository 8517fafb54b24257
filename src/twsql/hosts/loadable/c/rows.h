/* A batch of rows as the worker sends it: read once, then any of its values is found at once. */
#ifndef TWSQL_ROWS_H
#define TWSQL_ROWS_H

#include "frame.h"

typedef struct Rows {
  uint8_t *data;     /* the frame without its length; owned */
  uint32_t *places;  /* of each value in `data`, row by row; owned */
  int *columns;      /* the number of the column that each of a row's values is of; owned */
  int width;         /* how many values a row has */
  int64_t count;     /* how many rows there are */
  bool last;         /* whether no further batch will follow */
} Rows;

/* Take over `data`, a ROWS frame from its kind on. False where it is malformed or memory is short; `rows` is empty then. */
bool rows_read(Rows *rows, uint8_t *data, size_t size);

/* The value of a column; false where the batch does not have the column. */
bool rows_value(const Rows *rows, int64_t row, int column, Value *value);

void rows_free(Rows *rows);

#endif
