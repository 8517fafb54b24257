/* Waits for a socket without making Ctrl-C wait. */
#ifndef TWSQL_WAIT_H
#define TWSQL_WAIT_H

#include <signal.h>
#include <stdbool.h>

#include "sqlite.h"

typedef struct Wait {
  sqlite3 *db;
  bool stepping;
  int silence; /* milliseconds of waiting since the worker was last heard */
  sigset_t before;
  sigset_t during;
} Wait;

enum Waited { READY, INTERRUPTED, SILENT, BROKEN };

/* Signals stay pending from begin to end, and are let in only while `wait_for` waits: none is missed in between. */
void wait_begin(Wait *wait, sqlite3 *db, bool stepping);
void wait_end(const Wait *wait);

/* Wait until the socket is ready for `events` (POLLIN or POLLOUT); SILENT after `timeout` milliseconds. */
enum Waited wait_for(Wait *wait, int fd, short events, int timeout);

#endif
