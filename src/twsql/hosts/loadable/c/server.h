/* Whether the host is a server, whose SQL others may write. */
#ifndef TWSQL_SERVER_H
#define TWSQL_SERVER_H

#include <stdbool.h>

#include "worker.h"

/* False with a reason where the host listens for connections and TWSQL_READ_ONLY does not say what it may do. */
bool effects_allowed(Reason *reason);

#endif
