"""Executors: processes that survive one another, tasks as they come, Dask, and the one that a command gets."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest

from adamproof._version import __version__
from adamproof.executors.choosing import opened
from adamproof.executors.errors import ExecutorError, ProcessDied, RemoteError
from adamproof.executors.processes import TRIES, Here, Processes
from adamproof.executors.streaming import completed, result_of
from tests.executors import functions as f
from tests.session import ROOT


def gone(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{number}/stat").read_text(encoding="utf-8").split(") ")[1][0] == "Z"


def soon(what: Any, seconds: float = 10.0) -> bool:
    """Whether it becomes true."""
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(what())


def test_processes_do_what_an_executor_does(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with Processes(2) as pool:
        assert list(pool.map(f.square, range(20))) == [n * n for n in range(20)]
        numbers = set(pool.map(f.slept, [0.2] * 4))
        assert len(numbers) == 2 and os.getpid() not in numbers
        with pytest.raises(ValueError, match="no such thing"):
            pool.submit(f.refused, "no such thing").result()
        with pytest.raises(RemoteError, match="Odd: told"):
            pool.submit(f.odd, None).result()
        with pytest.raises(Exception, match="pickle"):
            pool.submit(lambda: 1)
        assert pool.submit(f.alone).result()
        assert pool.submit(f.printed, "a line").result() == "a line"
        # A process that is killed costs its task one more try, and the others nothing.
        futures = [pool.submit(f.killed_once, str(tmp_path / "mark")), *(pool.submit(f.square, n) for n in range(9))]
        assert futures[0].result() not in numbers | {os.getpid()}
        assert [future.result() for future in futures[1:]] == [n * n for n in range(9)]
        with pytest.raises(ProcessDied, match=rf"ended {TRIES} times \(signal 9\); is there enough memory\?"):
            pool.submit(f.killed, None).result()
        assert pool.submit(f.square, 3).result() == 9
        left = pool.submit(f.process).result()
    assert soon(lambda: gone(left))
    assert capfd.readouterr().out == ""  # which has the answer of a command
    with pytest.raises(RuntimeError, match="shut down"):
        pool.submit(f.square, 1)


def test_an_error_ends_processes_at_once() -> None:
    start = time.monotonic()
    pool = Processes(1)
    busy = pool.submit(f.process).result()
    running, waiting = pool.submit(f.slept, 60.0), pool.submit(f.square, 1)
    assert soon(running.running)
    with pytest.raises(KeyboardInterrupt), pool:
        raise KeyboardInterrupt
    assert time.monotonic() - start < 20
    assert gone(busy) and waiting.cancelled()
    with pytest.raises(ProcessDied, match="stopped"):
        running.result()


def test_processes_end_with_whoever_began_them(tmp_path: Path) -> None:
    code = """
import sys
import threading
from adamproof.executors.processes import Processes
from tests.executors.functions import process, slept
pool = Processes(1)
print(pool.submit(process).result(), flush=True)
pool.submit(slept, 60.0).result()
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment) as asking:
        assert asking.stdout is not None
        number = int(asking.stdout.readline())
        assert not gone(number)
        asking.kill()
    assert soon(lambda: gone(number))


def test_here() -> None:
    with Here() as here:
        assert here.submit(f.process).result() == os.getpid()
        with pytest.raises(ValueError, match="no"):
            here.submit(f.refused, "no").result()


def test_tasks_are_submitted_a_few_ahead_and_given_as_they_end() -> None:
    submitted: list[int] = []

    def tasks() -> Any:
        for number in range(100):
            submitted.append(number)
            yield number

    with ThreadPoolExecutor(2) as pool:
        answers = completed(pool, f.square, tasks(), ahead=5)
        task, future = next(answers)
        assert future.result() == task * task and len(submitted) == 5
        rest = {task: future.result() for task, future in answers}
        assert rest | {task: task * task} == {n: n * n for n in range(100)}
    with Here() as here:
        first = next(completed(here, f.square, tasks()))
        assert (first[0], len(submitted)) == (0, 101)


def test_what_has_not_begun_is_cancelled_in_the_end() -> None:
    looked: list[int] = []
    with ThreadPoolExecutor(1) as pool:
        answers = completed(pool, f.slept, [0.7, 0.0, 0.0], meanwhile=lambda: looked.append(1))
        waiting: list[Future[Any]] = [next(answers)[1]]
        assert looked
        answers.close()
        assert waiting[0].done()
    given_up: Future[int] = Future()
    given_up.cancel()
    with pytest.raises(ExecutorError, match="given up a task"):
        result_of(given_up)
    with pytest.raises(CancelledError):
        given_up.result()


