/* Starts a process of Python that talks on one end of a socket pair. */
#ifndef TWSQL_START_H
#define TWSQL_START_H

#include <sys/types.h>

#include "worker.h"

typedef struct Started {
  pid_t pid;
  int control; /* our end: channels are passed over it; when it closes, the worker ends */
} Started;

bool start(Started *started, Reason *reason);

/* A connected pair of sockets that no other program inherits; false with errno. */
bool socket_pair(int ends[2]);

#endif
