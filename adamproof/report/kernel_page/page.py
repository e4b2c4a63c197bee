"""What the page of such a report has beside other reports: what a check here means, its script, and the data for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from ...checking.report import LemmaReport
from ...checking.verifier import PROVED
from ...support import package_data
from ...support.files import free_name, plain_name
from ..html.pieces import Section
from ..parts import Places
from .pyodide import Pyodide

PLACE = "kernel-checks"
TITLE = "Check the proofs in your browser"
FOLDER, PROOFS = "kernel/", "proofs/"


@dataclass(frozen=True)
class Proof:
    """A proof file that the kernel has accepted: the claim's place in the page, its name in the folder, its bytes."""

    place: str
    file: str
    content: bytes
    steps: int

    @property
    def data(self) -> dict[str, Any]:
        """What the report says about it; the kernel has found that the file states what it proves."""
        states = json.loads(self.content)["states"]
        digest = hashlib.sha256(self.content).hexdigest()
        return {"place": self.place, "file": self.file, "sha256": digest, "steps": self.steps, **states}


def proofs(reports: Iterable[LemmaReport]) -> list[Proof]:
    """The proofs of these lemmas, each with a name of its own."""
    found, taken = [], set[str]()
    for report in reports:
        places = Places(report, ())
        for number, claim in enumerate(report.claims):
            if claim.is_proved:
                stem = f"{plain_name(report.lemma.slug)}.{plain_name(claim.name)}"
                file = f"{PROOFS}{free_name(stem, taken)}.json"
                found.append(Proof(places.claim(number), file, claim.proof.encode(), claim.proof_steps))
    return found


def kernel() -> dict[str, bytes]:
    """The kernel's files, by name."""
    return {name: package_data.content(file) for name, file in package_data.sources(package_data.folder("kernel"))}


def worker() -> bytes:
    """The script that runs beside the page."""
    return package_data.content(_beside("verify.js"))


def _beside(name: str) -> Any:
    return package_data.folder("report", "kernel_page", name)


def section(found: Sequence[Proof], own: Mapping[str, bytes], pyodide: Pyodide) -> Section:
    """The section with the button for all proofs; its script puts the others beside the proof files."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in own.items()}
    data = {
        "proved": PROVED,
        "pyodide": {"base": pyodide.base, "files": dict(pyodide.digests)},
        "kernel": {"base": FOLDER, "files": digests},
        "proofs": [proof.data for proof in found],
    }
    text = f"""<section aria-labelledby="{PLACE}"><h2 id="{PLACE}">{TITLE}</h2>
<p>The folder of this page holds every proof file and, unchanged, the kernel that read them when this report was made.
"Check this proof here", beside a proof file, runs that kernel on it: in your browser, on your machine. What it says is
then compared with this report.</p>
<p><strong>It is the same kernel, not a second opinion.</strong> It tells whether a file, or what this page says that
the file proves, has changed since; an error in the kernel it repeats. Other checkers, such as Coq, give a second
opinion, under <a href="#lines">Lines of evidence</a>. What is compared is the statement in the kernel's own text, which
stands under each answer: the formulas of this page are made from it for the eye. Whoever can change this whole folder
can change this check, too; a kernel from elsewhere reads the same files, with
<code>python -m adamproof.kernel proofs/*.json</code>.</p>
<p>{escape(_python(pyodide))}</p>
<p data-kernel-still>To check proofs here, allow this page its scripts.</p>
<p id="kernel-all"></p>
<div id="kernel-answers" role="status"></div>
<script type="application/json" id="kernel-data">{_json(data)}</script>
<script>
{package_data.text(_beside("page.js"))}</script>
</section>"""
    return Section(PLACE, TITLE, text, package_data.text(_beside("kernel_page.css")))


def _python(pyodide: Pyodide) -> str:
    about = f"The kernel runs in Pyodide {pyodide.version} (Python as WebAssembly, Mozilla Public License 2.0), which "
    if pyodide.files:
        tried = "" if pyodide.is_tried else " This version of it was not tried with this page."
        return f"{about}is in the folder as well: no network is needed, and nothing is sent anywhere.{tried}"
    host = pyodide.base.split("/")[2]
    return (
        f"{about}your browser fetches from {host} at the first check, 13.5 MB. Every file of it must have the SHA-256 "
        "that stands in this page, or it is not run. No proof file is sent anywhere."
    )


def _json(data: object) -> str:
    """Data in which nothing can end the script."""
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")
