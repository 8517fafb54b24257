/* SQLite's interface as a loadable extension sees it, with what is newer than the headers may be. */
#ifndef TWSQL_SQLITE_H
#define TWSQL_SQLITE_H

#include <sqlite3ext.h>

#if SQLITE_VERSION_NUMBER < 3038000
#error "sqlite3ext.h is older than SQLite 3.38, which has what twsql needs (sqlite3_vtab_in)"
#endif

enum { OLDEST_SQLITE = 3038000, SQLITE_WITH_IS_INTERRUPTED = 3041000 };

extern const sqlite3_api_routines *sqlite3_api;

#endif