def test_a_command_gets_what_it_asks_for() -> None:
    with opened(1) as executor:
        assert isinstance(executor, Here)
    with opened(3) as executor:
        assert isinstance(executor, Processes)


def test_dask(cluster: Any) -> None:
    with opened(1, cluster.scheduler_address) as executor:
        answers = completed(executor, f.square, range(30))
        assert {task: result_of(future) for task, future in answers} == {n: n * n for n in range(30)}
        assert len(set(executor.map(f.slept, [0.2] * 4))) == 2
        with pytest.raises(ValueError, match="not this"):
            executor.submit(f.refused, "not this").result()


def test_a_killed_worker_of_dask_loses_nothing(cluster: Any) -> None:
    with opened(1, cluster.scheduler_address) as executor:
        numbers = list({*executor.map(f.slept, [0.2] * 4)})
        futures = [executor.submit(f.slept, 0.05) for _ in range(20)]
        os.kill(numbers[0], signal.SIGKILL)
        assert len({future.result() for future in futures} - {numbers[0]}) >= 1


def test_no_cluster_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    from adamproof.executors import dask_cluster

    for address in ("tcp://127.0.0.1:9", "nonsense", "tcp://", "nonsense://x:1"):
        with (
            pytest.raises(ExecutorError, match=rf"no Dask scheduler answers at {address} .*: start one with `dask sch"),
            dask_cluster.connected(address, 0.5),
        ):
            raise AssertionError
    monkeypatch.setitem(sys.modules, distributed.__name__, None)
    with pytest.raises(ExecutorError, match=r"pip install 'adamproof\[cluster\]'"), opened(1, "tcp://127.0.0.1:9"):
        raise AssertionError


class Client:
    """Stands in for Dask's: its workers have what they are said to have."""

    def __init__(self, *versions: Any, scheduled: bool = True) -> None:
        self.versions, self.scheduled, self.closed = versions, scheduled, False

    def wait_for_workers(self, count: int, timeout: float) -> None:
        if not self.versions:
            raise TimeoutError

    def run(self, function: Any, *args: Any, on_error: str) -> dict[str, Any]:
        assert function(*args) == __version__
        return {f"tcp://worker:{place}": version for place, version in enumerate(self.versions)}

    def run_on_scheduler(self, function: Any, *args: Any) -> str:
        if not self.scheduled:
            raise ImportError("None here")
        return str(function(*args))

    def get_executor(self, pure: bool) -> Executor:
        return Here()

    def nthreads(self) -> dict[str, int]:
        return dict.fromkeys(self.versions, 1)

    def close(self, timeout: float) -> None:
        self.closed = True


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
def test_what_is_no_scheduler_is_not_waited_for(said: bytes) -> None:
    """Such as the scheduler's own web page, which waits to be asked, or a proxy."""
    pytest.importorskip("distributed")
    from adamproof.executors import dask_cluster

    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            channel, _ = server.accept()
            with channel, suppress(ConnectionError):
                channel.sendall(said)
                channel.recv(1)

        answering = threading.Thread(target=answer, daemon=True)
        answering.start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        with (
            pytest.raises(ExecutorError, match=f"no Dask scheduler answers at {address} .something else answers there"),
            dask_cluster.connected(address, 0.5),
        ):
            raise AssertionError
        answering.join()


def test_workers_that_could_do_nothing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    from adamproof.executors import dask_cluster

    monkeypatch.setattr(dask_cluster, "_look_at", lambda *_: None)
    for client, said in (
        (Client(), "the Dask scheduler at A has no worker: start some with `dask worker A --nthreads 1`"),
        (Client(__version__, "0.0.1"), "the worker tcp://worker:1 has adamproof 0.0.1: install adamproof "),
        (Client(__version__), None),
        (Client(__version__, scheduled=False), r"the scheduler cannot import adamproof \(None here\): install"),
        (Client(ImportError("No module")), r"the worker tcp://worker:0 cannot import adamproof \(No module\): install"),
    ):
        monkeypatch.setattr(distributed, "Client", lambda *_, client=client, **__: client)
        with pytest.raises(ExecutorError, match=said) if said else nullcontext(), opened(1, "A") as executor:
            assert said is None and executor.submit(f.square, 2).result() == 4
        assert client.closed


def test_a_cluster_that_has_lost_its_workers_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from adamproof.executors import dask_cluster

    monkeypatch.setattr(dask_cluster, "LOOK_EVERY", 0.0)
    with dask_cluster.Cluster(Client()) as executor:
        assert executor.state() == "the cluster has no worker"
        assert executor.submit(f.square, 2).result() == 4
        executor._client.versions = ("a",)
        assert executor.state() == ""
