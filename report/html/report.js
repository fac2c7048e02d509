/* The endpoint table: search, filters, sorting, pages, export. The rest of the
 * report is plain HTML and works without this. Foreign text only ever becomes
 * text nodes. SPDX-License-Identifier: Apache-2.0 */
"use strict";
(function () {
  const PAGE = 100;
  const byId = (id) => document.getElementById(id);
  const SHOWN = ["line", "host", "port", "owner", "verdict", "cause", "also",
    "ends", "tls"];
  const FILTERS = ["verdict", "cause", "owner", "resolution"];
  const NUMBERS = new Set(["line", "port"]);

  /* One column: base64 of raw deflate of lines, "\n" and "\\" escaped. Equal
   * texts are kept once. */
  async function readColumn(name) {
    const packed = byId("col-" + name).textContent.trim();
    const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream()
      .pipeThrough(new DecompressionStream("deflate-raw"));
    const text = await new Response(stream).text();
    const lines = text.split("\n");
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

  const state = { q: "", page: 0, sort: "line", down: false, action: "" };
  let columns;
  let numRows = 0;
  let found = [];

  function readFragment() {
    const params = new URLSearchParams(location.hash.slice(1));
    for (const name of ["q", "sort", "action", ...FILTERS]) {
      state[name] = params.get(name) || (name === "sort" ? "line" : "");
    }
    if (!columns[state.sort]) {
      state.sort = "line";
    }
    state.down = params.get("down") === "1";
    state.page = Math.max(0, Number(params.get("page")) || 0);
  }

  function writeFragment() {
    const params = new URLSearchParams();
    for (const name of ["q", "action", ...FILTERS]) {
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
    const text = params.toString();
    history.replaceState(null, "", text ? "#" + text : "#");
  }

  /* Which of a column's different texts hold the words: each is looked at once,
   * however many rows have it. */
  function matching(column, word) {
    return column.texts.map((text) => text.toLowerCase().includes(word));
  }

  function search() {
    const tests = [];
    for (const name of [...FILTERS, "action"]) {
      if (state[name]) {
        const wanted = name === "action"
          ? columns.actions.texts.map((t) => t.split(" ").includes(state.action))
          : columns[name].texts.map((t) => t === state[name]);
        const ids = columns[name === "action" ? "actions" : name].ids;
        tests.push((row) => wanted[ids[row]]);
      }
    }
    for (const word of state.q.toLowerCase().split(/\s+/).filter(Boolean)) {
      const hits = ["host", "owner", "cause", "also", "subject", "labels"]
        .map((name) => [columns[name].ids, matching(columns[name], word)]);
      tests.push((row) => hits.some(([ids, hit]) => hit[ids[row]]));
    }
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

  function element(name, text) {
    const made = document.createElement(name);
    if (text !== undefined) {
      made.textContent = text;
    }
    return made;
  }

  function draw() {
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    state.page = Math.min(state.page, pages - 1);
    const first = state.page * PAGE;
    const body = byId("rows");
    body.replaceChildren();
    for (const row of found.slice(first, first + PAGE)) {
      const line = element("tr");
      for (const name of SHOWN) {
        const cell = element("td", columns[name].at(row));
        if (NUMBERS.has(name)) {
          cell.className = "num";
        }
        line.append(cell);
      }
      line.title = columns.proof.at(row);
      body.append(line);
    }
    byId("found").textContent = found.length === 0 ? "nothing found"
      : `${(first + 1).toLocaleString("en")}\u2013` +
        `${Math.min(first + PAGE, found.length).toLocaleString("en")} of ` +
        `${found.length.toLocaleString("en")}` +
        (state.action ? " with the chosen action" : "");
    byId("previous").disabled = state.page === 0;
    byId("next").disabled = state.page === pages - 1;
    for (const head of document.querySelectorAll("#endpoints th")) {
      const sorted = head.dataset.column === state.sort;
      head.setAttribute("aria-sort", !sorted ? "none"
        : state.down ? "descending" : "ascending");
    }
    writeFragment();
  }

  function again() {
    search();
    draw();
  }

  function showControls() {
    byId("q").value = state.q;
    for (const name of FILTERS) {
      byId("by-" + name).value = state[name];
    }
    byId("all").hidden = !state.action;
  }

  function fillFilters() {
    for (const name of FILTERS) {
      const select = byId("by-" + name);
      const texts = columns[name].texts.filter(Boolean).sort().slice(0, 2000);
      for (const text of texts) {
        const option = element("option", text);
        option.value = text;
        select.append(option);
      }
      select.addEventListener("change", () => {
        state[name] = select.value;
        state.page = 0;
        again();
      });
    }
  }

  /* RFC 4180; what a spreadsheet would run as a formula gets an apostrophe. */
  function csvField(text) {
    const safe = /^\s*[=+@\-\t\r]/.test(text) &&
      !/^[-+]?[0-9.]+$/.test(text) ? "'" + text : text;
    return /[",\r\n]|^\s|\s$/.test(safe)
      ? '"' + safe.replace(/"/g, '""') + '"' : safe;
  }

  function download() {
    const names = [...SHOWN, "resolution", "subject", "proof"];
    const lines = [names.join(",")];
    for (const row of found) {
      lines.push(names.map((name) => csvField(columns[name].at(row))).join(","));
    }
    const link = element("a");
    link.href = URL.createObjectURL(
      new Blob([lines.join("\r\n") + "\r\n"], { type: "text/csv" }));
    link.download = "endpoints-filtered.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function wire() {
    byId("q").addEventListener("input", (event) => {
      state.q = event.target.value;
      state.page = 0;
      again();
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
      state.action = "";
      showControls();
      again();
    });
    for (const button of document.querySelectorAll("button[data-action]")) {
      button.addEventListener("click", () => {
        Object.assign(state, { q: "", page: 0, action: button.dataset.action });
        FILTERS.forEach((name) => { state[name] = ""; });
        showControls();
        again();
        byId("endpoints-title").scrollIntoView();
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
