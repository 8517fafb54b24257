/* Where this extension is installed, and with that the Python that its worker runs in. */
#ifndef TWSQL_PLACE_H
#define TWSQL_PLACE_H

#include <limits.h>
#include <stdbool.h>

#include "worker.h"

typedef struct Place {
  char python[PATH_MAX];
  char program[PATH_MAX]; /* the worker's main file, beside this extension */
} Place;

/* False with a reason where there is no Python to be found. */
bool place_find(Place *place, Reason *reason);

#endif
