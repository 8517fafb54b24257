"""Frames: what is written is read again, and what is none is refused, on both sides."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest
from hosting import in_ci_hosts, lacking, program
from hypothesis import given
from hypothesis import strategies as st

from twsql.errors import DataError, InternalError
from twsql.hosts.loadable import build, frames
from twsql.hosts.loadable.channel import Channel
from twsql.hosts.loadable.frames import Kind, Mark

VALUES = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(), st.binary())
ITEMS = st.one_of(VALUES, st.sampled_from(Mark), st.lists(VALUES).map(tuple))


@given(st.sampled_from(Kind), st.lists(ITEMS))
def test_written_and_read(kind: Kind, items: list[frames.Item]) -> None:
    """A frame holds what was put in."""
    frame = frames.frame(kind, items)
    assert frames.length(frame[:4]) == len(frame) - 4
    expected = [item.encode("utf-8", "replace").decode() if isinstance(item, str) else item for item in items]
    assert frames.parsed(frame[4:]) == (kind, expected)


@given(st.binary())
def test_anything(data: bytes) -> None:
    """Of whatever bytes either a frame is read or InternalError is raised."""
    try:
        kind, items = frames.parsed(data)
    except InternalError:
        return
    assert isinstance(kind, Kind)
    assert len(items) <= len(data)


HELLO = frames.frame(Kind.HELLO, [frames.VERSION])


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (b"\x01\x00\x00\x00\xff", "a frame that is none"),
        (b"\xff\xff\xff\xff", "a frame of 4294967295 bytes"),
        (b"\x00\x00\x00\x00", "a frame of 0 bytes"),
        (b"\x06\x00\x00\x00\x03\x03\xff\x00\x00\x00", "a frame that is none (cut off)"),
        (frames.frame(Kind.CLOSE), "a malformed CLOSE frame"),
        (frames.frame(Kind.MOVED, [77, 1]), "a malformed MOVED frame"),
    ],
)
def test_a_malformed_question(question: bytes, words: str, caplog: pytest.LogCaptureFixture) -> None:
    """The worker says what is wrong, to the host and in its log, and closes the channel: nobody waits in vain."""
    host, end = socket.socketpair()
    with host:
        host.settimeout(10)
        Channel(end).begin()
        host.sendall(HELLO + question)
        said = b"".join(iter(lambda: host.recv(65536), b""))
    assert said.startswith(frames.frame(Kind.VALUES, [frames.VERSION]))
    kind, (text,) = frames.parsed(said[len(frames.frame(Kind.VALUES, [frames.VERSION])) + 4 :])
    assert (kind, words in str(text)) == (Kind.FAILED, True)
    assert words in caplog.text


@pytest.mark.parametrize(
    "kind", [Kind.FETCH, Kind.FILTER, Kind.PLAN, Kind.COLUMN, Kind.SETTING, Kind.MISSPELT, Kind.ALIVE]
)
def test_a_question_without_its_values(kind: Kind) -> None:
    """It is an error, and the next question is answered."""
    host, end = socket.socketpair()
    with host:
        host.settimeout(10)
        Channel(end).begin()
        for question, answer in ((frames.frame(kind), Kind.FAILED), (HELLO, Kind.VALUES)):
            host.sendall(question)
            size = frames.length(host.recv(4, socket.MSG_WAITALL))
            assert frames.parsed(host.recv(size, socket.MSG_WAITALL))[0] is answer


@given(st.sampled_from(Kind), st.lists(ITEMS, min_size=1), st.data())
def test_cut_off_or_changed(kind: Kind, items: list[frames.Item], data: st.DataObject) -> None:
    """A frame that lacks its end, or has a byte changed, is no reason to fail in another way."""
    frame = bytearray(frames.frame(kind, items)[4:])
    place = data.draw(st.integers(0, len(frame) - 1))
    frame[place] = data.draw(st.integers(0, 255))
    test_anything.hypothesis.inner_test(bytes(frame))  # type: ignore[attr-defined]
    test_anything.hypothesis.inner_test(bytes(frame[:place]))  # type: ignore[attr-defined]


@pytest.mark.parametrize("head", [b"\0\0\0\0", b"\xff\xff\xff\xff", (frames.MOST + 1).to_bytes(4, "little")])
def test_lengths(head: bytes) -> None:
    """No frame is empty, or larger than 64 MB: nothing is reserved for it."""
    with pytest.raises(InternalError, match="different builds"):
        frames.length(head)


def test_too_large() -> None:
    """More is not written either; nor is an integer that SQLite cannot hold."""
    with pytest.raises(DataError, match="64 MB"):
        frames.frame(Kind.VALUES, [b"x" * frames.MOST])
    with pytest.raises(DataError, match="64 bits"):
        frames.value(2**63)


HARNESS = """
#include <stdlib.h>
#include <string.h>
#include "rows.h"
int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
  uint8_t *data = malloc(size + 1);
  memcpy(data, input, size);
  Reader reader = {data, data + size};
  Value value;
  while (get_value(&reader, &value)) {
    if (value.size > 0 && value.bytes[value.size - 1] == value.bytes[0]) value.integer++;
  }
  Rows rows;
  if (rows_read(&rows, data, size)) {
    for (int64_t row = 0; row < rows.count && row < 64; row++) {
      for (int i = 0; i < rows.width; i++) {
        if (!rows_value(&rows, row, rows.columns[i], &value)) abort();
      }
    }
    rows_free(&rows);
  }
  return 0;
}
"""


@in_ci_hosts
def test_fuzz_of_the_decoder_in_c(tmp_path: Path) -> None:
    """LibFuzzer finds no frame that makes the extension read or write where it should not."""
    clang = program("clang")
    (tmp_path / "harness.c").write_text(HARNESS)
    sources = [str(tmp_path / "harness.c"), str(build.SOURCES / "frame.c"), str(build.SOURCES / "rows.c")]
    flags = ["-std=c11", "-g", "-O1", "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all"]
    made = subprocess.run(
        [clang, *flags, f"-I{build.SOURCES}", *sources, "-o", str(tmp_path / "fuzz")], capture_output=True, text=True
    )
    if "cannot find" in made.stderr:
        lacking("libFuzzer", "apt install libclang-rt-dev")
    assert made.returncode == 0, made.stderr
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, items in enumerate([[0, 2, 1, 0, "a", None], [1, 1, 2, 0, 5, 1.5, b"b"], [1, 0, 0], [(1, "x")]]):
        (corpus / str(number)).write_bytes(frames.frame(Kind.ROWS, items)[4:])
    seconds = os.environ.get("TEST_TWSQL_FUZZ_SECONDS", "5")
    done = subprocess.run(
        [str(tmp_path / "fuzz"), f"-max_total_time={seconds}", "-max_len=4096", "-rss_limit_mb=1024", str(corpus)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=int(seconds) + 60,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Done" in done.stderr
