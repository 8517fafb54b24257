#include "start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "place.h"

/* Descriptors that the worker is given; the lowest that are not in use by the host lie above LOWEST. */
enum { CONTROL = 3, LOWEST = 10 };

/* Away from 0, 1 and 2, which a host may have closed, and from what the worker is given. */
static int moved(int fd) {
  if (fd < 0) return -1;
  int high = fcntl(fd, F_DUPFD_CLOEXEC, LOWEST);
  int problem = errno;
  close(fd);
  errno = problem;
  return high;
}

static bool both_moved(int ends[2]) {
  ends[0] = moved(ends[0]);
  ends[1] = moved(ends[1]);
  if (ends[0] >= 0 && ends[1] >= 0) return true;
  int problem = errno;
  if (ends[0] >= 0) close(ends[0]);
  if (ends[1] >= 0) close(ends[1]);
  errno = problem;
  return false;
}

bool socket_pair(int ends[2]) {
#ifdef SOCK_CLOEXEC
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0 && both_moved(ends);
#else
  return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 && both_moved(ends);
#endif
}

static bool pipe_pair(int ends[2]) {
#ifdef __linux__
  return pipe2(ends, O_CLOEXEC) == 0 && both_moved(ends);
#else
  return pipe(ends) == 0 && both_moved(ends);
#endif
}

/* In the child, between fork and exec: only what is safe there, as the host may have threads that held locks. */
static void become_worker(char *const arguments[], int control, int failure) {
  sigset_t none;
  sigemptyset(&none);
  signal(SIGINT, SIG_IGN); /* Ctrl-C reaches every process of the terminal; the host decides what it ends */
  pthread_sigmask(SIG_SETMASK, &none, NULL);
  int null = open("/dev/null", O_RDWR);
  if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDOUT_FILENO) >= 0 && dup2(control, CONTROL) >= 0) {
    execv(arguments[0], arguments);
  }
  int problem = errno;
  while (write(failure, &problem, sizeof problem) < 0 && errno == EINTR) continue;
  _exit(127);
}

/* The errno of an exec that failed; 0 when the pipe closed because it went well. */
static int exec_problem(int outcome) {
  int problem = 0;
  ssize_t size;
  do {
    size = read(outcome, &problem, sizeof problem);
  } while (size < 0 && errno == EINTR);
  return size == (ssize_t)sizeof problem ? problem : 0;
}

static pid_t spawn(const Place *place, int control, int *problem) {
  char host[24];
  int outcome[2];
  snprintf(host, sizeof host, "%ld", (long)getpid());
  /* -I: neither the host's PYTHONPATH nor its directory may put modules before ours. */
  char *const arguments[] = {(char *)place->python, "-I", (char *)place->program, host, NULL};
  if (!pipe_pair(outcome)) {
    *problem = errno;
    return -1;
  }
  pid_t pid = fork();
  if (pid == 0) become_worker(arguments, control, outcome[1]);
  *problem = pid < 0 ? errno : 0;
  close(outcome[1]);
  if (pid > 0) *problem = exec_problem(outcome[0]);
  close(outcome[0]);
  return pid;
}

bool start(Started *started, Reason *reason) {
  Place place;
  int ends[2], problem;
  if (!place_find(&place, reason)) return false;
  if (!socket_pair(ends)) {
    because(reason, "cannot start the worker: %s", strerror(errno));
    return false;
  }
  pid_t pid = spawn(&place, ends[1], &problem);
  close(ends[1]);
  if (problem == 0) {
    *started = (Started){pid, ends[0]};
    return true;
  }
  close(ends[0]);
  if (pid > 0) waitpid(pid, NULL, 0);
  because(reason, "cannot start %.400s: %s: set TWSQL_PYTHON to the python that twsql is installed in", place.python,
          strerror(problem));
  return false;
}
