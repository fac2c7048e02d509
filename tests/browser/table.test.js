/* The table of endpoints: filters, search, order, pages, the address that keeps
 * what is shown, and its CSV. SPDX-License-Identifier: Apache-2.0 */
"use strict";
const assert = require("node:assert/strict");
const { test, before, after } = require("node:test");
const { launch, open, close, query, expectFound, shown, parseCsv, download,
  unfold, PAGE_ROWS } = require("./report.js");

const RUN = 2;
const ALL = query(`SELECT line, host, port, owner, verdict, primary_cause,
  fields FROM v_endpoint WHERE run = ${RUN} ORDER BY row`);
let browser;

before(async () => { browser = await launch(); });
after(() => browser.close());

function count(where) {
  return query(`SELECT count(*) AS n FROM v_endpoint WHERE run = ${RUN} AND
    (${where})`)[0].n;
}

test("opens from a folder, with every row", async () => {
  const page = await open(browser);
  assert.match(page.url(), /^file:/);
  assert.equal(await page.title(), "certmuster: fleet trust report");
  await expectFound(page, ALL.length);
  assert.equal(await page.locator("#rows > tr").count(), PAGE_ROWS);
  await close(page);
});

test("filters by verdict, cause, owner and resolution", async () => {
  const page = await open(browser);
  await page.selectOption("#by-verdict", "untrusted");
  await expectFound(page, count("verdict = 'untrusted'"));
  await page.selectOption("#by-owner", "hr");
  await expectFound(page, count("verdict = 'untrusted' AND owner = 'hr'"));
  await page.selectOption("#by-cause", "leaf_expired");
  await expectFound(page, count(`verdict = 'untrusted' AND owner = 'hr' AND
    primary_cause = 'leaf_expired'`));
  assert.deepEqual([...new Set(await shown(page, "owner"))], ["hr"]);
  for (const name of ["verdict", "owner", "cause"]) {
    await page.selectOption("#by-" + name, "");
  }
  await page.selectOption("#by-resolution", "install_chain");
  await expectFound(page, count("primary_cause = 'chain_incomplete'"));
  await close(page);
});

test("filters by any column of the input, and by what was found", async () => {
  const note = encodeURIComponent("note 17");
  const page = await open(browser, {}, "#field-3=" + note);
  await expectFound(page, 1);
  assert.deepEqual(await shown(page, "host"), ["h017.browser.test"]);
  await close(page);
  const tls = await open(browser, {}, "#issuer=mid&owner=hr&verdict=trusted");
  const want = count("issuer_cn = 'mid' AND owner = 'hr' AND verdict = 'trusted'");
  assert.ok(want > 0);
  await expectFound(tls, want);
  await close(tls);
});

test("searches while one types", async () => {
  const page = await open(browser);
  await page.fill("#q", "H017");
  await expectFound(page, 1);
  assert.deepEqual(await shown(page, "host"), ["h017.browser.test"]);
  await page.fill("#q", "h01 payments");
  await expectFound(page, count("host LIKE 'h01%' AND owner = 'payments'"));
  await page.fill("#q", "nobody has this");
  await expectFound(page, 0);
  assert.equal(await page.locator("#rows > tr").count(), 0);
  await close(page);
});

test("sorts both ways, numbers as numbers", async () => {
  const page = await open(browser);
  const line = page.locator("th[data-column=line]");
  await page.click("th[data-column=host] button");
  const hosts = ALL.map((row) => row.host).sort();
  const visible = await shown(page, "host");
  assert.deepEqual(visible, hosts.slice(0, PAGE_ROWS));
  await line.locator("button").click();
  assert.equal((await shown(page, "line"))[0], "2");
  await line.locator("button").click();
  assert.equal((await shown(page, "line"))[0], String(ALL.length + 1));
  assert.equal(await line.getAttribute("aria-sort"), "descending");
  await close(page);
});

test("pages through everything once", async () => {
  const page = await open(browser);
  const lines = [];
  assert.equal(await page.locator("#previous").isDisabled(), true);
  for (;;) {
    lines.push(...await shown(page, "line"));
    if (await page.locator("#next").isDisabled()) {
      break;
    }
    await page.click("#next");
  }
  assert.deepEqual(lines, ALL.map((row) => String(row.line)));
  await page.click("#previous");
  assert.equal((await shown(page, "line")).length, PAGE_ROWS);
  await close(page);
});

