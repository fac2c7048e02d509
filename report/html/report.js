/* The endpoint table: search, filters, sorting, pages, details, export. The
 * rest of the report is plain HTML and works without this. Foreign text only
 * ever becomes text nodes. SPDX-License-Identifier: Apache-2.0 */
"use strict";
(function () {
  const PAGE = 100;
  const MAX_OPTIONS = 2000; /* of a filter; the fragment may name others */
  const OPTION_LENGTH = 60;
  const PAUSE_MS = 120; /* after a key, before searching */
  const SEPARATOR = "\x1f"; /* between the parts of one value */
  const byId = (id) => document.getElementById(id);
  const SHOWN = ["line", "host", "port", "owner", "verdict", "cause", "also",
    "ends", "tls"];
  const FILTERS = ["verdict", "cause", "owner", "resolution"];
  const SEARCHED = ["host", "owner", "cause", "also", "subject", "labels"];
  const NUMBERS = new Set(["line", "port"]);
  const CAUSE = 0; /* the parts of a finding */
  const PROOF = 1;
  const RESOLUTION = 2;
  const FINDING_PARTS = 3;
  const VIEW_PARTS = 2; /* view, verdict */
  const REVOCATION_PARTS = 3; /* result, source, until */
  const OUTCOMES = { w: "works", p: "pass", f: "fails", u: "unknown" };

  const state = { q: "", page: 0, sort: "line", down: false, action: "",
    pick: "" };
  let words; /* what people call verdicts, causes and resolutions */
  let columns; /* name -> column */
  let numRows = 0;
  let found = []; /* rows, in the order shown */

  /* One column: base64 of raw deflate of lines, "\n" and "\\" escaped. Equal
   * texts are kept once. */
  async function readColumn(name) {
    const packed = byId("col-" + name).textContent.trim();
    const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream()
      .pipeThrough(new DecompressionStream("deflate-raw"));
    const plain = await new Response(stream).arrayBuffer();
    const lines = new TextDecoder("utf-8", { ignoreBOM: true })
      .decode(plain).split("\n");
    lines.pop();
    const index = new Map();
    const texts = [];
    const ids = new Uint32Array(lines.length);
    lines.forEach((line, i) => {
      let id = index.get(line);
      if (id === undefined) {
        id = texts.length;
        index.set(line, id);
        texts.push(line.replace(/\\(.)/g,
          (all, c) => (c === "n" ? "\n" : c)));
      }
      ids[i] = id;
    });
    return { ids, texts, at: (row) => texts[ids[row]] };
  }

  function wordFor(kind, id) {
    const known = words[kind];
    return known && Object.hasOwn(known, id) ? known[id] : id;
  }

  /* The address after "#" holds what is shown, so that it can be sent to
   * somebody; it is foreign text too. */
  function readFragment() {
    if (byId(location.hash.slice(1))) {
      return; /* a section of the page */
    }
    const params = new URLSearchParams(location.hash.slice(1));
    for (const name of ["q", "action", "pick", ...FILTERS]) {
      state[name] = params.get(name) || "";
    }
    const sort = params.get("sort");
    state.sort = SHOWN.includes(sort) ? sort : "line";
    state.down = params.get("down") === "1";
    state.page = Math.max(0, Math.trunc(Number(params.get("page"))) || 0);
  }

  function writeFragment() {
    const params = new URLSearchParams();
    for (const name of ["q", "action", "pick", ...FILTERS]) {
      if (state[name]) {
        params.set(name, state[name]);
      }
    }
    if (state.sort !== "line" || state.down) {
      params.set("sort", state.sort);
      params.set("down", state.down ? "1" : "0");
    }
    if (state.page) {
      params.set("page", String(state.page));
    }
    if (params.size > 0 || !byId(location.hash.slice(1))) {
      history.replaceState(null, "", "#" + params.toString());
    }
  }

  /* A pick says which columns hold what; a row is picked if one of them does:
   * "client:3f", "policy:0u", "rule:0/M1", "cause:ID" (of any rank), "first:ID",
   * "tls:TLSv1.3", "view:NAME=VERDICT". Nothing holds what is none of these. */
  function picked(pick) {
    const [, kind, value] = /^([a-z]+):([^]*)$/.exec(pick) || [];
    const is = (text) => text === value;
    const letter = (text) => text[parseInt(value, 10)] === value.slice(-1);
    const parts = (text) => text.split(SEPARATOR);
    const cut = (value || "").lastIndexOf("=");
    const verdict = (text) => {
      const list = parts(text);
      return list.some((name, i) => i % 2 === 0 &&
        name === value.slice(0, cut) && list[i + 1] === value.slice(cut + 1));
    };
    return {
      client: [["clients", letter]],
      policy: [["policies", letter]],
      rule: [["rules", (text) => parts(text).includes(value)]],
      first: [["cause", is]],
      cause: [["cause", is], ["also", (text) => text.split(" ").some(is)]],
      tls: [["tls", is]],
      view: [["views", verdict]],
    }[kind] || [];
  }

  /* One test for each condition. Each of a column's different texts is looked
   * at once, however many rows have it. */
  function conditions() {
    const tests = [];
    const add = (name, wanted) => {
      const hits = columns[name].texts.map(wanted);
      const ids = columns[name].ids;
      tests.push((row) => hits[ids[row]]);
    };
    for (const name of FILTERS) {
      if (state[name]) {
        add(name, (text) => text === state[name]);
      }
    }
    if (state.action) {
      add("actions", (text) => text.split(" ").includes(state.action));
    }
    if (state.pick) {
      const hits = picked(state.pick).map(([name, wanted]) =>
        [columns[name].ids, columns[name].texts.map(wanted)]);
      tests.push((row) => hits.some(([ids, hit]) => hit[ids[row]]));
    }
    for (const word of state.q.toLowerCase().split(/\s+/).filter(Boolean)) {
      const hits = SEARCHED.map((name) => [columns[name].ids,
        columns[name].texts.map((text) => text.toLowerCase().includes(word))]);
      tests.push((row) => hits.some(([ids, hit]) => hit[ids[row]]));
    }
    return tests;
  }

  function search() {
    const tests = conditions();
    found = [];
    for (let row = 0; row < numRows; row++) {
      if (tests.every((test) => test(row))) {
        found.push(row);
      }
    }
    sortRows();
  }

  function sortRows() {
    const column = columns[state.sort];
    const order = column.texts.map((text, id) => [text, id]);
    order.sort(([a], [b]) => NUMBERS.has(state.sort)
      ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0);
    const rank = new Uint32Array(order.length);
    order.forEach(([, id], i) => { rank[id] = i; });
    const sign = state.down ? -1 : 1;
    found.sort((a, b) =>
      sign * (rank[column.ids[a]] - rank[column.ids[b]]) || a - b);
  }

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) {
      made.textContent = text;
    }
    if (className !== undefined) {
      made.className = className;
    }
    return made;
  }

  /* ---- One row's details ---- */

  /* A value with several parts, `size` to an item. */
  function partsOf(name, row, size) {
    const text = columns[name].at(row);
    const parts = text === "" ? [] : text.split(SEPARATOR);
    const items = [];
    for (let i = 0; i < parts.length; i += size) {
      items.push(parts.slice(i, i + size));
    }
    return items;
  }

  function findingsOf(row) {
    return partsOf("findings", row, FINDING_PARTS);
  }

  function fieldsOf(row) {
    return columns.labels.at(row).split(SEPARATOR);
  }

  function fieldName(i) {
    return words.columns[i] || `column ${i + 1}`;
  }

  function pairs(list) {
    const made = element("dl");
    for (const [name, text] of list) {
      made.append(element("dt", name), element("dd", text || "\u2013"));
    }
    return made;
  }

  function findingsList(row) {
    const findings = findingsOf(row);
    if (findings.length === 0) {
      return element("p", "Nothing is wrong with it.");
    }
    const made = element("ol");
    for (const finding of findings) {
      const item = element("li");
      const resolution = finding[RESOLUTION];
      const who = wordFor("who", resolution);
      item.append(element("b", finding[CAUSE]), ": ",
        wordFor("cause", finding[CAUSE]),
        element("p", finding[PROOF], "proof"),
        element("p", "Do: " + wordFor("resolution", resolution) +
          (who === resolution ? "" : ` (${who})`), "mute"));
      made.append(item);
    }
    return made;
  }

  /* What stays when the first cause is fixed. */
  function remainingList(row) {
    const made = element("ul");
    for (const cause of columns.remaining.at(row).split(" ").filter(Boolean)) {
      const item = element("li");
      item.append(element("b", cause), ": ", wordFor("cause", cause));
      made.append(item);
    }
    return made;
  }

  function trustOf(row) {
    const made = [];
    const views = partsOf("views", row, VIEW_PARTS);
    const revocation = partsOf("revocation", row, REVOCATION_PARTS);
    if (views.length > 0) {
      made.push(element("h3", "Trust views"), pairs(views.map(
        ([view, verdict]) => [view, wordFor("verdict", verdict)])));
    }
    for (const [result, source, until] of revocation) {
      made.push(element("h3", "Revocation"), pairs([["result", result],
        ["source", source], ["good until", until]]));
    }
    return made;
  }

  /* What each client or policy makes of it; those for which all is well are
   * counted only. */
  function outcomesOf(name, row) {
    const all = [...columns[name].at(row)];
    const good = all.filter((letter) => letter === "w" || letter === "p");
    const list = all.map((letter, i) => [words[name][i] || String(i),
      name === "policies" && letter === "f" ? "fail" : OUTCOMES[letter],
      letter]).filter(([, , letter]) => letter === "f" || letter === "u");
    if (good.length > 0) {
      list.push([list.length ? `${good.length} others` : `all ${good.length}`,
        OUTCOMES[good[0]]]);
    }
    return list;
  }

  function rulesOf(row) {
    return columns.rules.at(row).split(SEPARATOR).filter(Boolean)
      .map((rule) => rule.slice(rule.indexOf("/") + 1));
  }

  function measuresOf(row) {
    const made = [];
    const clients = outcomesOf("clients", row);
    const policies = outcomesOf("policies", row);
    const rules = rulesOf(row);
    if (clients.length > 0) {
      made.push(element("h3", "Clients"), pairs(clients));
    }
    if (rules.length > 0) {
      policies.push(["rules that do not hold", rules.join(", ")]);
    }
    if (policies.length > 0) {
      made.push(element("h3", "Policies"), pairs(policies));
    }
    if (columns.grade.at(row)) {
      made.push(element("h3", "Grade"), element("p", columns.grade.at(row)));
    }
    return made;
  }

  function actionButton(key) {
    return document.querySelector(
      `button[data-action="${CSS.escape(key)}"]`);
  }

  /* Unfolds the row's first action in the plan above. */
  function showAction(key) {
    const action = actionButton(key).closest("details");
    action.open = true;
    action.scrollIntoView();
    action.querySelector("summary").focus();
  }

  function details(row) {
    const cell = element("td");
    const both = element("div", undefined, "details");
    const left = element("div");
    const right = element("div");
    const key = columns.actions.at(row).split(" ")[0];
    cell.colSpan = SHOWN.length;
    left.append(element("h3", "Findings"), findingsList(row));
    if (columns.remaining.at(row)) {
      left.append(element("h3", "Still wrong after the first fix"),
        remainingList(row));
    }
    if (key && actionButton(key)) {
      const button = element("button", "Show it in the action plan", "plain");
      button.addEventListener("click", () => showAction(key));
      left.append(button);
    }
    right.append(element("h3", "Certificate"),
      pairs([["subject", columns.subject.at(row)],
        ["ends", columns.ends.at(row)]]),
      ...trustOf(row), ...measuresOf(row),
      element("h3", "Row in the input"),
      pairs(fieldsOf(row).map((text, i) => [fieldName(i), text])));
    both.append(left, right);
    cell.append(both);
    const line = element("tr");
    line.id = "details-" + row;
    line.append(cell);
    return line;
  }

  function toggle(button, row) {
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
    if (open) {
      byId("details-" + row).remove();
      button.removeAttribute("aria-controls");
    } else {
      button.closest("tr").after(details(row));
      button.setAttribute("aria-controls", "details-" + row);
    }
  }

  /* ---- The table ---- */

  function cellFor(name, row) {
    const text = columns[name].at(row);
    if (name === "line") {
      const cell = element("td", undefined, "num");
      const button = element("button", text, "expand");
      button.setAttribute("aria-expanded", "false");
      button.setAttribute("aria-label", `Details of line ${text}`);
      button.addEventListener("click", () => toggle(button, row));
      cell.append(button);
      return cell;
    }
    const cell = element("td", name === "verdict"
      ? wordFor("verdict", text) : text);
    if (NUMBERS.has(name)) {
      cell.className = "num";
    }
    if (name === "cause" && text) {
      cell.title = wordFor("cause", text);
    }
    return cell;
  }

  function draw() {
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    state.page = Math.min(state.page, pages - 1);
    const first = state.page * PAGE;
    const shown = found.slice(first, first + PAGE);
    const number = (n) => n.toLocaleString("en");
    byId("rows").replaceChildren(...shown.map((row) => {
      const line = element("tr");
      line.append(...SHOWN.map((name) => cellFor(name, row)));
      return line;
    }));
    byId("found").textContent = found.length === 0 ? "nothing found"
      : `${number(first + 1)}\u2013${number(first + shown.length)} of ` +
        number(found.length) + (state.action ? " with the chosen action"
          : state.pick ? " that were chosen above" : "");
    byId("previous").disabled = state.page === 0;
    byId("next").disabled = state.page === pages - 1;
    for (const head of document.querySelectorAll("#endpoints th")) {
      head.setAttribute("aria-sort", head.dataset.column !== state.sort
        ? "none" : state.down ? "descending" : "ascending");
    }
    writeFragment();
  }

  function again() {
    search();
    draw();
  }

  /* ---- The controls ---- */

  function addOption(select, name, text) {
    /* Causes go by their ids, as in the table. */
    const label = name === "cause" ? text : wordFor(name, text);
    const option = element("option", label.length > OPTION_LENGTH
      ? label.slice(0, OPTION_LENGTH) + "\u2026" : label);
    option.value = text;
    select.append(option);
  }

  function showControls() {
    byId("q").value = state.q;
    byId("all").hidden = !state.action && !state.pick;
    for (const name of FILTERS) {
      const select = byId("by-" + name);
      select.value = state[name];
      if (select.value !== state[name]) {
        addOption(select, name, state[name]);
        select.value = state[name];
      }
    }
  }

  function change(changes) {
    Object.assign(state, { page: 0 }, changes);
    again();
  }

  function fillFilters() {
    for (const name of FILTERS) {
      const select = byId("by-" + name);
      columns[name].texts.filter(Boolean).sort().slice(0, MAX_OPTIONS)
        .forEach((text) => addOption(select, name, text));
      select.addEventListener("change",
        () => change({ [name]: select.value }));
    }
  }

  /* ---- Export ---- */

  /* RFC 4180; what a spreadsheet would run as a formula gets an apostrophe. */
  function csvField(text) {
    const safe = /^(\s*[=+@\-\uff1d\uff0b\uff20\uff0d]|[\t\r])/.test(text) &&
      !/^[-+]?[0-9]+(\.[0-9]+)?$/.test(text) ? "'" + text : text;
    return /[",;\t\r\n]|^\s|\s$/.test(safe)
      ? '"' + safe.replace(/"/g, '""') + '"' : safe;
  }

  /* Every line gets as many fields as the longest row has. */
  function csvText() {
    const names = [...SHOWN, "resolution", "subject", "grade"];
    const width = found.reduce((most, row) =>
      Math.max(most, fieldsOf(row).length), words.columns.length);
    const padded = (fields) =>
      Array.from({ length: width }, (none, i) => fields[i] || "");
    const lines = [[...names, "proof",
      ...Array.from({ length: width }, (none, i) => fieldName(i))]];
    for (const row of found) {
      const finding = findingsOf(row)[0];
      lines.push([...names.map((name) => columns[name].at(row)),
        finding ? finding[PROOF] : "", ...padded(fieldsOf(row))]);
    }
    return lines.map((line) => line.map(csvField).join(",") + "\r\n").join("");
  }

  function download() {
    const link = element("a");
    link.href = URL.createObjectURL(
      new Blob([csvText()], { type: "text/csv" }));
    link.download = "endpoints-filtered.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function wire() {
    let timer = 0;
    byId("q").addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => change({ q: byId("q").value }), PAUSE_MS);
    });
    for (const head of document.querySelectorAll("#endpoints th")) {
      head.querySelector("button").addEventListener("click", () => {
        state.down = state.sort === head.dataset.column && !state.down;
        state.sort = head.dataset.column;
        sortRows();
        draw();
      });
    }
    byId("previous").addEventListener("click", () => { state.page--; draw(); });
    byId("next").addEventListener("click", () => { state.page++; draw(); });
    byId("export").addEventListener("click", download);
    byId("all").addEventListener("click", () => {
      change({ action: "", pick: "" });
      showControls();
    });
    for (const button of document.querySelectorAll(
      "button[data-action], button[data-pick]")) {
      button.addEventListener("click", () => {
        const none = Object.fromEntries(FILTERS.map((name) => [name, ""]));
        change({ ...none, q: "", action: button.dataset.action || "",
          pick: button.dataset.pick || "" });
        showControls();
        byId("table").scrollIntoView();
      });
    }
    window.addEventListener("hashchange", () => {
      readFragment();
      showControls();
      again();
    });
  }

  async function begin() {
    const names = [...document.querySelectorAll("[data-column-data]")]
      .map((block) => block.id.slice("col-".length));
    const read = await Promise.all(names.map(readColumn));
    words = JSON.parse(byId("words").textContent);
    columns = Object.fromEntries(names.map((name, i) => [name, read[i]]));
    numRows = columns.line.ids.length;
    readFragment();
    fillFilters();
    showControls();
    wire();
    again();
    byId("endpoint-tools").hidden = false;
    document.body.dataset.ready = "yes";
  }

  begin().catch((error) => {
    byId("found").textContent =
      "This browser cannot show the table (" + error.message +
      "); endpoints.csv has all rows.";
  });
}());
