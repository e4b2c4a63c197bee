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
      const failed = ({ message: why }) => answered({ problem: `verify.js does not run here (${why || "it is not there"})` });
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
    const answer = ready.problem ? { ...ready, hopeless: true } : { ...ready, ...(await ask({ proof: address(proof.file) })) };
    if (answer.hopeless || answer.fatal) end();
    return answer;
  };
  const verify = (proof) => (last = last.then(() => answered(proof))); // one after the other: there is one Python
  const fromDisk = () => {
    const folder = decodeURIComponent(new URL(".", location.href).pathname).replace(/(.)\/$/, "$1");
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
  const listed = (names) => names.join(" and the ");
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
      const which = listed(other.map((field) => STATEMENT[field]));
      const text = `the kernel accepts the file, but it does not prove what this report says: the ${which} differ.`;
      return { kind: "bad", word: "ANOTHER STATEMENT", text, found, other };
    }
    if (another.length) {
      const which = listed(another.map((field) => FILE[field]));
      const text = `it proves what this report says, but it is not the file of which the report speaks: the ${which} differ.`;
      return { kind: "bad", word: "ANOTHER FILE", text, found, other: another };
    }
    return { kind: "good", word: DATA.proved, text: `the same file and the same statement as in this report (${time}).`, found, other };
  };
  const badge = ({ kind, word }) => html("span", { class: `badge ${kind}` }, word);
  const lines = (value) => {
    const texts = Array.isArray(value) ? value.map((each) => (Array.isArray(each) ? each.join(": ") : each)) : [String(value)];
    return texts.length ? texts.map((text) => html("code", {}, text)) : ["none"];
  };
  const details = (proof, { found, other }) => {
    const rows = Object.entries({ ...STATEMENT, ...FILE }).flatMap(([field, name]) => [
      html("dt", {}, name),
      html("dd", {}, ...lines(found[field])),
      ...(other.includes(field) ? [html("dt", { class: "because" }, "this report says"), html("dd", {}, ...lines(proof[field]))] : []),
    ]);
    return html("details", {}, html("summary", {}, "What the kernel says that the file proves"), html("dl", {}, ...rows));
  };

  // --- the buttons ---

  const WAITING = "Python starts in this browser, which takes a few seconds ...";
  const entries = [];
  const place = (proof) => {
    const shown = document.querySelector(`[data-proof="${proof.place}"]`);
    if (!shown) return;
    const button = html("button", { type: "button" }, "Check this proof here");
    const answer = html("div", { class: "kernel-answer", role: "status" });
    shown.parentElement.append(html("div", { class: "kernel-check" }, button), answer);
    const entry = { proof, answer, busy: false };
    button.addEventListener("click", async () => {
      if (!entry.busy) (await check(entry, started ? "..." : WAITING)).details?.setAttribute("open", "");
    });
    entries.push(entry);
  };
  const check = async (entry, waiting) => {
    entry.busy = true;
    if (waiting) entry.answer.replaceChildren(waiting);
    const answer = await verify(entry.proof);
    const result = read(entry.proof, answer);
    const more = result.found ? [details(entry.proof, result)] : [];
    entry.answer.replaceChildren(html("p", {}, badge(result), ` ${result.text}`), ...more);
    entry.busy = false;
    return { result, details: more[0], hopeless: answer.hopeless };
  };
  const checkAll = async () => {
    const [bar, said] = [html("progress", { max: entries.length, value: 0, "aria-label": "Proofs checked" }), part("answers")];
    said.replaceChildren(bar, ` ${WAITING}`);
    const began = performance.now();
    const results = [];
    for (const entry of entries) {
      const { result, hopeless } = await check(entry);
      results.push({ entry, result });
      bar.value = results.length;
      if (hopeless) break;
    }
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const bad = results.filter(({ result }) => result.kind !== "good");
    const good = results.length - bad.length;
    const items = bad.map(({ entry, result }) =>
      html("li", {}, badge(result), " ", html("a", { href: `#${entry.proof.place}` }, entry.proof.file), `: ${result.text}`),
    );
    const text = ` ${good} of ${entries.length} proofs are ${DATA.proved} here, as this report says (${seconds} s in all).`;
    said.replaceChildren(html("p", {}, badge({ kind: bad.length ? "bad" : "good", word: bad.length ? "LOOK" : DATA.proved }), text), html("ul", {}, ...items));
  };
  const begin = () => {
    DATA.proofs.forEach(place);
    if (entries.length) part("all").replaceChildren(buttonForAll());
    for (const still of document.querySelectorAll("[data-kernel-still]")) still.hidden = true;
  };
  const buttonForAll = () => {
  const all = html("button", { type: "button" }, entries.length === 1 ? "Check the proof" : `Check all ${entries.length} proofs`);
  let running = false;
  all.addEventListener("click", async () => {
    if (running) return;
    running = true;
    await checkAll();
    running = false;
  });
  return all;
  };
  document.addEventListener("DOMContentLoaded", begin); // the claims stand below
})();
