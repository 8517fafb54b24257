#include "wait.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <time.h>

enum { TICK = 100 };

/* Signals that hosts use for their own ends: they are no wish to stop. They are let in between two ticks. */
static const int harmless[] = {SIGALRM, SIGCHLD, SIGCONT, SIGIO, SIGPROF, SIGURG, SIGUSR1, SIGUSR2, SIGVTALRM, SIGWINCH};

void wait_begin(Wait *wait, sqlite3 *db, bool stepping) {
  *wait = (Wait){.db = db, .stepping = stepping};
  sigset_t held;
  sigemptyset(&held);
  sigaddset(&held, SIGINT);
  pthread_sigmask(SIG_BLOCK, &held, &wait->before);
  wait->during = wait->before;
  for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) sigaddset(&wait->during, harmless[i]);
}

void wait_end(const Wait *wait) { pthread_sigmask(SIG_SETMASK, &wait->before, NULL); }

static int poll_once(const Wait *wait, struct pollfd *socket) {
#ifdef __linux__
  const struct timespec tick = {.tv_nsec = TICK * 1000000L};
  return ppoll(socket, 1, &tick, &wait->during);
#else
  /* Without ppoll a signal that comes just before poll is seen at the next tick, by sqlite3_interrupt's flag. */
  sigset_t held;
  pthread_sigmask(SIG_SETMASK, &wait->during, &held);
  int ready = poll(socket, 1, TICK);
  int problem = errno;
  pthread_sigmask(SIG_SETMASK, &held, NULL);
  errno = problem;
  return ready;
#endif
}

/* Whether sqlite3_interrupt was called. Before 3.41 SQLite does not tell, but it lets no statement run then. (One that
 * is being prepared, with none that runs, would clear the flag by that; planning takes milliseconds anyway.) */
static bool is_interrupted(const Wait *wait) {
#if SQLITE_VERSION_NUMBER >= 3041000
  if (sqlite3_libversion_number() >= SQLITE_WITH_IS_INTERRUPTED) return sqlite3_is_interrupted(wait->db) != 0;
#endif
  return wait->stepping && sqlite3_exec(wait->db, "SELECT 1", NULL, NULL, NULL) == SQLITE_INTERRUPT;
}

enum Waited wait_for(Wait *wait, int fd, short events, int timeout) {
  struct pollfd socket = {.fd = fd, .events = events};
  while (wait->silence < timeout) {
    int ready = poll_once(wait, &socket);
    if (ready > 0) return READY;
    if (ready < 0) return errno == EINTR ? INTERRUPTED : BROKEN;
    if (is_interrupted(wait)) return INTERRUPTED;
    /* Counted in ticks and not by the clock, which goes on while the host is stopped (Ctrl-Z). */
    wait->silence += TICK;
  }
  return SILENT;
}
