"""The worker's end of a channel: reads the questions of a connection and sends the answers, one after the other."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

from twsql.errors import Error, InternalError
from twsql.hosts.loadable import cursors, frames
from twsql.hosts.loadable.conversation import Conversation
from twsql.hosts.loadable.cursors import TableCursor
from twsql.hosts.loadable.frames import Kind
from twsql.redaction import clean
from twsql.twilio.log import logger

Question = tuple[Kind, list[Any]]


class _Stopped(BaseException):
    """The connection is closed: no further request may be sent for it."""


class _Abandoned(BaseException):
    """The host does not read on in a scan that waits; `question` is the host's other question to its cursor."""

    def __init__(self, question: Question | None) -> None:
        self.question = question


class Channel:
    """One connection of the host.

    One thread at a time reads questions and answers them. Before a scan sends a request for rows that the host has not
    needed yet, it waits in its thread until the host needs them; another thread reads questions meanwhile.
    """

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._questions = end.makefile("rb")
        self._sending = threading.Lock()
        self._waiting: dict[TableCursor, SimpleQueue[Question | None]] = {}
        self._conversation = Conversation(self._pause, self._before)
        self._stopped = False
        self._busy = False
        self._hangup = select.poll()
        self._hangup.register(end, 0)

    def begin(self) -> None:
        """Answer questions, in a new thread, until the host closes its end."""
        threading.Thread(target=self._serve, name="twsql-channel", daemon=True).start()

    @property
    def is_over(self) -> bool:
        """Whether the connection has ended."""
        return self._stopped

    def show_life(self) -> None:
        """Tell a waiting host that the worker is alive."""
        if self._busy and self._sending.acquire(blocking=False):
            try:
                self._end.send(frames.frame(Kind.ALIVE), socket.MSG_DONTWAIT)
            except OSError:
                self.stop()
            finally:
                self._sending.release()

    def look(self) -> None:
        """Stop if the host has closed its end."""
        if not self._stopped and self._hangup.poll(0):
            self.stop()

    def stop(self) -> None:
        """Begin nothing more for this connection; may be called from any thread."""
        self._stopped = True
        self._conversation.stop()

    def _serve(self) -> None:
        try:
            is_over = self._converse()
        except InternalError as error:  # after a malformed frame the beginning of the next one is unknown
            logger.error("a channel is closed: %s", error)
            with suppress(OSError):
                self._send(frames.frame(Kind.FAILED, [str(error)]))
            is_over = True
        if is_over:
            self._end_all()

    def _converse(self) -> bool:
        """Answer questions to the end of the connection; False if the thread of a waiting scan takes over."""
        question = self._next()
        while question is not None:
            waiting = self._waiting_for(question)
            if waiting is not None:
                waiting.put(question)  # the thread of that scan goes on, and reads on afterwards
                return False
            try:
                self._answer(question)
            except _Abandoned as abandoned:
                question = abandoned.question
            except (_Stopped, OSError):
                question = None
            else:
                question = self._next()
        return True

    def _waiting_for(self, question: Question) -> SimpleQueue[Question | None] | None:
        kind, items = question
        if kind not in (Kind.FETCH, Kind.FILTER, Kind.CLOSE):
            return None
        cursor = self._conversation.cursors.get(items[0]) if items else None
        return self._waiting.pop(cursor, None) if isinstance(cursor, TableCursor) else None

    def _answer(self, question: Question) -> None:
        self._busy = question[0] not in (Kind.CLOSE, Kind.FORGET, Kind.MOVED)
        try:
            answer = self._conversation.answer(*question)
        except Error as error:
            answer = frames.frame(Kind.FAILED, [str(error)])
        except Exception as error:
            logger.exception("a fault of twsql's")  # to standard error, in full
            if not self._busy:  # the host waits for no answer to this kind of frame
                raise InternalError(f"a malformed {question[0].name} frame") from error
            answer = frames.frame(Kind.FAILED, [clean(f"internal error: {type(error).__name__}: {error}")])
        if answer is not None:
            self._send(answer)

    def _send(self, frame: bytes) -> None:
        with self._sending:
            self._busy = False
            self._end.sendall(frame)

    def _next(self) -> Question | None:
        """Read a question; None at the end of the connection, also in the middle of a question."""
        try:
            head = self._questions.read(4)
            size = frames.length(head) if len(head) == 4 else 0
            data = self._questions.read(size)
        except OSError:
            return None
        return frames.parsed(data) if size and len(data) == size else None

    def _before(self) -> None:
        if self._stopped:
            raise _Stopped
        cursors.pause()

    def _pause(self, cursor: TableCursor, frame: bytes) -> None:
        """Send the rows so far and wait until the host needs more of this cursor. Raises _Abandoned if it does not."""
        waiting = self._waiting[cursor] = SimpleQueue()
        self._send(frame)
        self.begin()
        question = waiting.get()
        if question is None or question[0] is not Kind.FETCH:
            raise _Abandoned(question)
        self._busy = True

    def _end_all(self) -> None:
        self.stop()
        while self._waiting:
            self._waiting.popitem()[1].put(None)
        self._questions.close()
        self._end.close()
