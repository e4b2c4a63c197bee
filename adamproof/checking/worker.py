"""The process that runs lemma files: it reads requests and sends home what it found, as lines of JSON.

Started by `pool` as `python -m adamproof.checking.worker CHANNEL`, or as another program that calls `main` with more
tasks (adamproof.claims.worker).  Requests and answers go through the socket with the file descriptor CHANNEL; standard
output and standard error are the lemma file's own, and are shown as such.
A file may do to this process whatever it likes: all that it can send home is data, which are checked there.

A request is {"task", ...}.  Answers: {"say": text} is progress, {"proofs": [text]} the proof files, for the kernel to
start on; then {"found": data}, {"about": [data]}, {"nodes": ...} or {"error": sentence, "trace": text} ends it.
"""

from __future__ import annotations

import gc
import json
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import IO, TYPE_CHECKING, Any

from .failures import described
from .request import FIRST, Request

if TYPE_CHECKING:
    from ..theory.lemma import Lemma

Answer = dict[str, Any]
Send = Callable[[Answer], None]
Task = Callable[[Answer, Send], Answer]


def main(tasks: Mapping[str, Task]) -> None:
    """Answer requests for these tasks, by name, until nobody asks any more."""
    gc.set_threshold(1_000_000)  # terms and steps are many, live long and are not cyclic
    number = int(sys.argv[1])
    os.set_inheritable(number, False)
    with os.fdopen(number, "w", encoding="ascii") as channel:

        def send(answer: Answer) -> None:
            try:
                channel.write(json.dumps(answer, allow_nan=False) + "\n")
                channel.flush()
            except OSError:  # nobody listens any more, or the file has closed the channel
                os._exit(1)

        for request in _requests(number):
            send(_answered(tasks, request, send))


def _requests(channel: int) -> Iterator[Answer]:
    """Requests, one a line, as they come.  The process ends with whoever asks, also in the middle of an answer."""
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    source = os.fdopen(os.dup(channel), "rb")

    def read() -> None:
        for line in source:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield json.loads(lines.get())


def _answered(tasks: Mapping[str, Task], request: Answer, send: Send) -> Answer:
    path = request.get("path")
    try:
        answer = tasks[request["task"]](request, send)
    except BaseException as error:  # noqa: BLE001 - a lemma's code may fail in any way, even exit
        failure = described(error, path, request.get("slug", ""))
        answer = {"error": failure.message, "trace": failure.trace}
    for stream in (sys.stdout, sys.stderr):
        _flush(stream)
    return answer


def _flush(stream: IO[str] | None) -> None:
    try:
        if stream is not None:
            stream.flush()
    except (OSError, ValueError):
        pass  # the file has closed it


# --- tasks --------------------------------------------------------------------------------------


def _check(data: Answer, send: Send) -> Answer:
    from .pipeline import work
    from .serialize import packed

    request = Request(**data)
    found = work(
        _lemma(request),
        request.models,
        request.mutants,
        lambda text: send({"say": text}),
        lambda proofs: send({"proofs": proofs}),
    )
    return {"found": _without_proofs(packed(found))}


def _outline(data: Answer, send: Send) -> Answer:
    from .pipeline import outline
    from .serialize import packed

    request = Request(**data)
    found = packed(outline(_lemma(request), request.mutants))
    send({"proofs": found["proofs"]})
    return {"found": _without_proofs(found)}


def _mutants(data: Answer, send: Send) -> Answer:
    from dataclasses import replace

    from .pipeline import mutant_report, outline
    from .serialize import packed

    lemma = _lemma(Request(**data))
    reports = []
    for mutant in lemma.mutants:
        send({"say": f"{lemma.slug}: testing the near miss {mutant.name}"})
        reports.append(mutant_report(lemma, mutant))
    found = packed(replace(outline(lemma, False), mutants=tuple(reports)))
    send({"proofs": found["proofs"]})
    return {"found": _without_proofs(found)}


def _without(data: Answer, send: Send) -> Answer:
    from .ablation import lost
    from .serialize import packed, packed_value

    request = Request(**data)
    lost_ = lost(_lemma(request), request.without, lambda text: send({"say": text}))
    found = packed(lost_.found)
    send({"proofs": found["proofs"]})
    answer = packed_value((lost_.dropped, lost_.claims))
    return {"stated": packed(lost_.stated), "found": _without_proofs(found), "without": answer}


def _near(data: Answer, send: Send) -> Answer:
    from dataclasses import replace

    from .near_misses import near_misses
    from .serialize import packed_value

    found = near_misses(_lemma(Request(**data)), lambda text: send({"say": text}))
    send({"proofs": [each.proof for each in found]})
    return {"near": packed_value(tuple(replace(each, proof="") for each in found))}


def _about(data: Answer, send: Send) -> Answer:
    from .pipeline import about
    from .serialize import packed_value

    return {"about": [packed_value(about(lemma)) for lemma in _lemmas(data)]}


def _graph(data: Answer, send: Send) -> Answer:
    from ..theory.dependencies import graph
    from .serialize import packed_value

    found = graph(_lemmas(data), lambda text: send({"say": text}))
    return {"graph": packed_value(found)}


TASKS: dict[str, Task] = {
    "check": _check,
    "outline": _outline,
    "mutants": _mutants,
    "without": _without,
    "near": _near,
    "about": _about,
    "graph": _graph,
}


def _without_proofs(found: Answer) -> Answer:
    """Packed findings, whose proof files have been sent already: what the kernel reads is what is shown."""
    return {name: part for name, part in found.items() if name != "proofs"}


def _lemmas(data: Answer) -> list[Lemma]:
    """The lemmas of a file, or those of the library with these slugs (all of them if none is named)."""
    from ..theory.library import get, lemmas
    from ..theory.user_files import load

    if data["path"] is not None:
        return [lemma for lemma in load(data["path"]) if not data["slugs"] or lemma.slug in data["slugs"]]
    return [get(slug) for slug in data["slugs"]] if data["slugs"] else list(lemmas())


def _lemma(request: Request) -> Lemma:
    (lemma,) = _lemmas({"path": request.path, "slugs": [request.slug]})
    if request.claim is None:
        return lemma
    return lemma.narrowed(None if request.claim == FIRST else str(request.claim))


if __name__ == "__main__":
    main(TASKS)
