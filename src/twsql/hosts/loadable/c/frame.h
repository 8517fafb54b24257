/* Frames: what the extension and its worker say to each other.
 *
 * A frame is its length (32 bits, little endian, of all that follows), one byte that tells its kind, and values. A value
 * is a byte that tells its type and then its content. frames.py is the other side; FRAME_VERSION changes with either.
 */
#ifndef TWSQL_FRAME_H
#define TWSQL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_VERSION 4
#define FRAME_HEAD 5u
#define FRAME_MOST (64u * 1024u * 1024u)

enum Kind {
  /* asked by the extension */
  HELLO = 1,
  RELATION = 2,
  PLAN = 3,
  FILTER = 4,
  FETCH = 5,
  COLUMN = 6,
  ROWID = 7,
  INSERT = 8,
  UPDATE = 9,
  DELETE = 10,
  SETTING = 11,
  MISSPELT = 15,
  /* told by the extension: there is no answer */
  CLOSE = 12,
  FORGET = 13,
  MOVED = 14,
  /* the worker's answers */
  VALUES = 32,
  ROWS = 33,
  FAILED = 34,
  ALIVE = 35
};

enum Tag {
  TAG_NULL = 0,
  TAG_INTEGER = 1,
  TAG_REAL = 2,
  TAG_TEXT = 3,
  TAG_BLOB = 4,
  TAG_LIST = 5, /* so many of the values that follow are the values of one IN */
  TAG_LAZY = 6, /* known only when it is asked for: to know it, something has to be done */
  TAG_SAME = 7  /* a column that an UPDATE leaves as it is */
};

/* Bytes that grow. Once memory runs out, or a frame would be too large, `failed` stays set and nothing is added. */
typedef struct Bytes {
  uint8_t *data;
  size_t size;
  size_t room;
  bool failed;
} Bytes;

typedef struct Value {
  enum Tag tag;
  int64_t integer; /* of a list: how many values follow */
  double real;
  const uint8_t *bytes;
  uint32_t size;
} Value;

/* What is still unread of a frame's values. */
typedef struct Reader {
  const uint8_t *at;
  const uint8_t *end;
} Reader;

void bytes_free(Bytes *bytes);
void bytes_add(Bytes *bytes, const void *data, size_t size);

/* Begin a frame; gives its place, for frame_end. */
size_t frame_begin(Bytes *bytes, enum Kind kind);
void frame_end(Bytes *bytes, size_t place);

void put_null(Bytes *bytes);
void put_integer(Bytes *bytes, int64_t value);
void put_real(Bytes *bytes, double value);
void put_text(Bytes *bytes, const void *text, size_t size);
void put_words(Bytes *bytes, const char *text);
void put_blob(Bytes *bytes, const void *data, size_t size);
void put_list(Bytes *bytes, uint32_t count);
void put_same(Bytes *bytes);
/* The place of a list whose count is not known yet, for list_end. */
size_t list_begin(Bytes *bytes);
void list_end(Bytes *bytes, size_t place, uint32_t count);

/* The length that a frame's head announces; 0 where it is none that can be. */
uint32_t frame_length(const uint8_t head[4]);

/* Each gives false where the next value is not there, is cut off or is not of the type. */
bool get_value(Reader *reader, Value *value);
bool get_integer(Reader *reader, int64_t *value);
bool get_real(Reader *reader, double *value);
bool get_text(Reader *reader, Value *value);

#endif
