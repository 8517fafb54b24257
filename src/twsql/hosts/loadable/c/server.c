/* A server is a program that has a socket on which it accepts connections, of its own or its parent's: Datasette and every
 * other web server have one; the sqlite3 shell, isql, a script and DBeaver have none. Who can send a page's address could
 * else place calls. */
#include "server.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static bool accepts_connections(int fd) {
  int listens = 0;
  socklen_t size = sizeof listens;
  return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens;
}

static bool listens(void) {
  DIR *open_files = opendir("/dev/fd");
  if (open_files == NULL) return true; /* who cannot tell must not call */
  bool found = false;
  struct dirent *entry;
  while (!found && (entry = readdir(open_files)) != NULL) {
    char *end;
    long fd = strtol(entry->d_name, &end, 10);
    found = end != entry->d_name && *end == '\0' && accepts_connections((int)fd);
  }
  closedir(open_files);
  return found;
}

bool effects_allowed(Reason *reason) {
  const char *said = getenv("TWSQL_READ_ONLY"); /* what it says the worker knows */
  if (said != NULL && said[strspn(said, " \t")] != '\0') return true;
  if (!listens()) return true;
  because(reason, "this program accepts connections, so others may write its SQL; nothing was sent: start it with"
                  " TWSQL_READ_ONLY=0 to let its SQL change Twilio and place calls");
  return false;
}
