/* The extension's entry: twsql's tables, procedures and functions for one connection. */
#include "sqlite.h"

SQLITE_EXTENSION_INIT1

#include <stdlib.h>

#include "module.h"
#include "relations.h"

/* The build gives TWSQL_VERSION. */
static const char *const tables[] = {TWSQL_TABLES};
static const char *const procedures[] = {TWSQL_PROCEDURES};

static void version(sqlite3_context *context, int count, sqlite3_value **values) {
  (void)count, (void)values;
  sqlite3_result_text(context, TWSQL_VERSION, -1, SQLITE_STATIC);
}

/* twsql_setting(name) and twsql_setting(name, value): the worker knows which there are, and which may be set so. */
static void setting(sqlite3_context *context, int count, sqlite3_value **values) {
  Host *host = sqlite3_user_data(context);
  Bytes request = {0};
  Answer answer;
  Reason reason;
  size_t frame = frame_begin(&request, SETTING);
  for (int i = 0; i < count; i++) put_value(&request, values[i]);
  frame_end(&request, frame);
  int code = channel_ask(&host->channel, host->db, true, &request, VALUES, &answer, &reason);
  bytes_free(&request);
  if (code != SQLITE_OK) {
    sqlite3_result_error(context, reason.words, -1);
    sqlite3_result_error_code(context, code);
    return;
  }
  Reader reader = {answer.data + 1, answer.data + answer.size};
  Value value;
  if (get_value(&reader, &value)) give_value(context, &value);
  free(answer.data);
}

static Host *host_new(sqlite3 *db) {
  Host *host = sqlite3_malloc64(sizeof *host);
  if (host == NULL) return NULL;
  *host = (Host){.db = db, .references = 1, .channel = {.fd = -1}, .statements = {.db = db}};
  if (worker_hold()) return host;
  sqlite3_free(host);
  return NULL;
}

static int add_relations(Host *host, const char *const *names, size_t count, const sqlite3_module *module) {
  int code = SQLITE_OK;
  for (size_t i = 0; i < count && code == SQLITE_OK; i++) {
    host->references++;
    code = sqlite3_create_module_v2(host->db, names[i], module, host, host_release);
  }
  return code;
}

static int add_functions(Host *host) {
  const int flags = SQLITE_UTF8 | SQLITE_DIRECTONLY; /* no view of somebody's file may change settings */
  int code = sqlite3_create_function_v2(host->db, "twsql_version", 0, SQLITE_UTF8 | SQLITE_INNOCUOUS, NULL, version,
                                        NULL, NULL, NULL);
  for (int count = 1; count <= 2 && code == SQLITE_OK; count++) {
    host->references++;
    code = sqlite3_create_function_v2(host->db, "twsql_setting", count, flags, host, setting, NULL, NULL, host_release);
  }
  return code;
}

__attribute__((visibility("default"))) int sqlite3_twsql_init(sqlite3 *db, char **message,
                                                              const sqlite3_api_routines *api) {
  SQLITE_EXTENSION_INIT2(api);
  if (sqlite3_libversion_number() < OLDEST_SQLITE) {
    *message = sqlite3_mprintf("twsql needs SQLite 3.38 or later, this is %s", sqlite3_libversion());
    return SQLITE_ERROR;
  }
  Host *host = host_new(db);
  if (host == NULL) return SQLITE_NOMEM;
  int code = add_relations(host, tables, sizeof tables / sizeof *tables, &table_module);
  if (code == SQLITE_OK) {
    code = add_relations(host, procedures, sizeof procedures / sizeof *procedures, &procedure_module);
  }
  if (code == SQLITE_OK) code = add_functions(host);
  host_release(host); /* the modules and functions hold it */
  /* The thread that waits for the worker's end runs code of this file, which must stay. */
  return code == SQLITE_OK ? SQLITE_OK_LOAD_PERMANENTLY : code;
}
