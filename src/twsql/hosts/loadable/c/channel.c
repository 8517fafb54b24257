#include "channel.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wait.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/* A worker at work says so each second. The first answer takes longer: it starts Python. */
#ifndef TWSQL_WORKER_TIMEOUT
#define TWSQL_WORKER_TIMEOUT 10 /* Seconds without a sign of life after which a worker is ended. */
#endif

enum { WORKER_TIMEOUT = TWSQL_WORKER_TIMEOUT * 1000, TIMEOUT_AT_START = 60 * 1000 };

void channel_close(Channel *channel) {
  if (channel->fd >= 0) close(channel->fd);
  channel->fd = -1;
  bytes_free(&channel->told);
}

/* Say why the conversation has ended, and end it. */
static int broken(Channel *channel, enum Waited how, int timeout, Reason *reason) {
  int saved = errno;
  channel_close(channel);
  switch (how) {
    case INTERRUPTED:
      because(reason, "interrupted");
      return SQLITE_INTERRUPT;
    case SILENT:
      worker_kill(channel->worker, timeout / 1000, reason);
      return SQLITE_ERROR;
    case READY:
      worker_cause(channel->worker, reason);
      return SQLITE_ERROR;
    case BROKEN:
    default:
      because(reason, "the channel to twsql's worker is broken: %s", strerror(saved));
      return SQLITE_ERROR;
  }
}

static bool would_block(void) { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

/* Each gives false with `how`: READY means that the worker has closed its end. */
static bool send_all(Channel *channel, Wait *wait, int timeout, const Bytes *bytes, enum Waited *how) {
  size_t done = 0;
  while (done < bytes->size) {
    ssize_t sent = send(channel->fd, bytes->data + done, bytes->size - done, MSG_NOSIGNAL);
    if (sent >= 0) {
      done += (size_t)sent;
      wait->silence = 0;
    } else if (!would_block()) {
      *how = READY;
      return false;
    } else if ((*how = wait_for(wait, channel->fd, POLLOUT, timeout)) != READY) {
      return false;
    }
  }
  return true;
}

static bool receive(Channel *channel, Wait *wait, int timeout, uint8_t *data, size_t size, enum Waited *how) {
  size_t done = 0;
  while (done < size) {
    ssize_t got = recv(channel->fd, data + done, size - done, 0);
    if (got > 0) {
      done += (size_t)got;
      wait->silence = 0;
    } else if (got == 0 || !would_block()) {
      *how = READY;
      return false;
    } else if ((*how = wait_for(wait, channel->fd, POLLIN, timeout)) != READY) {
      return false;
    }
  }
  return true;
}

static bool receive_answer(Channel *channel, Wait *wait, int timeout, Answer *answer, enum Waited *how) {
  uint8_t head[4];
  do {
    free(answer->data);
    *answer = (Answer){0};
    if (!receive(channel, wait, timeout, head, sizeof head, how)) return false;
    answer->size = frame_length(head);
    answer->data = answer->size > 0 ? malloc(answer->size) : NULL;
    if (answer->data == NULL) {
      errno = answer->size > 0 ? ENOMEM : EPROTO;
      *how = BROKEN;
      return false;
    }
    if (!receive(channel, wait, timeout, answer->data, answer->size, how)) return false;
  } while (answer->data[0] == ALIVE);
  return true;
}

static int refused(Channel *channel, const Answer *answer, Reason *reason) {
  Reader reader = {answer->data + 1, answer->data + answer->size};
  Value words;
  if (answer->data[0] == FAILED && get_text(&reader, &words)) {
    because(reason, "%.*s", (int)words.size, (const char *)words.bytes);
    return SQLITE_ERROR;
  }
  channel_close(channel);
  because(reason, "twsql's worker gave an answer that is none: the extension and the worker are of different builds");
  return SQLITE_ERROR;
}

static int converse(Channel *channel, sqlite3 *db, bool stepping, int timeout, Bytes *request, enum Kind expected,
                    Answer *answer, Reason *reason) {
  *answer = (Answer){0};
  bytes_add(&channel->told, request->data, request->size);
  if (request->failed || channel->told.failed) {
    bytes_free(&channel->told);
    because(reason, "more than %u MB in one statement's values: pass fewer at a time", FRAME_MOST / 1024 / 1024);
    return SQLITE_TOOBIG;
  }
  Wait wait;
  enum Waited how;
  wait_begin(&wait, db, stepping);
  bool answered = send_all(channel, &wait, timeout, &channel->told, &how) &&
                  receive_answer(channel, &wait, timeout, answer, &how);
  wait_end(&wait);
  channel->told.size = 0;
  int code = SQLITE_OK;
  if (!answered) {
    code = broken(channel, how, timeout, reason);
  } else if (answer->data[0] != expected) {
    code = refused(channel, answer, reason);
  }
  if (code != SQLITE_OK) {
    free(answer->data);
    *answer = (Answer){0};
  }
  return code;
}

/* The worker must speak the same frames: an upgrade may have replaced it under a host that runs. */
static int greet(Channel *channel, sqlite3 *db, bool stepping, Reason *reason) {
  Bytes hello = {0};
  Answer answer;
  size_t frame = frame_begin(&hello, HELLO);
  put_integer(&hello, FRAME_VERSION);
  frame_end(&hello, frame);
  int code = converse(channel, db, stepping, TIMEOUT_AT_START, &hello, VALUES, &answer, reason);
  bytes_free(&hello);
  if (code != SQLITE_OK) return code;
  Reader reader = {answer.data + 1, answer.data + answer.size};
  int64_t version = 0;
  bool same = get_integer(&reader, &version) && version == FRAME_VERSION;
  free(answer.data);
  if (same) return SQLITE_OK;
  channel_close(channel);
  because(reason, "the extension speaks version %d of its protocol and the worker %d: start this program again",
          FRAME_VERSION, (int)version);
  return SQLITE_ERROR;
}

bool channel_is(const Channel *channel, unsigned number) {
  return channel->fd >= 0 && channel->number == number && channel->owner == getpid();
}

int channel_open(Channel *channel, sqlite3 *db, bool stepping, Reason *reason) {
  if (channel_is(channel, channel->number)) return SQLITE_OK;
  channel_close(channel);
  channel->number++;
  channel->owner = getpid();
  channel->fd = worker_channel(&channel->worker, reason);
  return channel->fd < 0 ? SQLITE_ERROR : greet(channel, db, stepping, reason);
}

int channel_ask(Channel *channel, sqlite3 *db, bool stepping, Bytes *request, enum Kind expected, Answer *answer,
                Reason *reason) {
  int code = channel_open(channel, db, stepping, reason);
  if (code == SQLITE_OK) code = converse(channel, db, stepping, WORKER_TIMEOUT, request, expected, answer, reason);
  return code;
}

void channel_tell(Channel *channel) {
  if (channel->fd < 0 || channel->owner != getpid() || channel->told.failed) return;
  ssize_t sent = send(channel->fd, channel->told.data, channel->told.size, MSG_NOSIGNAL);
  if (sent <= 0) return; /* it goes with the next question, which also finds out if the worker has ended */
  memmove(channel->told.data, channel->told.data + sent, channel->told.size - (size_t)sent);
  channel->told.size -= (size_t)sent;
}
