// A file of contacts: a small one goes into the form, a large one goes in pieces, with how far it is.
"use strict";
(() => {
  const LINES = 2000;
  const SHOWN = 100;
  const say = document.documentElement.lang === "fr" ? french => french : (_, english) => english;
  const form = document.getElementById("load");
  const box = document.getElementById("pieces");
  if (!form || !box) return;
  let pieces = [];

  // What Excel writes is often Windows-1252; as "Unicode text", UTF-16.
  const read = bytes => {
    const [first, second] = new Uint8Array(bytes);
    if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
    if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
    try { return new TextDecoder("utf-8", { fatal: true }).decode(bytes); } catch { return new TextDecoder("windows-1252").decode(bytes); }
  };

  const wrong = bytes => {
    const start = String.fromCharCode(...new Uint8Array(bytes.slice(0, 4)));
    if (!bytes.byteLength) return say("Ce fichier est vide.", "This file is empty.");
    if (start.startsWith("PK") || start === "\xd0\xcf\x11\xe0") return say("C’est un classeur Excel. Dans Excel : Fichier, Enregistrer sous, « CSV UTF-8 » ; puis choisissez ce fichier-là.", "This is an Excel workbook. In Excel: File, Save as, “CSV UTF-8”; then choose that file.");
    return "";
  };

  // Lines of a CSV, each with its number; a cell in quotes may hold line ends.
  const cut = text => {
    const [header, ...lines] = text.split(/\r\n|\n|\r/);
    const found = [];
    let rows = [];
    let first = 2;
    let open = false;
    lines.forEach((line, at) => {
      rows.push(line);
      if ((line.split('"').length - 1) % 2) open = !open;
      if (rows.length >= LINES && !open) {
        found.push({ first, text: [header, ...rows].join("\n") });
        rows = [];
        first = at + 3;
      }
    });
    if (rows.some(line => line.trim())) found.push({ first, text: [header, ...rows].join("\n") });
    return found;
  };

  const element = (name, text = "", more = {}) => Object.assign(document.createElement(name), { textContent: text }, more);

  document.getElementById("file").addEventListener("change", async event => {
    const file = event.target.files[0];
    if (!file) return;
    const bytes = await file.arrayBuffer();
    const problem = wrong(bytes);
    document.getElementById("file-error").textContent = problem;
    event.target.toggleAttribute("aria-invalid", Boolean(problem));
    const text = problem ? "" : read(bytes);
    const found = cut(text);
    pieces = found.length > 1 ? found : [];
    form.elements.rows.value = pieces.length ? "" : text;
    box.hidden = !pieces.length;
    box.replaceChildren(element("p", say("Grand fichier : il sera vérifié, puis chargé, par morceaux.", "A large file: it is checked, then loaded, in pieces.")));
  });

  form.addEventListener("submit", event => {
    if (!pieces.length) return;
    event.preventDefault();
    run("check");
  });

  const send = async (piece, what) => {
    const fields = new URLSearchParams(new FormData(form));
    fields.set("rows", piece.text);
    fields.set("do", what);
    const answer = await fetch(box.dataset.action, { method: "POST", body: fields });
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    for (const one of told.errors) one.line += piece.first - 2;
    return told;
  };

  async function run(what) {
    const sum = { rows: 0, accepted: 0, merged: 0, refused: 0 };
    const errors = [];
    const bar = element("progress", "", { max: pieces.length, value: 0, ariaLabel: say("Avancement", "Progress") });
    const status = element("p", "", { role: "status" });
    box.hidden = false;
    box.className = "card";
    box.replaceChildren(status, bar);
    form.querySelector("button").disabled = true;
    try {
      for (const piece of pieces) {
        const told = await send(piece, what);
        if (told.problem) {
          status.textContent = told.problem;
          return;
        }
        for (const name of Object.keys(sum)) sum[name] += told[name];
        errors.push(...told.errors);
        bar.value += 1;
        status.textContent = say(
          `${sum.rows} lignes lues : ${sum.accepted} prises, ${sum.merged} en double, ${sum.refused} refusées.`,
          `${sum.rows} rows read: ${sum.accepted} taken, ${sum.merged} twice, ${sum.refused} refused.`);
      }
    } catch (error) {
      status.textContent = say("Arrêté. Recommencez : ce qui est chargé le reste, et rien n’est pris deux fois.", "Stopped. Begin again: what is loaded stays, and nothing is taken twice.");
      return;
    } finally {
      form.querySelector("button").disabled = false;
    }
    if (errors.length) box.append(...table(errors));
    if (what === "check" && sum.accepted) {
      const load = element("button", `${say("Charger", "Load")} ${sum.accepted} contact${sum.accepted === 1 ? "" : "s"}`, { type: "button" });
      load.addEventListener("click", () => run("load"));
      box.append(load);
    } else if (what === "load") {
      box.append(element("p", say("C’est chargé.", "Loaded.")));
    }
  }

  function table(errors) {
    const cells = one => [one.line, one.field, one.words];
    const body = element("tbody");
    for (const one of errors.slice(0, SHOWN)) {
      const row = element("tr");
      row.append(...cells(one).map(cell => element("td", cell)));
      body.append(row);
    }
    const head = element("tr");
    head.append(...[say("Ligne", "Row"), say("Champ", "Field"), say("Raison", "Reason")].map(title => element("th", title, { scope: "col" })));
    const top = element("thead");
    top.append(head);
    const whole = element("table");
    whole.append(top, body);
    const wide = element("div", "", { className: "wide", tabIndex: 0, role: "region", ariaLabel: say("Lignes refusées", "Refused rows") });
    wide.append(whole);
    const quoted = errors.map(one => cells(one).map(cell => `"${String(cell).replaceAll('"', '""')}"`).join(",")).join("\r\n");
    const link = element("a", say("Télécharger les lignes refusées", "Download the refused rows"), { className: "button quiet", download: "refused.csv", href: URL.createObjectURL(new Blob([quoted], { type: "text/csv" })) });
    const held = element("p");
    held.append(link);
    return [wide, held];
  }
})();
