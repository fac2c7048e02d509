/* What the browser tests share: a browser of their own, the report opened from
 * its folder, the store it was made from, and all that the page complains of.
 * run.sh says by its environment where all of it is.
 * SPDX-License-Identifier: Apache-2.0 */
"use strict";
const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const { createRequire } = require("node:module");

const MODULES = process.env.BROWSER_MODULES; /* has node_modules */
const REPORT = process.env.BROWSER_REPORT; /* the folder of report.html */
const STORE = process.env.BROWSER_STORE;
const need = createRequire(path.join(MODULES, "package.json"));
const { chromium } = need("playwright-core");
const AXE = fs.readFileSync(need.resolve("axe-core/axe.min.js"), "utf8");
const PAGE_ROWS = 100;

function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--disable-dev-shm-usage", "--force-color-profile=srgb"],
  });
}

/* Opens the report in a profile of its own. `page.complaints` gets all that the
 * page says to the console and all that its content security policy refuses. */
async function open(browser, options = {}, fragment = "") {
  const context = await browser.newContext({ acceptDownloads: true,
    viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      page.complaints.push(message.text());
    }
  });
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) {
      page.complaints.push("asks for " + request.url());
    }
  });
  page.on("dialog", (dialog) => {
    page.complaints.push("a dialog: " + dialog.message());
    dialog.dismiss();
  });
  await page.addInitScript(() => {
    window.refused = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      window.refused.push(event.violatedDirective + " " + event.blockedURI));
  });
  await page.goto(pathToFileURL(path.join(REPORT, "report.html")).href +
    fragment);
  if (options.javaScriptEnabled !== false) {
    await page.waitForSelector("body[data-ready=yes]");
  }
  return page;
}

/* Closes the page, which must have had nothing to complain of. */
async function close(page, scripted = true) {
  const refused = scripted ? await page.evaluate(() => window.refused) : [];
  await page.context().close();
  assert.deepEqual(page.complaints.concat(refused), []);
}

/* The store's answer: an array of objects. */
function query(sql) {
  const text = execFileSync("sqlite3", ["-readonly", "-json", STORE, sql],
    { encoding: "utf8", maxBuffer: 64 << 20 });
  return text.trim() === "" ? [] : JSON.parse(text);
}

/* How many rows the page says it found, after a change of any kind. */
async function found(page) {
  const text = await page.locator("#found").textContent();
  const number = /(?:of )?([0-9,]+)(?! *[\u2013])\D*$/.exec(text);
  return /nothing/i.test(text) ? 0 : Number(number[1].replace(/,/g, ""));
}

/* Waits until so many rows are found; `what` is for the message. */
async function expectFound(page, want, what) {
  for (let i = 0; i < 100 && await found(page) !== want; i++) {
    await page.waitForTimeout(20);
  }
  assert.equal(await found(page), want, what && `${what}: not ${want} rows, ` +
    `but ${await found(page)}`);
}

/* The text of one column of the rows shown, by its heading's data-column. */
function shown(page, column) {
  return page.evaluate((name) => {
    const heads = [...document.querySelectorAll("#endpoints th")];
    const at = heads.findIndex((head) => head.dataset.column === name);
    return [...document.querySelectorAll("#rows > tr")]
      .filter((row) => row.cells.length === heads.length)
      .map((row) => row.cells[at].textContent);
  }, column);
}

/* Opens all that is folded up, but for the table's rows. */
function unfold(page) {
  return page.evaluate(() => {
    for (const box of document.querySelectorAll("details")) {
      box.open = true;
    }
  });
}

/* axe's findings, in short; by some of its rules only, where they are named. */
async function axe(page, rules) {
  await page.evaluate(AXE);
  const result = await page.evaluate((only) => window.axe.run(document,
    { resultTypes: ["violations"], ...only }),
  rules && { runOnly: { type: "rule", values: rules } });
  return result.violations.map((violation) => violation.id + ": " +
    violation.nodes.slice(0, 3).map((node) => node.html.slice(0, 120) + " (" +
      node.failureSummary.replace(/\s+/g, " ") + ")").join(" | "));
}

/* RFC 4180, read back: an array of arrays. */
function parseCsv(text) {
  const lines = [];
  let line = [];
  let at = 0;
  while (at < text.length) {
    let field = "";
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        field += text[at];
        at += text[at] === '"' ? 1 : 0;
      }
      at++;
    } else {
      const end = at + /^[^,\r]*/.exec(text.slice(at))[0].length;
      field = text.slice(at, end);
      at = end;
    }
    line.push(field);
    if (text[at] === ",") {
      at++;
      continue;
    }
    assert.equal(text.slice(at, at + 2), "\r\n", "a line's end in the CSV");
    at += 2;
    lines.push(line);
    line = [];
  }
  return lines;
}

/* What a download saves, as bytes, and its name. */
async function download(page, act) {
  const [file] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: file.suggestedFilename(),
    bytes: fs.readFileSync(await file.path()) };
}

module.exports = { launch, open, close, query, found, expectFound, shown, unfold,
  axe, parseCsv, download, PAGE_ROWS };
