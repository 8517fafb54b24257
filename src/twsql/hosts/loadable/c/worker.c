#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "start.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* macOS: SO_NOSIGPIPE is set on each socket */
#endif

enum { REAPER_STACK = 256 * 1024 };

/* The newest worker. Numbers tell it from those before it, as the system uses process ids again. */
static struct {
  long number;
  int holders;
  pid_t pid;
  int control; /* -1: none runs, or it has been told to end */
  bool ended;
  int status;
} worker = {.control = -1, .ended = true};

static pthread_mutex_t lock; /* recursive: to start a worker is to fork, which locks too */
static pthread_cond_t reaped = PTHREAD_COND_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

void because(Reason *reason, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(reason->words, sizeof reason->words, format, arguments);
  va_end(arguments);
}

static void init_lock(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&lock, &attributes);
  pthread_mutexattr_destroy(&attributes);
}

static void before_fork(void) { pthread_mutex_lock(&lock); }

static void after_fork_in_parent(void) { pthread_mutex_unlock(&lock); }

/* The worker is the parent's; the child forgets it and starts its own when it needs one. */
static void after_fork_in_child(void) {
  init_lock();
  pthread_cond_init(&reaped, NULL);
  if (worker.control >= 0) close(worker.control);
  worker.control = -1;
  worker.ended = true;
  worker.number++;
}

static void prepare(void) {
  init_lock();
  pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

bool worker_hold(void) {
  if (pthread_once(&once, prepare) != 0) return false;
  pthread_mutex_lock(&lock);
  worker.holders++;
  pthread_mutex_unlock(&lock);
  return true;
}

static void dismiss(void) {
  if (worker.control >= 0) close(worker.control);
  worker.control = -1;
}

void worker_release(void) {
  pthread_mutex_lock(&lock);
  if (--worker.holders == 0) dismiss();
  pthread_mutex_unlock(&lock);
}

/* Wait for the worker's end in a thread of its own: no zombie stays, whatever the host does about its children. */
static void *reap(void *argument) {
  long number = ((long *)argument)[0];
  pid_t pid = (pid_t)((long *)argument)[1];
  free(argument);
  siginfo_t info;
  int problem;
  do {
    problem = waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0 ? errno : 0;
  } while (problem == EINTR);
  pthread_mutex_lock(&lock);
  int status = 0;
  pid_t got = waitpid(pid, &status, WNOHANG); /* under the lock: as long as it is not `ended`, the pid is the worker's */
  if (number == worker.number) {
    worker.ended = true;
    worker.status = got == pid ? status : -1;
  }
  pthread_cond_broadcast(&reaped);
  pthread_mutex_unlock(&lock);
  return NULL;
}

static bool start_reaper(long number, pid_t pid) {
  long *argument = malloc(2 * sizeof *argument);
  if (argument == NULL) return false;
  argument[0] = number;
  argument[1] = pid;
  sigset_t all, before;
  pthread_attr_t attributes;
  pthread_t thread;
  sigfillset(&all);
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, REAPER_STACK);
  pthread_sigmask(SIG_SETMASK, &all, &before); /* the host's signals are not for this thread */
  int problem = pthread_create(&thread, &attributes, reap, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (problem != 0) free(argument);
  return problem == 0;
}

static bool ensure_running(Reason *reason) {
  Started started;
  if (!worker.ended && worker.control >= 0) return true;
  dismiss();
  if (!start(&started, reason)) return false;
  worker.number++;
  worker.pid = started.pid;
  worker.control = started.control;
  worker.ended = false;
  if (start_reaper(worker.number, worker.pid)) return true;
  dismiss();
  kill(started.pid, SIGKILL);
  waitpid(started.pid, NULL, 0);
  worker.ended = true;
  because(reason, "cannot start a thread to look after the worker");
  return false;
}

/* Hand the worker one end of a new channel. */
static bool pass(int control, int fd) {
  char byte = 0;
  union {
    struct cmsghdr head;
    char room[CMSG_SPACE(sizeof(int))];
  } extra = {.room = {0}};
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &extra, .msg_controllen = sizeof extra};
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(head), &fd, sizeof fd);
  ssize_t sent;
  do {
    sent = sendmsg(control, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == 1;
}

static void never_sigpipe(int fd) {
#ifdef SO_NOSIGPIPE
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#else
  (void)fd;
#endif
}

/* `died`: no reason is given yet, as the worker's end says more. */
static int open_channel(bool *died, Reason *reason) {
  int ends[2];
  /* A worker that has just died cannot be told from one that lives before something is sent to it. */
  for (int attempt = 0; attempt < 2; attempt++) {
    if (!ensure_running(reason)) return -1;
    never_sigpipe(worker.control);
    if (!socket_pair(ends)) {
      because(reason, "cannot open a channel to the worker: %s", strerror(errno));
      return -1;
    }
    never_sigpipe(ends[0]);
    bool passed = pass(worker.control, ends[1]);
    close(ends[1]);
    if (passed && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0) return ends[0];
    close(ends[0]);
    dismiss();
  }
  *died = true;
  return -1;
}

int worker_channel(long *number, Reason *reason) {
  bool died = false;
  pthread_mutex_lock(&lock);
  int fd = open_channel(&died, reason);
  *number = worker.number;
  pthread_mutex_unlock(&lock);
  if (died) worker_cause(*number, reason);
  return fd;
}

static void describe_end(Reason *reason) {
  int status = worker.status;
  if (worker.ended && status >= 0 && WIFSIGNALED(status)) {
    because(reason, "twsql's worker, process %ld, was ended by signal %d (%s)", (long)worker.pid, WTERMSIG(status),
            strsignal(WTERMSIG(status)));
  } else if (worker.ended && status >= 0) {
    because(reason, "twsql's worker, process %ld, ended with status %d: its standard error says why", (long)worker.pid,
            WEXITSTATUS(status));
  } else {
    because(reason, "twsql's worker, process %ld, has closed the connection: its standard error says why",
            (long)worker.pid);
  }
}

void worker_cause(long number, Reason *reason) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 1;
  pthread_mutex_lock(&lock);
  int waited = 0;
  while (number == worker.number && !worker.ended && waited == 0) waited = pthread_cond_timedwait(&reaped, &lock, &until);
  if (number == worker.number) {
    describe_end(reason);
  } else {
    because(reason, "twsql's worker has ended");
  }
  pthread_mutex_unlock(&lock);
}

void worker_kill(long number, int silence, Reason *reason) {
  pthread_mutex_lock(&lock);
  if (number == worker.number && !worker.ended) {
    because(reason, "twsql's worker, process %ld, gave no sign of life for %d seconds and was ended", (long)worker.pid,
            silence);
    kill(worker.pid, SIGKILL);
    dismiss();
  } else {
    because(reason, "twsql's worker gave no sign of life for %d seconds", silence);
  }
  pthread_mutex_unlock(&lock);
}
