/* The table of endpoints and its controls.
 * SPDX-License-Identifier: Apache-2.0 */

const PAGE = 100;
const MAX_OPTIONS = 2000; /* of a filter; the address may name others */
const OPTION_LENGTH = 60;
const PAUSE_MS = 120; /* after a key, before searching */

let searches = 0; /* only the last one is shown */

/* ---- Rows ---- */

function cellFor(name, row) {
  const text = columns[name].at(row);
  if (name === "line") {
    const cell = element("td", undefined, "num");
    const expander = button(text, () => toggle(expander, row), "expand");
    expander.setAttribute("aria-expanded", "false");
    expander.setAttribute("aria-label", `Details of line ${text}`);
    cell.append(expander);
    return cell;
  }
  if (name === "verdict") {
    const cell = element("td");
    cell.append(element("span", wordFor("verdict", text), "verdict " + text
      .replace(/[^a-z_]/g, "")));
    return cell;
  }
  const cell = element("td", text);
  if (NUMBERS.has(name)) {
    cell.className = "num";
  }
  if (name === "cause" || name === "also") {
    cell.className = "ids";
    cell.title = text.split(" ").map((id) => wordFor("cause", id)).join("; ");
  }
  return cell;
}

function foundText(first, number) {
  if (found.length === 0) {
    return "Nothing found";
  }
  return `${formatted(first + 1)}\u2013${formatted(first + number)} of ` +
    formatted(found.length) + (state.action ? " with the chosen action"
    : state.pick ? " that were chosen above" : "");
}

function draw() {
  const pages = Math.max(1, Math.ceil(found.length / PAGE));
  state.page = Math.min(state.page, pages - 1);
  const first = state.page * PAGE;
  const shown = [...found.subarray(first, first + PAGE)];
  byId("rows").replaceChildren(...shown.map((row) => {
    const line = element("tr");
    line.append(...SHOWN.map((name) => cellFor(name, row)));
    return line;
  }));
  byId("found").textContent = foundText(first, shown.length);
  byId("page").textContent = `Page ${formatted(state.page + 1)} of ` +
    formatted(pages);
  byId("previous").disabled = state.page === 0;
  byId("next").disabled = state.page === pages - 1;
  for (const head of document.querySelectorAll("#endpoints th")) {
    head.setAttribute("aria-sort", head.dataset.column !== state.sort
      ? "none" : state.down ? "descending" : "ascending");
  }
  writeFragment();
}

async function again() {
  const mine = ++searches;
  const rows = await matching(state);
  if (mine === searches) {
    found = sorted(rows);
    draw();
  }
}

/* ---- Filters ---- */

function labelOf(name) {
  return name.startsWith("view-") ? `Trusted in ${words.views[name.slice(5)]}`
    : name.startsWith("field-") ? fieldName(Number(name.slice(6)))
      : MORE[name];
}

function addOption(select, name, text) {
  /* Causes go by their ids, as in the table. */
  const kind = name.startsWith("view-") ? "verdict" : name;
  const label = name === "cause" ? text : wordFor(kind, text);
  const option = element("option", label.length > OPTION_LENGTH
    ? label.slice(0, OPTION_LENGTH) + "\u2026" : label);
  option.value = text;
  select.append(option);
}

function optionsOf(name) {
  const texts = name.startsWith("view-") ? Object.keys(words.verdict)
    : columns[name].where(() => true).reduce((list, none, id) => {
      list.push(columns[name].text(id));
      return list;
    }, []);
  return [...new Set(texts)].filter((text) => text && text !== ABSENT)
    .sort().slice(0, MAX_OPTIONS);
}

function change(changes) {
  Object.assign(state, { page: 0 }, changes);
  again();
  showControls();
}

function setFilter(name, value) {
  if (value === "") {
    state.filters.delete(name);
  } else {
    state.filters.set(name, value);
  }
  change({});
}

