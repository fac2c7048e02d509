/* The report's script, one file after the other in one block. The page above
 * the table is plain HTML and works without it. Foreign text only ever becomes
 * text nodes. This part: the columns of the table, unpacked when they are first
 * asked for. SPDX-License-Identifier: Apache-2.0 */
"use strict";

/* Marks in values (html_columns.h). */
const ADDRESS = "\x1c";
const ABSENT = "\x1d";
const HOST = "\x1e";
const SEPARATOR = "\x1f";
const SAME = 65535; /* a code: as in the row before */
const MARKS = /[\x1c-\x1e]/g;

const byId = (id) => document.getElementById(id);
const columns = {}; /* name -> Column, of those that are unpacked */
const unpacking = {}; /* name -> promise */
let words; /* what people call verdicts, causes and resolutions */
let numRows = 0;

function bytesOf(base64) {
  if (Uint8Array.fromBase64) {
    return Uint8Array.fromBase64(base64);
  }
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    bytes[i] = text.charCodeAt(i);
  }
  return bytes;
}

function inflate(base64) {
  return new Response(new Blob([bytesOf(base64)]).stream()
    .pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer();
}

/* Each value's text, by its number. */
function idsOf(codes) {
  const ids = new Uint32Array(codes.length);
  let next = 0;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    ids[i] = code === 0 ? next++ : code === SAME ? ids[i - 1] : code - 1;
  }
  return ids;
}

/* Texts lie in one string; they are cut out when they are shown. */
class Column {
  constructor(plain, codes) {
    this.plain = plain;
    this.ids = idsOf(codes);
    this.starts = [0];
    for (let at = plain.indexOf("\n"); at >= 0; at = plain.indexOf("\n",
      at + 1)) {
      this.starts.push(at + 1);
    }
    this.size = this.starts.length - 1;
  }

  text(id) {
    const text = this.plain.slice(this.starts[id], this.starts[id + 1] - 1);
    return text.includes("\\") ? text.replace(/\\(.)/g,
      (all, c) => (c === "n" ? "\n" : c)) : text;
  }

  at(row) {
    return this.text(this.ids[row]);
  }

  /* Each of the different texts is looked at once, however many rows have
   * it: 1 for those that are wanted. */
  where(wanted) {
    const hits = new Uint8Array(this.size);
    for (let id = 0; id < this.size; id++) {
      hits[id] = wanted(this.text(id)) ? 1 : 0;
    }
    return hits;
  }

  /* Those that hold a word in lower case. */
  holding(word) {
    this.lower = this.lower || this.plain.toLowerCase();
    if (this.lower.length !== this.plain.length) { /* letters that grow */
      return this.where((text) => text.toLowerCase().includes(word));
    }
    const hits = new Uint8Array(this.size);
    let id = 0;
    for (let at = this.lower.indexOf(word); at >= 0;) {
      while (this.starts[id + 1] <= at) {
        id++;
      }
      hits[id] = 1;
      at = this.lower.indexOf(word, this.starts[id + 1]);
    }
    return hits;
  }

  /* The different texts in order, and the place of each in it. */
  ranks(compare) {
    const order = Array.from({ length: this.size }, (none, id) => id);
    const texts = order.map((id) => this.text(id));
    const rank = new Uint32Array(this.size);
    order.sort((a, b) => compare(texts[a], texts[b]));
    for (let i = 1; i < order.length; i++) {
      rank[order[i]] = rank[order[i - 1]] +
        (texts[order[i]] === texts[order[i - 1]] ? 0 : 1);
    }
    return rank;
  }
}

/* Line numbers are kept as steps. */
class Lines {
  constructor(steps) {
    this.lines = new Float64Array(steps.ids.length);
    let line = 0;
    for (let row = 0; row < this.lines.length; row++) {
      line += Number(steps.text(steps.ids[row]));
      this.lines[row] = line;
    }
  }

  at(row) {
    return String(this.lines[row]);
  }
}

async function unpack(name) {
  const block = byId("col-" + name);
  const [texts, codes] = block.textContent.split(".");
  block.remove(); /* it would be kept twice */
  const [plain, numbers] = await Promise.all([inflate(texts), inflate(codes)]);
  const column = new Column(new TextDecoder("utf-8", { ignoreBOM: true })
    .decode(plain), new Uint16Array(numbers));
  columns[name] = name === "line" ? new Lines(column) : column;
}

/* Resolves when all of these columns are there. */
function need(names) {
  return Promise.all(names.filter((name) => !columns[name]).map((name) => {
    unpacking[name] = unpacking[name] || unpack(name);
    return unpacking[name];
  }));
}

/* ---- Values ---- */

function wordFor(kind, id) {
  const known = words[kind];
  return known && Object.hasOwn(known, id) ? known[id] : id;
}

/* The text with what its marks stand for. */
function shownText(text, row) {
  return text.replace(MARKS, (mark) => mark === HOST ? columns.host.at(row)
    : mark === ADDRESS ? columns.address.at(row) : "");
}

/* A value with several parts, `size` to an item. */
function partsOf(text, size) {
  const parts = text === "" ? [] : text.split(SEPARATOR);
  const items = [];
  for (let i = 0; i < parts.length; i += size) {
    items.push(parts.slice(i, i + size));
  }
  return items;
}

function fieldNames() {
  return Object.keys(words.fields).map((i) => "field-" + i);
}

/* The row's own fields, without those that it does not have. */
function fieldsOf(row) {
  return fieldNames().map((name) => columns[name].at(row))
    .filter((text) => text !== ABSENT)
    .flatMap((text) => shownText(text, row).split(SEPARATOR));
}

function fieldName(i) {
  return words.fields[i] || `column ${i + 1}`;
}

const FINDING_COLUMNS = ["findings", "counts", "address", "host"];

/* Where each row's findings begin. */
let findingStarts;

/* Cause, proof and resolution of each. */
function findingsOf(row) {
  if (!findingStarts) {
    const { counts } = columns;
    const numbers = Array.from({ length: counts.size },
      (none, id) => Number(counts.text(id)));
    findingStarts = new Uint32Array(numRows + 1);
    for (let i = 0; i < numRows; i++) {
      findingStarts[i + 1] = findingStarts[i] + numbers[counts.ids[i]];
    }
  }
  const made = [];
  for (let at = findingStarts[row]; at < findingStarts[row + 1]; at++) {
    const [cause, proof, resolution] = columns.findings.at(at)
      .split(SEPARATOR);
    made.push({ cause, proof: shownText(proof, row), resolution });
  }
  return made;
}

/* ---- The page ---- */

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

function button(text, act, className = "plain") {
  const made = element("button", text, className);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

const formatted = (number) => number.toLocaleString("en");
