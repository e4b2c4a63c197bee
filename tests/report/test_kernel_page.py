"""The report as a folder with the kernel in it: what is written, what is refused, and a browser that runs it."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from adamproof.checking.pipeline import check
from adamproof.kernel import Refusal, verify
from adamproof.report.kernel_page import folder, page
from adamproof.report.kernel_page.pyodide import ABOUT, DIGESTS, SOURCE, VERSION, Pyodide, in_folder
from adamproof.theory.library import get
from tests.here import run_here as run
from tests.report.page import Page, assert_sound
from tests.report.served import Server, browsed
from tests.report.test_browser import needs_browser, title
from tests.report.test_report import HOSTILE
from tests.session import Session

ROOT = Path(__file__).resolve().parents[2]
KERNEL = sorted(path.name for path in (ROOT / "adamproof" / "kernel").glob("*.py"))
NAMES = ("B.2", "sign-form", "ratio-bound")
FIRST, SECOND, OTHER, BARE = (
    "update-magnitude.by-an-invariant",
    "update-magnitude.by-cauchy-schwarz",
    "sign-form.sign-form",
    "ratio-bound.bound",
)
PLACES = {
    FIRST: "lemma-update-magnitude.1",
    SECOND: "lemma-update-magnitude.2",
    OTHER: "lemma-sign-form.1",
    BARE: "lemma-ratio-bound.1",
}


def report(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return run("report", *NAMES, "--no-mutants", "--models", "0", *words, cwd=cwd)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder whose page fetches Pyodide."""
    own = tmp_path_factory.mktemp("kernel page")
    done = report("--html", "site", "--with-kernel", "--json", cwd=own)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["files"] == {"html": "site"}
    return own / "site"


@pytest.fixture
def site(written: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(written, tmp_path / "site")


@pytest.fixture(scope="session")
def package(session: Session) -> Path:
    """The unpacked npm package pyodide."""
    found, missing = session.pyodide()
    if missing:
        pytest.skip(f"needs the npm package pyodide: {missing}")
    return found


def made(folder: Path, version: str = VERSION, **more: bytes) -> Path:
    """A folder like that of the npm package, with other files in it."""
    folder.mkdir()
    for name in DIGESTS:
        (folder / name).write_bytes(name.encode())
    (folder / ABOUT).write_text(json.dumps({"name": "pyodide", "version": version}), encoding="utf-8")
    return folder


def files_of(place: Path) -> dict[str, bytes]:
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def data_of(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="kernel-data">(.*?)</script>', text)
    assert found is not None
    return dict(json.loads(found.group(1)))


# --- what is written ----------------------------------------------------------------------------


def test_the_folder_has_the_page_the_proofs_and_the_kernel(written: Path) -> None:
    found = files_of(written)
    proofs = {f"proofs/{name}.json" for name in PLACES}
    assert set(found) == {"index.html", "verify.js", "SHA256SUMS", *proofs, *(f"kernel/{name}" for name in KERNEL)}
    for name in KERNEL:
        assert found[f"kernel/{name}"] == (ROOT / "adamproof" / "kernel" / name).read_bytes()
    sums = dict(reversed(line.split("  ")) for line in found.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in found.items()}
    for name in proofs:
        assert verify(found[name]).states == json.loads(found[name])["states"]


def test_the_page_says_the_same_of_the_files(written: Path) -> None:
    found = files_of(written)
    text = found["index.html"].decode()
    shown = dict(re.findall(r'<code data-proof="([^"]*)">([0-9a-f]{64})</code>', text))
    data = data_of(text)
    assert {proof["place"]: proof["file"] for proof in data["proofs"]} == {
        place: f"proofs/{name}.json" for name, place in PLACES.items()
    }
    for proof in data["proofs"]:
        verified = verify(found[proof["file"]])
        assert shown[proof["place"]] == proof["sha256"] == hashlib.sha256(found[proof["file"]]).hexdigest()
        assert verified.states == {name: proof[name] for name in verified.states}
        assert verified.steps == proof["steps"]
    kernel = {name: hashlib.sha256(found[f"kernel/{name}"]).hexdigest() for name in KERNEL}
    assert data["kernel"] == {"base": "kernel/", "files": kernel}
    assert data["pyodide"] == {"base": SOURCE, "files": DIGESTS}
    whole = assert_sound(text, scripts=2)
    assert "It is the same kernel, not a second opinion." in whole.text
    assert f"Pyodide {VERSION} (" in whole.text and "fetches from cdn.jsdelivr.net" in whole.text
    assert "#kernel-checks" in whole.links


def test_other_reports_have_none_of_it(tmp_path: Path) -> None:
    assert report("--html", "r.html", cwd=tmp_path).returncode == 0
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert_sound(text)
    assert "Pyodide" not in text and "kernel-checks" not in text


def test_names_and_statements_from_a_file_stay_data() -> None:
    """A claim's name becomes a file name of letters, digits and hyphens; nothing ends the script."""
    found = check(get("sign-form"), models=0)
    (claim,) = found.claims
    for name in (HOSTILE, "../../up", "a/b", "."):
        object.__setattr__(claim, "name", name)
        (proof,) = page.proofs([found])
        assert re.fullmatch(r"proofs/sign-form\.[a-z0-9-]+\.json", proof.file)
    object.__setattr__(claim, "proof", claim.proof.replace("m/(eps", f"</script>{HOSTILE[:3]}m/(eps"))
    whole = page.section(page.proofs([found]), {}, Pyodide(HOSTILE, {HOSTILE: ""}))
    assert whole.html.count("</script>") == whole.html.count("<script") == 2
    assert data_of(whole.html)["pyodide"]["files"] == {HOSTILE: ""}
    assert data_of(whole.html)["proofs"][0]["conclusion"].startswith("</script>")
    two = page.proofs([found, found])
    assert len({each.file for each in two}) == 2


# --- Pyodide ------------------------------------------------------------------------------------


def test_the_table_is_that_of_the_npm_package(package: Path) -> None:
    found = in_folder(str(package))
    assert (found.version, found.digests, found.base) == (VERSION, DIGESTS, "pyodide/")
    assert found.files == {name: (package / name).read_bytes() for name in (ABOUT, *DIGESTS)}


def spoilt(folder: Path, name: str, content: bytes | None) -> Path:
    place = made(folder)
    (place / name).unlink()
    if content is not None:
        (place / name).write_bytes(content)
    return place


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        *((name, None, rf"p has no {re.escape(name)}, which the npm package pyodide has; unpack") for name in DIGESTS),
        (ABOUT, None, "p has no package.json, which"),
        (ABOUT, b"{", "p is not the npm package pyodide, as its package.json says"),
        (ABOUT, b"[" * 100_000, "p is not the npm package pyodide"),
        (ABOUT, b'{"name": "left-pad", "version": "1.0"}', "p is not the npm package pyodide"),
        (ABOUT, b'{"name": "pyodide", "version": "<b>"}', "p is not the npm package pyodide"),
        ("pyodide.mjs", b"other", r"p/\S+ is not the file of pyodide 314\.\d+\.\d+: its SHA-256 differs"),
    ],
)
def test_a_folder_that_is_not_the_package_is_refused(
    name: str, content: bytes | None, said: str, tmp_path: Path
) -> None:
    spoilt(tmp_path / "p", name, content)
    done = report("--html", "site", "--with-kernel", "--pyodide", "p", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.match(f"Error: {said}", done.stderr)
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "site").exists()


