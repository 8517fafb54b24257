/* The conversation of one connection with the worker: one question, one answer. */
#ifndef TWSQL_CHANNEL_H
#define TWSQL_CHANNEL_H

#include <sys/types.h>

#include "frame.h"
#include "sqlite.h"
#include "worker.h"

typedef struct Channel {
  int fd;          /* -1: closed */
  pid_t owner;     /* the process that opened it: after a fork, the channel is still the parent's */
  long worker;     /* which worker it leads to */
  unsigned number; /* how many channels this connection has had; what it knew of earlier ones is gone */
  Bytes told;      /* what is told without a question, not yet sent */
} Channel;

/* The worker's answer: a frame from its kind on; owned by who asked. */
typedef struct Answer {
  uint8_t *data;
  size_t size;
} Answer;

/* See that the channel is open, after which `number` says which it is. SQLITE_OK, or another code with a reason.
 * `stepping`: a statement runs; otherwise one is being prepared. */
int channel_open(Channel *channel, sqlite3 *db, bool stepping, Reason *reason);

/* Whether the channel of this number is still open. */
bool channel_is(const Channel *channel, unsigned number);

/* Send the request and wait for its answer. The answer is of the kind `expected`: everything else is an error code with a
 * reason. Ctrl-C and sqlite3_interrupt end the wait: SQLITE_INTERRUPT, and what the worker was doing for this connection
 * ends. */
int channel_ask(Channel *channel, sqlite3 *db, bool stepping, Bytes *request, enum Kind expected, Answer *answer,
                Reason *reason);

/* Send what was told, as far as that works without waiting. */
void channel_tell(Channel *channel);

void channel_close(Channel *channel);

#endif