test("the address keeps what is shown", async () => {
  const page = await open(browser);
  await page.selectOption("#by-verdict", "untrusted");
  await page.fill("#q", "browser.test");
  const many = count("verdict = 'untrusted' AND host LIKE '%browser.test%'");
  await expectFound(page, many);
  assert.ok(many > PAGE_ROWS, "needs a second page");
  await page.click("th[data-column=host] button");
  await page.click("th[data-column=host] button");
  await page.click("#next");
  const lines = await shown(page, "line");
  const fragment = new URL(page.url()).hash;
  const again = await open(browser, {}, fragment);
  await expectFound(again, many);
  assert.deepEqual(await shown(again, "line"), lines);
  assert.equal(await again.inputValue("#by-verdict"), "untrusted");
  assert.equal(await again.inputValue("#q"), "browser.test");
  await close(again);
  await close(page);
});

test("an address made by somebody else does nothing", async () => {
  const page = await open(browser);
  for (const hash of ["#q=%3Cscript%3Ealert(1)%3C/script%3E&sort=__proto__",
    "#page=-5&sort=constructor&down=x", "#page=99999999999&verdict=%00",
    "#pick=client:%00&action=%22%5D", "#%ff%fe", "#pick=constructor:1"]) {
    await page.evaluate((text) => { location.hash = text; }, hash);
    await page.reload();
    await page.waitForSelector("body[data-ready=yes]");
    assert.ok(await page.locator("#endpoints").isVisible());
  }
  await close(page);
});

test("every number that can be clicked shows so many rows", async () => {
  const page = await open(browser);
  await unfold(page);
  const picks = await page.evaluate(() =>
    [...document.querySelectorAll("button[data-pick]")].map((button) =>
      [button.dataset.pick, button.textContent]));
  const seen = new Set();
  assert.ok(picks.length > 10, "picks");
  for (const [pick, text] of picks) {
    const number = /^[\d,]+/.exec(text);
    if (!number || seen.has(pick)) {
      continue;
    }
    seen.add(pick);
    await page.evaluate((wanted) => [...document.querySelectorAll(
      "button[data-pick]")].find((button) =>
      button.dataset.pick === wanted).click(), pick);
    await expectFound(page, Number(number[0].replace(/,/g, "")), pick);
  }
  assert.ok(seen.size > 10, "picks with numbers");
  await close(page);
});

/* As in the file: what a spreadsheet would run has an apostrophe before it, also
 * where one begins a cell at a semicolon, tab or line end. */
function guarded(text) {
  const runs = (cell) => /^\s*[=+@\-\uff1d\uff0b\uff20\uff0d]/.test(cell) &&
    !/^[-+]?[0-9]+(\.[0-9]+)?$/.test(cell);
  const inner = text.split(/(?<=[;\t\n])/).map((cell, i) => {
    const bare = cell.replace(/^"+/, "").replace(/[;\t\n]$/, "");
    return i > 0 && /^\S/.test(bare) && runs(bare) ? "'" + cell : cell;
  }).join("");
  return runs(text) || /^[\t\r]/.test(text) ? "'" + inner : inner;
}

async function checkCsv(page, rows) {
  const { name, bytes } = await download(page, () => page.click("#export"));
  const [head, ...lines] = parseCsv(new TextDecoder("utf-8",
    { fatal: true, ignoreBOM: true }).decode(bytes));
  assert.match(name, /\.csv$/);
  assert.equal(lines.length, rows.length);
  const at = (line, column) => line[head.indexOf(column)];
  rows.forEach((row, i) => {
    const line = lines[i];
    const fields = JSON.parse(row.fields);
    assert.equal(line.length, head.length);
    assert.equal(at(line, "line"), String(row.line));
    assert.equal(at(line, "host"), guarded(row.host));
    assert.equal(at(line, "port"), String(row.port));
    assert.equal(at(line, "owner"), guarded(row.owner));
    assert.equal(at(line, "verdict"), row.verdict);
    assert.equal(at(line, "cause"), row.primary_cause || "");
    /* U+001F separates texts inside the page: it may be shown as U+FFFD. */
    assert.equal(line[head.lastIndexOf("note")].replace(/\x1f/g, "\ufffd"),
      guarded(fields[3]).replace(/\x1f/g, "\ufffd"));
  });
}

test("exports all rows as CSV, equal to the store", async () => {
  const page = await open(browser);
  await checkCsv(page, ALL);
  await close(page);
});

test("exports a filter as CSV, equal to the store", async () => {
  const page = await open(browser);
  await page.selectOption("#by-verdict", "unreachable");
  const rows = ALL.filter((row) => row.verdict === "unreachable");
  await expectFound(page, rows.length);
  await checkCsv(page, rows);
  await close(page);
});
