// The page: a button beside each proof file, one for all of them, and in words what the kernel answers.
(() => {
  "use strict";
  const part = (name) => document.getElementById(`kernel-${name}`);
  const DATA = JSON.parse(part("data").textContent);
  const html = (tag, attributes = {}, ...children) => {
    const found = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
    found.append(...children);
    return found;
  };
  const address = (name) => new URL(name, document.baseURI).href;

  // --- the worker: Python with the kernel, started when it is first needed ---

  let worker = null,
    started = null,
    last = Promise.resolve();
  const ask = (message) =>
    new Promise((answered) => {
      const failed = ({ message: why }) =>
        answered({ problem: `verify.js does not run here (${why || "it is not there"})` });
      worker.onmessage = ({ data }) => answered(data);
      worker.onerror = failed;
      worker.postMessage(message);
    });
  const start = () => {
    worker = new Worker(address("verify.js"), { type: "module" });
    const place = ({ base, files }) => ({ base: address(base), files });
    return ask({ start: { pyodide: place(DATA.pyodide), kernel: place(DATA.kernel) } });
  };
  const end = () => {
    worker?.terminate();
    worker = started = null; // the next press starts it anew
  };
  // An answer has `said` and `seconds`, or `problem`; it is `hopeless` where that is no matter of this one file.
  const answered = async (proof) => {
    if (location.protocol === "file:") return { problem: fromDisk(), hopeless: true };
    started ??= start();
    const ready = await started;
    const answer = ready.problem
      ? { ...ready, hopeless: true }
      : { ...ready, ...(await ask({ proof: address(proof.file) })) };
    if (answer.hopeless || answer.fatal) end();
    return answer;
  };
  const verify = (proof) => (last = last.then(() => answered(proof))); // one after the other: there is one Python
  const fromDisk = () => {
    const path = decodeURIComponent(new URL(".", location.href).pathname);
    const folder = path.replace(/(.)\/$/, "$1").replace(/^\/(?=[A-Za-z]:)/, ""); // C:/... on Windows
    const quoted = /^[\w./-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", "'\\''")}'`;
    return (
      "a browser does this only for a page that comes from a server; run " +
      `python -m http.server --bind 127.0.0.1 --directory ${quoted} and open http://127.0.0.1:8000/`
    );
  };

  // --- what the kernel answers, beside what the report says ---

  const STATEMENT = { conclusion: "conclusion", hypotheses: "assumptions", citations: "cited axioms" };
  const FILE = { steps: "number of steps", sha256: "sha256" };
  const differing = (fields, proof, found) =>
    Object.keys(fields).filter((field) => JSON.stringify(proof[field]) !== JSON.stringify(found[field]));
  const differ = (fields) => `these differ: ${fields.map((field) => ({ ...STATEMENT, ...FILE })[field]).join(", ")}`;
  const read = (proof, answer) => {
    if (answer.problem) return { kind: "open", word: "NOT CHECKED", text: `${answer.problem}.` };
    let found;
    try {
      found = JSON.parse(answer.said);
    } catch {
      return { kind: "open", word: "NOT CHECKED", text: `the kernel did not answer: ${answer.said}` };
    }
    const time = `${answer.seconds.toFixed(2)} s, Python ${answer.python}`;
    if (found.verdict !== DATA.proved) return { kind: "bad", word: found.verdict, text: `${found.reason} (${time}).` };
    const other = differing(STATEMENT, proof, found),
      another = differing(FILE, proof, found);
    if (other.length) {
      const text = `the kernel accepts the file, but it does not prove what this report says; ${differ(other)}.`;
      return { kind: "bad", word: "ANOTHER STATEMENT", text, found, other };
    }
    if (another.length) {
      const text = `it proves what this report says, but is not the file that this report speaks of; ${differ(another)}.`;
      return { kind: "bad", word: "ANOTHER FILE", text, found, other: another };
    }
    return {
      kind: "good",
      word: DATA.proved,
      text: `the same file and the same statement as in this report (${time}).`,
      found,
      other,
    };
  };
  const badge = ({ kind, word }) => html("span", { class: `badge ${kind}` }, word);
  const lines = (value) => {
    const texts = Array.isArray(value)
      ? value.map((each) => (Array.isArray(each) ? each.join(": ") : each))
      : [String(value)];
    return texts.length ? texts.map((text) => html("code", {}, text)) : ["none"];
  };
  const details = (proof, { found, other }) => {
    const rows = Object.entries({ ...STATEMENT, ...FILE }).flatMap(([field, name]) => [
      html("dt", {}, name),
      html("dd", {}, ...lines(found[field])),
      ...(other.includes(field)
        ? [html("dt", { class: "because" }, "this report says"), html("dd", {}, ...lines(proof[field]))]
        : []),
    ]);
    return html(
      "details",
      {},
      html("summary", {}, "What the kernel says that the file proves"),
      html("dl", {}, ...rows),
    );
  };

  // --- the buttons ---

  const STARTING = "Python starts in this browser, which takes a few seconds ...";
  const entries = [];
  const place = (proof) => {
    const shown = document.querySelector(`[data-proof="${proof.place}"]`);
    if (!shown) return;
    const button = html("button", { type: "button" }, "Check this proof here");
    const answer = html("div", { class: "kernel-answer" });
    shown.parentElement.append(html("div", { class: "kernel-check" }, button), answer);
    const entry = { proof, answer };
    button.addEventListener("click", () => check(entry));
    entries.push(entry);
  };
  // One proof, for which somebody has asked: the answer is read aloud where pages are, and is open.
  const check = async (entry) => {
    if (entry.busy) return;
    entry.busy = true;
    entry.answer.setAttribute("role", "status");
    entry.answer.replaceChildren(started ? "The kernel reads it ..." : STARTING);
    show(entry, await verify(entry.proof));
    entry.answer.querySelector("details")?.setAttribute("open", "");
    entry.busy = false;
  };
  const show = ({ proof, answer: place }, answer) => {
    const result = read(proof, answer);
    const more = result.found ? [details(proof, result)] : [];
    place.replaceChildren(html("p", {}, badge(result), ` ${result.text}`), ...more);
    if (result.kind !== "good") place.closest("details")?.setAttribute("open", ""); // the proof above it
    return result;
  };
  const checkAll = async () => {
    const bar = html("progress", { max: entries.length, value: 0, "aria-label": "Proofs checked" });
    part("answers").replaceChildren(bar, started ? "" : ` ${STARTING}`);
    const began = performance.now();
    const results = [];
    for (const entry of entries) {
      const answer = await verify(entry.proof);
      results.push({ proof: entry.proof, ...show(entry, answer) });
      bar.value = results.length;
      if (bar.nextSibling) bar.nextSibling.remove();
      if (answer.hopeless) break;
    }
    summarise(results, (performance.now() - began) / 1000);
  };
  const summarise = (results, seconds) => {
    const bad = results.filter(({ kind }) => kind !== "good");
    const good = results.length - bad.length;
    const word = bad.length ? { kind: "bad", word: "LOOK" } : { kind: "good", word: DATA.proved };
    const text = `${good} of ${entries.length} proofs are ${DATA.proved} here, as this report says (${seconds.toFixed(1)} s).`;
    const items = bad.map((each) =>
      html("li", {}, badge(each), " ", html("a", { href: `#${each.proof.place}` }, each.proof.file), `: ${each.text}`),
    );
    part("answers").replaceChildren(html("p", {}, badge(word), ` ${text}`), html("ul", {}, ...items));
  };
  const buttonForAll = () => {
    const words = entries.length === 1 ? "Check the proof" : `Check all ${entries.length} proofs`;
    const button = html("button", { type: "button" }, words);
    let running = false;
    button.addEventListener("click", async () => {
      if (running) return;
      running = true;
      await checkAll();
      running = false;
    });
    return button;
  };
  const begin = () => {
    DATA.proofs.forEach(place);
    if (entries.length) part("all").replaceChildren(buttonForAll());
    for (const still of document.querySelectorAll("[data-kernel-still]")) still.hidden = true;
  };
  document.addEventListener("DOMContentLoaded", begin); // the claims stand below
})();
