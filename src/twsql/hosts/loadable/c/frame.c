#include "frame.h"

#include <stdlib.h>
#include <string.h>

void bytes_free(Bytes *bytes) {
  free(bytes->data);
  *bytes = (Bytes){0};
}

static bool has_room(Bytes *bytes, size_t more) {
  if (bytes->failed || more > 2 * (size_t)FRAME_MOST - bytes->size) {
    bytes->failed = true;
    return false;
  }
  if (bytes->size + more > bytes->room) {
    size_t room = (bytes->size + more) * 2;
    uint8_t *data = realloc(bytes->data, room);
    if (data == NULL) {
      bytes->failed = true;
      return false;
    }
    bytes->data = data;
    bytes->room = room;
  }
  return true;
}

void bytes_add(Bytes *bytes, const void *data, size_t size) {
  if (size > 0 && has_room(bytes, size)) {
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
  }
}

static void add_u8(Bytes *bytes, unsigned value) {
  uint8_t byte = (uint8_t)value;
  bytes_add(bytes, &byte, 1);
}

static void store_u32(uint8_t *at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> (8 * i));
}

static void add_u32(Bytes *bytes, uint32_t value) {
  uint8_t four[4];
  store_u32(four, value);
  bytes_add(bytes, four, sizeof four);
}

static void add_u64(Bytes *bytes, uint64_t value) {
  add_u32(bytes, (uint32_t)value);
  add_u32(bytes, (uint32_t)(value >> 32));
}

static uint32_t load_u32(const uint8_t *at) {
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

size_t frame_begin(Bytes *bytes, enum Kind kind) {
  size_t place = bytes->size;
  add_u32(bytes, 0);
  add_u8(bytes, kind);
  return place;
}

void frame_end(Bytes *bytes, size_t place) {
  if (bytes->failed) return;
  size_t length = bytes->size - place - 4;
  if (length > FRAME_MOST) {
    bytes->failed = true;
    return;
  }
  store_u32(bytes->data + place, (uint32_t)length);
}

void put_null(Bytes *bytes) { add_u8(bytes, TAG_NULL); }

void put_same(Bytes *bytes) { add_u8(bytes, TAG_SAME); }

void put_integer(Bytes *bytes, int64_t value) {
  add_u8(bytes, TAG_INTEGER);
  add_u64(bytes, (uint64_t)value);
}

void put_real(Bytes *bytes, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  add_u8(bytes, TAG_REAL);
  add_u64(bytes, bits);
}

static void put_sized(Bytes *bytes, enum Tag tag, const void *data, size_t size) {
  if (size > FRAME_MOST) {
    bytes->failed = true;
    return;
  }
  add_u8(bytes, tag);
  add_u32(bytes, (uint32_t)size);
  bytes_add(bytes, data, size);
}

void put_text(Bytes *bytes, const void *text, size_t size) { put_sized(bytes, TAG_TEXT, text, size); }

void put_words(Bytes *bytes, const char *text) { put_sized(bytes, TAG_TEXT, text, strlen(text)); }

void put_blob(Bytes *bytes, const void *data, size_t size) { put_sized(bytes, TAG_BLOB, data, size); }

void put_list(Bytes *bytes, uint32_t count) {
  add_u8(bytes, TAG_LIST);
  add_u32(bytes, count);
}

size_t list_begin(Bytes *bytes) {
  put_list(bytes, 0);
  return bytes->size - 4;
}

void list_end(Bytes *bytes, size_t place, uint32_t count) {
  if (!bytes->failed) store_u32(bytes->data + place, count);
}

uint32_t frame_length(const uint8_t head[4]) {
  uint32_t length = load_u32(head);
  return length <= FRAME_MOST ? length : 0;
}

static size_t left(const Reader *reader) { return (size_t)(reader->end - reader->at); }

static bool get_u32(Reader *reader, uint32_t *value) {
  if (left(reader) < 4) return false;
  *value = load_u32(reader->at);
  reader->at += 4;
  return true;
}

static bool get_u64(Reader *reader, uint64_t *value) {
  if (left(reader) < 8) return false;
  *value = load_u32(reader->at) | (uint64_t)load_u32(reader->at + 4) << 32;
  reader->at += 8;
  return true;
}

static bool get_sized(Reader *reader, Value *value) {
  if (!get_u32(reader, &value->size) || left(reader) < value->size) return false;
  value->bytes = reader->at;
  reader->at += value->size;
  return true;
}

bool get_value(Reader *reader, Value *value) {
  *value = (Value){0};
  if (left(reader) < 1) return false;
  uint8_t tag = *reader->at++;
  uint64_t bits = 0;
  uint32_t count = 0;
  bool whole = true;
  switch (tag) {
    case TAG_NULL:
    case TAG_LAZY:
    case TAG_SAME:
      break;
    case TAG_INTEGER:
      whole = get_u64(reader, &bits);
      memcpy(&value->integer, &bits, sizeof bits);
      break;
    case TAG_REAL:
      whole = get_u64(reader, &bits);
      memcpy(&value->real, &bits, sizeof bits);
      break;
    case TAG_TEXT:
    case TAG_BLOB:
      whole = get_sized(reader, value);
      break;
    case TAG_LIST:
      whole = get_u32(reader, &count) && count <= left(reader); /* each of its values has one byte at least */
      value->integer = count;
      break;
    default:
      return false;
  }
  value->tag = (enum Tag)tag;
  return whole;
}

bool get_integer(Reader *reader, int64_t *value) {
  Value got;
  if (!get_value(reader, &got) || got.tag != TAG_INTEGER) return false;
  *value = got.integer;
  return true;
}

bool get_real(Reader *reader, double *value) {
  Value got;
  if (!get_value(reader, &got) || got.tag != TAG_REAL) return false;
  *value = got.real;
  return true;
}

bool get_text(Reader *reader, Value *value) { return get_value(reader, value) && value->tag == TAG_TEXT; }
