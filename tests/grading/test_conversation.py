"""A kernel that answers by the drop, reads by the drop, or not at all: the watchman is asked all the same."""

import asyncio
import socket
import threading
import time

import pytest

from autograder.grading.conversation import MOST, POLL, Conversation


class TooLate(Exception):
    """What a watchman would raise."""


@pytest.fixture
def talk(tmp_path):
    """A function that connects a conversation to what `kernel(socket)` does in a thread."""
    ended, lines = threading.Event(), []

    def talk(kernel):
        conversation = Conversation(tmp_path / "agent")
        line = socket.socket(socket.AF_UNIX)
        lines.extend([conversation, line])
        line.connect(str(tmp_path / "agent"))
        asyncio.run(conversation.answered())
        threading.Thread(target=kernel, args=(line, ended), daemon=True).start()
        return conversation

    yield talk
    ended.set()
    for one in lines:
        one.close()


def patient(seconds):
    """What looks after a conversation: it is over after so many seconds."""
    until = time.monotonic() + seconds

    def look():
        if time.monotonic() > until:
            raise TooLate

    return look


def quick(line, ended):
    size = int.from_bytes(line.recv(8), "big")
    question = line.recv(size, socket.MSG_WAITALL)
    line.sendall(len(question).to_bytes(8, "big") + question)


def drips(line, ended):
    line.sendall((1000).to_bytes(8, "big"))
    while not ended.wait(POLL / 4):
        line.sendall(b"x")


def sips(line, ended):
    while not ended.wait(POLL / 4):
        line.recv(1)


def silent(line, ended):
    ended.wait()


def test_an_answer_comes_whole_however_large(talk):
    question = "ü" * 3_000_000
    assert talk(quick).ask(question, patient(60)) == question


@pytest.mark.parametrize(("kernel", "length"), [(drips, 1), (sips, 10_000_000), (silent, 1), (silent, 10_000_000)])
def test_a_kernel_that_takes_its_time_is_given_up(talk, kernel, length):
    conversation = talk(kernel)
    with pytest.raises(TooLate):
        conversation.ask("x" * length, patient(3 * POLL))


def test_an_answer_that_would_be_too_large_is_not_read(talk):
    conversation = talk(lambda line, ended: line.sendall((MOST + 1).to_bytes(8, "big")))
    with pytest.raises(OSError, match="is too large"):
        conversation.ask("?", patient(60))


def test_the_end_of_a_conversation_is_an_error(talk):
    conversation = talk(lambda line, ended: line.shutdown(socket.SHUT_RDWR))
    with pytest.raises(OSError):
        conversation.ask("?", patient(60))
