#include "place.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *last_part(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? path : slash + 1;
}

/* Cut off the last parts of a path; false where it has too few. */
static bool go_up(char *path, int parts) {
  while (parts-- > 0) {
    char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path) return false;
    *slash = '\0';
  }
  return true;
}

static bool usable(char python[PATH_MAX], const char *directory, const char *name) {
  int size = snprintf(python, PATH_MAX, "%s/%s", directory, name);
  return size > 0 && size < PATH_MAX && access(python, X_OK) == 0;
}

/* PREFIX/lib/python3.11/site-packages/twsql/hosts/loadable: then it is PREFIX/bin/python3.11. Packages may have a prefix
 * that Python does not (~/.local, /usr/local on Debian): then it is the system's Python of that version. */
static bool find_by_prefix(Place *place, const char *directory) {
  char prefix[PATH_MAX], version[64], bin[PATH_MAX + 8];
  snprintf(prefix, sizeof prefix, "%s", directory);
  if (!go_up(prefix, 4)) return false;
  snprintf(version, sizeof version, "%.60s", last_part(prefix));
  if (strncmp(version, "python3", 7) != 0 || !go_up(prefix, 2)) return false;
  snprintf(bin, sizeof bin, "%s/bin", prefix);
  return usable(place->python, bin, version) || usable(place->python, bin, "python3") ||
         usable(place->python, "/usr/local/bin", version) || usable(place->python, "/usr/bin", version);
}

/* The package's build notes its Python in this file where the extension stays among the sources (pip install -e). */
static bool find_by_note(Place *place, const char *directory) {
  char path[PATH_MAX + 16];
  snprintf(path, sizeof path, "%s/twsql.python", directory);
  FILE *note = fopen(path, "re");
  if (note == NULL) return false;
  bool found = fgets(place->python, PATH_MAX, note) != NULL;
  fclose(note);
  place->python[strcspn(place->python, "\n")] = '\0';
  return found && access(place->python, X_OK) == 0;
}

static bool own_directory(char directory[PATH_MAX]) {
  Dl_info info;
  static const char anchor = 0;
  return dladdr(&anchor, &info) != 0 && realpath(info.dli_fname, directory) != NULL && go_up(directory, 1);
}

bool place_find(Place *place, Reason *reason) {
  char directory[PATH_MAX];
  if (!own_directory(directory)) {
    because(reason, "the extension's own file is gone: reinstall twsql and load it again");
    return false;
  }
  int size = snprintf(place->program, sizeof place->program, "%s/__main__.py", directory);
  if (size >= (int)sizeof place->program || access(place->program, R_OK) != 0) {
    because(reason, "%.400s has no worker in it: load the extension from where twsql is installed", directory);
    return false;
  }
  const char *given = getenv("TWSQL_PYTHON");
  if (given != NULL && *given != '\0') {
    snprintf(place->python, sizeof place->python, "%s", given);
    return true;
  }
  if (find_by_note(place, directory) || find_by_prefix(place, directory)) return true;
  because(reason, "found no python for %.400s: set TWSQL_PYTHON to the one that twsql is installed in", directory);
  return false;
}
