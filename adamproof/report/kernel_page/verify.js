// A worker, beside the page so that the page stays responsive: Python (Pyodide) in WebAssembly, with the kernel in it.
// It takes { start } with what is to be fetched, and then { file }, the name of a proof file; to each it answers once.
"use strict";
const NOWHERE = "https://no-such-host.invalid/"; // Pyodide asks for its files there; it gets those that were verified
const FOLDER = "/adamproof/kernel"; // a package without adamproof/__init__.py: the kernel needs nothing else
const PROOF = "/proof.json";
// The command that verifies, as `python -m adamproof.kernel --json` runs it.
const ASKING = `
import contextlib, io, sys
sys.path.insert(0, "/")
from adamproof.kernel.__main__ import main

def ask():
    said, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(errors):
        main(["--json", "${PROOF}"])
    return said.getvalue() or errors.getvalue()
`;
const request = self.fetch.bind(self);
let python = null,
  ask = null;

// --- fetching ---

class Problem extends Error {}
const integrity = (digest) =>
  `sha256-${btoa(String.fromCharCode(...digest.match(/../g).map((pair) => parseInt(pair, 16))))}`;
const hostOf = (address) => new URL(address).host;
const isHere = (address) => new URL(address).origin === new URL(self.location.href).origin;
const unreachable = (address) =>
  isHere(address)
    ? "the server does not answer any more; start it again"
    : `there is no way to ${hostOf(address)}; look at your network, or have the report written with --pyodide FOLDER, ` +
      "which needs none";
// A file's bytes.  With a digest, they are those of which it is the SHA-256.
const load = async (address, digest) => {
  const options = digest ? { cache: "no-cache", integrity: integrity(digest) } : { cache: "no-store" };
  const found = await request(address, options).catch(() => null);
  if (found && found.ok) return found.arrayBuffer();
  const plain = found ?? (await request(address, { cache: "no-store" }).catch(() => null));
  const name = decodeURI(new URL(address).pathname.split("/").slice(-2).join("/"));
  if (!plain) throw new Problem(unreachable(address));
  if (!plain.ok)
    throw new Problem(`${hostOf(address)} has no ${name} (${plain.status}); the folder was not copied whole`);
  throw new Problem(`${name} is not the file that belongs to this report (its SHA-256 differs); nothing was run`);
};
const loadAll = async (base, digests) => {
  const entries = Object.entries(digests).map(async ([name, digest]) => [name, await load(base + name, digest)]);
  return new Map(await Promise.all(entries));
};
const imported = async (bytes) => {
  const address = URL.createObjectURL(new Blob([bytes], { type: "text/javascript" }));
  try {
    return await import(address);
  } finally {
    URL.revokeObjectURL(address);
  }
};

// --- Python ---

const start = async ({ pyodide, kernel }) => {
  if (typeof WebAssembly !== "object")
    throw new Problem("this browser runs no WebAssembly, or it is switched off there");
  const [files, sources] = await Promise.all([
    loadAll(pyodide.base, pyodide.files),
    loadAll(kernel.base, kernel.files),
  ]);
  // What Pyodide fetches from here on are the bytes that were verified, and nothing else.
  self.fetch = async (address) => {
    const bytes = files.get(String(address).replace(NOWHERE, ""));
    if (!bytes) throw new TypeError(`nothing else is fetched: ${address}`);
    return new Response(bytes, { headers: { "Content-Type": "application/wasm" } });
  };
  const { loadPyodide } = await imported(files.get("pyodide.mjs"));
  const { default: createPyodideModule } = await imported(files.get("pyodide.asm.mjs"));
  python = await loadPyodide({
    indexURL: NOWHERE,
    createPyodideModule,
    lockFileContents: new TextDecoder().decode(files.get("pyodide-lock.json")),
    stdout: () => {},
    stderr: () => {},
  });
  python.FS.mkdirTree(FOLDER);
  for (const [name, bytes] of sources) python.FS.writeFile(`${FOLDER}/${name}`, new Uint8Array(bytes));
  python.runPython(ASKING);
  ask = python.globals.get("ask");
  return { python: python.runPython("sys.version.split()[0]") };
};

const verify = async (address) => {
  const bytes = new Uint8Array(await load(address));
  const began = performance.now();
  python.FS.writeFile(PROOF, bytes);
  const said = ask();
  return { said, seconds: (performance.now() - began) / 1000 };
};

self.onmessage = async ({ data }) => {
  try {
    self.postMessage(data.start ? await start(data.start) : await verify(data.proof));
  } catch (error) {
    const known = error instanceof Problem;
    self.postMessage({
      problem: known ? error.message : `Python ended in this browser: ${error.message ?? error}`,
      fatal: !known,
    });
  }
};
