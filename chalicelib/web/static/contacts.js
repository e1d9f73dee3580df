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

  // What Excel writes is often Windows-1252.
  const read = bytes => {
    try { return new TextDecoder("utf-8", { fatal: true }).decode(bytes); } catch { return new TextDecoder("windows-1252").decode(bytes); }
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
    const text = read(await file.arrayBuffer());
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
      const load = element("button", `${say("Charger", "Load")} ${sum.accepted} contacts`, { type: "button" });
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