/* One more filter beside the four that are always there. */
function addFilter(name) {
  const label = element("label", labelOf(name));
  const input = element(isOpen(name) ? "input" : "select");
  let timer = 0;
  label.dataset.filter = name;
  input.id = "by-" + name;
  if (isOpen(name)) {
    input.type = "search";
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => setFilter(name, input.value), PAUSE_MS);
    });
  } else {
    const any = element("option", "any");
    any.value = "";
    input.append(any);
    optionsOf(name).forEach((text) => addOption(input, name, text));
    input.addEventListener("change", () => setFilter(name, input.value));
  }
  label.append(input);
  byId("more").closest("label").before(label);
  byId("more").querySelector(`option[value="${name}"]`).disabled = true;
  return input;
}

function showFilter(name) {
  const input = byId("by-" + name) || addFilter(name);
  const value = state.filters.get(name) || "";
  if (input === document.activeElement && input.value === value) {
    return;
  }
  input.value = value;
  if (input.value !== value) {
    addOption(input, name, value);
    input.value = value;
  }
}

function showControls() {
  if (byId("q") !== document.activeElement) {
    byId("q").value = state.q;
  }
  byId("all").hidden = !state.action && !state.pick;
  byId("clear").hidden = !state.q && state.filters.size === 0 &&
    !state.action && !state.pick;
  for (const label of document.querySelectorAll("[data-filter]")) {
    if (!state.filters.has(label.dataset.filter) &&
      !label.contains(document.activeElement)) {
      byId("more").querySelector(`option[value="${label.dataset.filter}"]`)
        .disabled = false;
      label.remove();
    }
  }
  for (const name of new Set([...FILTERS, ...state.filters.keys()])) {
    showFilter(name);
  }
}

function fillFilters() {
  for (const name of FILTERS) {
    const select = byId("by-" + name);
    optionsOf(name).forEach((text) => addOption(select, name, text));
    select.addEventListener("change", () => setFilter(name, select.value));
  }
  const more = byId("more");
  const offer = (name) => {
    const option = element("option", labelOf(name));
    option.value = name;
    more.append(option);
  };
  fieldNames().forEach(offer);
  words.views.forEach((none, i) => words.views.length > 1 && offer("view-" + i));
  Object.keys(MORE).filter(hasColumn).forEach(offer);
  more.addEventListener("change", async () => {
    const name = more.value;
    more.value = "";
    await need([columnOf(name)]);
    addFilter(name).focus();
  });
}

/* ---- Controls ---- */

/* Shows the endpoints of an action, or of a count elsewhere in the page. */
function showOnly(action, pick) {
  change({ filters: new Map(), q: "", action, pick });
  byId("q").value = "";
  byId("table").scrollIntoView();
  byId("table-title").focus({ preventScroll: true });
}

function sortBy(name) {
  state.down = state.sort === name && !state.down;
  state.sort = name;
  found = sorted(found);
  draw();
}

function wireTable() {
  let timer = 0;
  byId("q").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => change({ q: byId("q").value }), PAUSE_MS);
  });
  for (const head of document.querySelectorAll("#endpoints th")) {
    head.querySelector("button").addEventListener("click",
      () => sortBy(head.dataset.column));
  }
  byId("rows").addEventListener("keydown", closeByKey);
  byId("previous").addEventListener("click", () => { state.page--; draw(); });
  byId("next").addEventListener("click", () => { state.page++; draw(); });
  byId("export").addEventListener("click",
    () => saveCsv(found, "endpoints-filtered.csv"));
  byId("all").addEventListener("click",
    () => change({ action: "", pick: "" }));
  byId("clear").addEventListener("click", () => {
    byId("q").value = "";
    change({ filters: new Map(), q: "", action: "", pick: "" });
  });
  for (const pick of document.querySelectorAll("button[data-pick]")) {
    pick.addEventListener("click", () => showOnly("", pick.dataset.pick));
  }
}
