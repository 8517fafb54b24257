/* The worker: one process of Python for this process, started when it is first needed. */
#ifndef TWSQL_WORKER_H
#define TWSQL_WORKER_H

#include <stdbool.h>

enum { WORDS = 600 };

/* Why something could not be done, in words for the user. */
typedef struct Reason {
  char words[WORDS];
} Reason;

__attribute__((format(printf, 2, 3))) void because(Reason *reason, const char *format, ...);

/* Note that a connection may use the worker, or will not any more. When nobody will, the worker ends. */
bool worker_hold(void);
void worker_release(void);

/* Open a channel to the worker, and start one if there is none. Gives a non-blocking socket that the caller closes, and
 * in `number` which worker it leads to; -1 with a reason where that fails. */
int worker_channel(long *number, Reason *reason);

/* Say how this worker ended, after its channel has closed. */
void worker_cause(long number, Reason *reason);

/* End a worker that gives no sign of life. */
void worker_kill(long number, int silence, Reason *reason);

#endif