def test_no_folder_at_all(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("nowhere", "file"):
        done = report("--html", "site", "--with-kernel", "--pyodide", name, cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr.startswith(f"Error: {name} is not a folder; unpack what `npm pack pyodide@{VERSION}` ")


def test_another_version_is_taken_with_a_note(site: Path) -> None:
    made(site.parent / "p", "315.0.0")
    done = report("--html", "site", "--with-kernel", "--pyodide", "p", cwd=site.parent)
    assert done.returncode == 0
    assert done.stderr.startswith("Note: pyodide 315.0.0 has not been tried with these pages")
    found = files_of(site)
    assert {name for name in found if name.startswith("pyodide/")} == {f"pyodide/{name}" for name in (ABOUT, *DIGESTS)}
    assert all(found[f"pyodide/{name}"] == name.encode() for name in DIGESTS)
    text = found["index.html"].decode()
    digests = {name: hashlib.sha256(name.encode()).hexdigest() for name in DIGESTS}
    assert data_of(text)["pyodide"] == {"base": "pyodide/", "files": digests}
    said = Page(text).text
    assert "Pyodide 315.0.0" in said and "no network is needed" in said and "was not tried" in said
    assert report("--html", "site", "--with-kernel", cwd=site.parent).returncode == 0  # without it, it goes again
    assert not (site / "pyodide").exists()


# --- where it is written ------------------------------------------------------------------------


def test_an_earlier_report_is_replaced(site: Path) -> None:
    run_kernel = [sys.executable, "-m", "kernel", f"proofs/{FIRST}.json"]
    subprocess.run(run_kernel, cwd=site, check=True, stdout=subprocess.DEVNULL)  # it leaves bytecode, perhaps
    words = ("report", "sign-form", "--html", "site", "--with-kernel", "--no-mutants", "--models", "0")
    done = run(*words, cwd=site.parent)
    assert done.returncode == 0
    assert re.fullmatch(
        r"site: 1 lemma \(1 PROVED\) \(0\.\d MB\)\n"
        r"Run `python -m http.server --bind 127.0.0.1 --directory site` and open http://127.0.0.1:8000/\n",
        done.stdout,
    )
    assert [path.name for path in (site / "proofs").iterdir()] == [f"{OTHER}.json"]
    assert not [path for path in site.iterdir() if path.name.startswith(".")]


NO_FOLDER = "it is not a folder, which a report with the kernel is"
FOREIGN: Mapping[str, Callable[[Path], object]] = {
    "notes.txt": lambda site: (site / "notes.txt").touch(),
    "proofs/mine.json": lambda site: (site / "proofs" / "mine.json").touch(),
    "kernel/deep/": lambda site: (site / "kernel" / "deep").mkdir(),
    "verify.js/": lambda site: ((site / "verify.js").unlink(), (site / "verify.js").symlink_to("index.html")),
    "proofs/": lambda site: (shutil.rmtree(site / "proofs"), (site / "proofs").symlink_to("kernel")),
    "index.html and ": lambda site: (site / "SHA256SUMS").unlink(),
    "SHA256SUMS and ": lambda site: (site / "SHA256SUMS").write_bytes(b"\xff"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_folder_with_other_files_is_refused(name: str, site: Path) -> None:
    FOREIGN[name](site)
    before = files_of(site)
    done = report("--html", "site", "--with-kernel", cwd=site.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Error: cannot write into site: it has files that are not of such a report ({name}")
    assert done.stderr.endswith("; name a new folder\n")
    assert files_of(site) == before


def test_a_web_site_is_not_taken_for_a_report(tmp_path: Path) -> None:
    """Whatever its list of files says: it lacks what every report has."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("mine", encoding="utf-8")
    (site / "SHA256SUMS").write_text(f"{'0' * 64}  index.html\n", encoding="utf-8")
    assert report("--html", "site", "--with-kernel", cwd=tmp_path).returncode == 2
    assert (site / "index.html").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--latex", "x.tex", "--with-kernel"), "--with-kernel is about the HTML; name its folder with --html DIR"),
        (("--html", "x", "--pyodide", "p"), "--pyodide is for a report with the kernel in it; add --with-kernel"),
        (("--html", " ", "--with-kernel"), "the name of the folder must not be empty"),
        (("--html", "file", "--with-kernel"), f"cannot write file: {NO_FOLDER}"),
        (("--html", "file/x", "--with-kernel"), "cannot write file/x: Not a directory"),
    ],
)
def test_what_cannot_be_is_said_at_once(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = report(*words, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"Error: {said}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@contextmanager
def no_room(monkeypatch: pytest.MonkeyPatch, after: int) -> Iterator[None]:
    """A disk that is full after so many files."""
    left = iter(range(after))

    def fsync(number: int) -> None:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        yield


@pytest.mark.parametrize("after", [0, 5, 14])
def test_a_full_disk_loses_nothing(after: int, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files_of(site)
    new = {**{f"proofs/{number}.json": b"x" for number in range(14)}, "index.html": b"new"}
    with no_room(monkeypatch, after), pytest.raises(OSError, match="No space left"):
        folder.write(str(site), new)
    assert files_of(site) == before
    assert sorted(path.name for path in site.iterdir()) == sorted({name.split("/")[0] for name in before})
    with no_room(monkeypatch, after), pytest.raises(OSError, match="No space left"):
        folder.write(str(site.parent / "a" / "b"), new)
    assert [path.name for path in site.parent.iterdir()] == ["site"]


def test_a_full_disk_is_said_in_a_sentence(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files_of(site)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(folder, "_write", full)
    done = report("--html", "site", "--with-kernel", cwd=site.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: cannot write site: No space left on device\n"
    assert files_of(site) == before


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(site: Path) -> None:
    (site / "proofs").chmod(0o555)
    done = report("--html", "site", "--with-kernel", cwd=site.parent)
    (site / "proofs").chmod(0o755)
    assert (done.returncode, done.stderr) == (2, "Error: cannot write site: Permission denied\n")


# --- in a browser -------------------------------------------------------------------------------

PROBE = """
const PLACES = %s;
const sleep = () => new Promise((done) => setTimeout(done, 20));
const line = (place) => document.querySelector(`[data-proof="${place}"]`).parentElement;
const press = async (place) => {
  line(place).querySelector("button").click();
  while (!line(place).querySelector(".badge")) await sleep();
  return line(place).querySelector(".kernel-answer").textContent;
};
const all = async () => {
  document.querySelector("#kernel-all button").click();
  while (!document.querySelector("#kernel-answers .badge")) await sleep();
  return document.querySelector("#kernel-answers").textContent;
};
onload = async () => {
  const one = await press(PLACES[0]);
  let more = {};
  if (location.search === "") more = {
    all: await all(), each: PLACES.map((place) => line(place).querySelector(".kernel-answer").textContent),
    width: [document.documentElement.scrollWidth, document.documentElement.clientWidth],
  };
  let word = await tell({ one, ...more });
  while (word === "again") word = await tell({ one: await press(PLACES[0]) });
  location.search += "x";
};
"""


def rewritten(path: Path, change: Callable[[Any], Any]) -> None:
    """A JSON file with something changed in it."""
    path.write_text(json.dumps(change(json.loads(path.read_bytes()))), encoding="utf-8")


def weakened(proof: Any) -> Any:
    """The proof with another conclusion in its last step."""
    steps = proof["steps"]
    return {**proof, "steps": [*steps[:-1], {**steps[-1], "conclusion": steps[0]["conclusion"]}]}


def after(server: Server, change: Callable[[], object], word: str = "") -> str:
    """What the button says after a change, in a page that is opened anew; with the word "again", in the same page."""
    change()
    server.go_on(word)
    return str(server.next()["one"])


@needs_browser
def test_a_browser_checks_the_proofs(site: Path, package: Path, tmp_path: Path) -> None:
    """B.2 is PROVED; what has changed on disk is REJECTED, with the kernel's sentence, or told."""
    assert report("--html", "site", "--with-kernel", "--pyodide", str(package), cwd=tmp_path).returncode == 0
    rewritten(site / "proofs" / f"{SECOND}.json", weakened)
    with pytest.raises(Refusal) as refused:
        verify((site / "proofs" / f"{SECOND}.json").read_bytes())
    rewritten(site / "proofs" / f"{BARE}.json", lambda proof: {**proof, "title": "something else"})
    shutil.copy(site / "proofs" / f"{FIRST}.json", site / "proofs" / f"{OTHER}.json")
    states = {name: verify((site / "proofs" / f"{name}.json").read_bytes()).states for name in (FIRST, OTHER)}
    rules = site / "kernel" / "rules.py"
    source = rules.read_bytes()
    with browsed(site, PROBE % json.dumps(list(PLACES.values())), tmp_path / "profile") as server:
        told = server.next()
        assert re.match(r"PROVED the same file and the same statement as in this report \(\d+\.\d\d s", told["one"])
        assert states[FIRST]["conclusion"] in told["one"]
        one, rejected, other, bare = told["each"]
        assert one.startswith("PROVED")
        assert rejected.startswith(f"REJECTED {refused.value} (")
        accepted = "the kernel accepts the file, but it does not prove what this report says; these differ: conclusion"
        assert other.startswith(f"ANOTHER STATEMENT {accepted}, assumptions.")
        assert bare.startswith("ANOTHER FILE it proves what this report says, but is not the file that")
        assert "1 of 4 proofs are PROVED here" in told["all"]
        assert all(f"proofs/{name}.json: " in told["all"] for name in (SECOND, OTHER, BARE))
        assert told["width"][0] == told["width"][1]
        said = after(server, lambda: rules.write_bytes(source + b"\n"))
        changed = "kernel/rules.py is not the file that belongs to this report (its SHA-256 differs); nothing was run"
        assert said == f"NOT CHECKED {changed}."
        said = after(server, rules.unlink)
        assert re.fullmatch(r"NOT CHECKED 127.0.0.1:\d+ has no kernel/rules.py \(404\); .*", said)
        rules.write_bytes(source)
        said = after(server, lambda: elsewhere(server, f"http://no-such-host.invalid:{server.port}/pyodide/"))
        assert said.startswith("NOT CHECKED there is no way to no-such-host.invalid")
        first = site / "proofs" / f"{FIRST}.json"
        content = first.read_bytes()
        elsewhere(server, f"http://localhost:{server.port}/pyodide/")
        said = after(server, lambda: first.write_text("[" * 200_000, encoding="utf-8"))
        assert said.startswith("NOT CHECKED Python ended in this browser: ")
        said = after(server, lambda: first.write_bytes(content), "again")
        assert said.startswith("PROVED the same file")


def elsewhere(server: Server, address: str) -> None:
    """The page as it is where Pyodide comes from another server."""
    server.changed = lambda text: text.replace('"base":"pyodide/"', f'"base":"{address}"')


@needs_browser
def test_opened_from_the_disk_it_says_what_to_do(site: Path, tmp_path: Path) -> None:
    script = "<script>onload = () => document.querySelector('#kernel-all button').click();\n"
    script += "setTimeout(() => { document.title = "
    script += "JSON.stringify([document.querySelector('#kernel-answers').textContent]); }, 500);</script></body>"
    (said,) = title((site / "index.html").read_text(encoding="utf-8").replace("</body>", script), tmp_path)
    assert "0 of 4 proofs are PROVED here" in said
    assert f"run python -m http.server --bind 127.0.0.1 --directory {tmp_path} and open http://127.0.0.1:8000/." in said
