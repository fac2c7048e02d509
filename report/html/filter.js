/* What is shown: filters, search, order, and the address that keeps them.
 * SPDX-License-Identifier: Apache-2.0 */

const SHOWN = ["line", "host", "port", "owner", "verdict", "cause", "also",
  "ends", "tls"];
const FILTERS = ["verdict", "cause", "owner", "resolution"];
const SEARCHED = ["host", "owner", "cause", "also", "subject", "issuer",
  "address"];
const NUMBERS = new Set(["line", "port"]);
const FEW = 300; /* texts that a list of choices offers */
/* Columns that can be filtered by beside the four above. */
const MORE = { change: "Change", tls: "TLS version", protocol: "Protocol",
  port: "Port", ends: "Certificate ends", subject: "Certificate",
  issuer: "Issuer", key: "Key", signature: "Signature", cipher: "Cipher suite",
  group: "Key exchange", address: "Address", grade: "Grade" };
/* Counts elsewhere in the page that show their endpoints. */
const PICKED = new Set(["verdict", "tls", "protocol", "issuer", "subject", "key",
  "signature", "cipher", "group", "grade", "change", "resolution", "owner"]);

const state = { q: "", page: 0, sort: "line", down: false, action: "",
  pick: "", filters: new Map() };
let found = new Uint32Array(0); /* rows, in the order shown */

/* ---- The address ---- */

function isFilter(name) {
  return FILTERS.includes(name) || Object.hasOwn(MORE, name) ||
    /^view-\d+$/.test(name) && Number(name.slice(5)) < words.views.length ||
    /^field-\d+$/.test(name) && Number(name.slice(6)) < words.fields.length;
}

/* What stands after "#" can be sent to somebody; it is foreign text too. */
function readFragment() {
  const text = location.hash.slice(1);
  if (text !== "" && byId(text)) {
    return false; /* a place in the page */
  }
  const params = new URLSearchParams(text);
  const sort = params.get("sort");
  for (const name of ["q", "action", "pick"]) {
    state[name] = params.get(name) || "";
  }
  state.filters = new Map([...params].filter(([name, value]) =>
    value && isFilter(name) && hasColumn(name)));
  state.sort = SHOWN.includes(sort) ? sort : "line";
  state.down = params.get("down") === "1";
  state.page = Math.max(0, Math.trunc(Number(params.get("page"))) || 0);
  return true;
}

function fragment() {
  const params = new URLSearchParams([...state.filters]);
  for (const name of ["q", "action", "pick"]) {
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
  return params.toString();
}

function writeFragment() {
  const text = fragment();
  if (text !== "" || !byId(location.hash.slice(1))) {
    history.replaceState(null, "", "#" + text);
  }
}

/* ---- Conditions ---- */

/* Which column a filter looks into. */
function columnOf(name) {
  return name.startsWith("view-") ? "views" : name;
}

function hasColumn(name) {
  const column = columnOf(name);
  return Boolean(columns[column] || byId("col-" + column));
}

/* A column with many different texts is searched, not chosen from. */
function isOpen(name) {
  return columns[columnOf(name)].size > FEW && !FILTERS.includes(name);
}

/* A row of the calendar: what happens, the day, what to do. Most rows say no
 * more than that it is the day on which their certificate ends. */
function breaking(value) {
  const [, day] = /^leaf_expired ([0-9-]+) renew_certificate$/.exec(value) || [];
  const is = (text) => text === value;
  return day === undefined ? [[["breaks", is]]]
    : [[["breaks", (text) => text === "=" || is(text)]],
      [["breaks", is], ["ends", (text) => text === day]]];
}

/* "client:3f", "policy:0u", "rule:0/M1", "cause:leaf_expired" (of any rank),
 * "first:leaf_expired", "view:corp=trusted", "issuer:Some CA",
 * "breaks:leaf_expired 2027-01-31 renew_certificate": conditions that must all
 * hold, each by one of its columns, whose texts it looks at. Nothing holds what
 * is none of these. */
function picked(pick) {
  const [, kind, value] = /^([a-z]+):([^]*)$/.exec(pick) || [];
  if (kind === "rule") {
    return [[["rules", (text) => text.split(SEPARATOR).includes(value)]]];
  }
  if (kind === "cause") {
    const has = (text) => text.split(" ").includes(value);
    return [[["cause", has], ["also", has]]];
  }
  if (kind === "first") {
    return [[["cause", (text) => text === value]]];
  }
  if (kind === "view") {
    const cut = value.lastIndexOf("=");
    const [name, verdict] = [value.slice(0, cut), value.slice(cut + 1)];
    return [[["views", (text) => text.split(SEPARATOR).some((part, i, all) =>
      i % 2 === 0 && part === name && all[i + 1] === verdict)]]];
  }
  if (kind === "client" || kind === "policy") {
    const at = parseInt(value, 10);
    return [[[kind === "policy" ? "policies" : "clients",
      (text) => text[at] === value.slice(-1)]]];
  }
  if (kind === "breaks") {
    return breaking(value);
  }
  return [[PICKED.has(kind) && hasColumn(kind)
    ? [kind, (text) => text === value] : ["verdict", () => false]]];
}

/* The columns that the conditions of `wanted` need. */
function neededBy(wanted) {
  return [...new Set([...[...wanted.filters.keys()].map(columnOf),
    ...(wanted.action ? ["actions"] : []),
    ...(wanted.pick ? picked(wanted.pick).flat().map(([name]) => name) : []),
    ...(wanted.q ? [...SEARCHED, ...fieldNames()] : [])])];
}

function filterHits(name, value) {
  const column = columns[columnOf(name)];
  if (name.startsWith("view-")) {
    const at = 2 * Number(name.slice(5)) + 1;
    return column.where((text) => text.split(SEPARATOR)[at] === value);
  }
  return isOpen(name) ? column.holding(value.toLowerCase())
    : column.where((text) => text === value);
}

/* Each condition: pairs of which texts of a column will do, and the text of
 * each row; one must hold. */
function conditions(wanted) {
  const tests = [];
  const pair = (name, hits) => [hits, columns[name].ids];
  for (const [name, value] of wanted.filters) {
    const any = [pair(columnOf(name), filterHits(name, value))];
    if (name.startsWith("field-") && isOpen(name)) { /* the host itself */
      const stands = columns[name].where((text) => text === HOST);
      any.push([filterHits("host", value), columns.host.ids, stands,
        columns[name].ids]);
    }
    tests.push(any);
  }
  if (wanted.action) {
    tests.push([pair("actions", columns.actions.where((text) =>
      text.split(" ").includes(wanted.action)))]);
  }
  if (wanted.pick) {
    for (const any of picked(wanted.pick)) {
      tests.push(any.map(([name, wants]) =>
        pair(name, columns[name].where(wants))));
    }
  }
  for (const word of wanted.q.toLowerCase().split(/\s+/).filter(Boolean)) {
    tests.push([...SEARCHED, ...fieldNames()].map((name) =>
      pair(name, columns[name].holding(word))));
  }
  return tests;
}

function holds([hits, ids, also, alsoIds], row) {
  return hits[ids[row]] === 1 && (!also || also[alsoIds[row]] === 1);
}

/* The rows that meet all conditions, in input order. */
async function matching(wanted) {
  await need(neededBy(wanted));
  let rows = new Uint32Array(numRows);
  for (let row = 0; row < numRows; row++) {
    rows[row] = row;
  }
  for (const any of conditions(wanted)) {
    let kept = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      let is = false;
      for (let j = 0; !is && j < any.length; j++) {
        is = holds(any[j], row);
      }
      if (is) {
        rows[kept++] = row;
      }
    }
    rows = rows.subarray(0, kept);
  }
  return rows;
}

/* ---- Order ---- */

/* Rows that were just found are in order, and need not be sorted. */
function inOrder(rows) {
  for (let i = 1; i < rows.length; i++) {
    if (rows[i - 1] > rows[i]) {
      return rows.slice().sort();
    }
  }
  return rows;
}

/* By counting, so that equal ones stay in input order. */
function sorted(rows) {
  const name = state.sort;
  const sign = state.down ? -1 : 1;
  if (name === "line") {
    const made = inOrder(rows);
    return state.down ? made.slice().reverse() : made;
  }
  const column = columns[name];
  column.rank = column.rank || column.ranks(NUMBERS.has(name)
    ? (a, b) => Number(a) - Number(b)
    : (a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const places = new Uint32Array(column.size + 1);
  const placeOf = (row) => {
    const rank = column.rank[column.ids[row]];
    return sign > 0 ? rank : column.size - 1 - rank;
  };
  for (const row of rows) {
    places[placeOf(row) + 1]++;
  }
  for (let i = 1; i < places.length; i++) {
    places[i] += places[i - 1];
  }
  const made = new Uint32Array(rows.length);
  for (const row of inOrder(rows)) {
    made[places[placeOf(row)]++] = row;
  }
  return made;
}
