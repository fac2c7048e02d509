/* Actions and details: by mouse, by keyboard, without a script, and with texts
 * that attack. SPDX-License-Identifier: Apache-2.0 */
"use strict";
const assert = require("node:assert/strict");
const { test, before, after } = require("node:test");
const { launch, open, close, query, expectFound, shown, download,
  unfold } =
  require("./report.js");

const RUN = 2;
const HOSTILE = query(`SELECT line, host, owner, fields FROM v_endpoint WHERE
  run = ${RUN} AND host NOT LIKE '%.browser.test' ORDER BY row`);
let browser;

before(async () => { browser = await launch(); });
after(() => browser.close());

test("an action opens and shows its endpoints", async () => {
  const page = await open(browser);
  const [action] = query(`SELECT key, subject, touches_rows FROM v_action WHERE
    run = ${RUN} AND resolution = 'install_chain' ORDER BY rank LIMIT 1`);
  const box = page.locator("details.act", { hasText: action.subject }).first();
  const button = box.locator(`button[data-action="${action.key}"]`);
  assert.equal(await button.isVisible(), await box.evaluate((it) => it.open));
  if (!await box.evaluate((it) => it.open)) {
    await box.locator("summary").first().click();
  }
  assert.ok(await button.isVisible());
  assert.match(await box.textContent(), /openssl s_client/);
  await button.click();
  await expectFound(page, action.touches_rows);
  assert.deepEqual([...new Set(await shown(page, "cause"))],
    ["chain_incomplete"]);
  await page.click("#all");
  await expectFound(page, query(
    `SELECT count(*) AS n FROM v_endpoint WHERE run = ${RUN}`)[0].n);
  await close(page);
});

test("an action's PEM is the store's certificate", async () => {
  const page = await open(browser);
  const [action] = query(`SELECT a.key, a.subject, hex(c.der) AS der
    FROM v_action a JOIN v_certificate c
    ON c.fingerprint_sha256 = a.fingerprint_sha256 WHERE a.run = ${RUN} AND
    a.resolution = 'install_chain' ORDER BY rank LIMIT 1`);
  const box = page.locator("details.act", { hasText: action.subject }).first();
  if (!await box.evaluate((it) => it.open)) {
    await box.locator("summary").first().click();
  }
  const link = box.locator("a[href*='intermediates.pem'], a[download$='.pem']," +
    " button[data-pem]").first();
  const { name, bytes } = await download(page, () => link.click());
  assert.match(name, /\.pem$/);
  const body = /-----BEGIN CERTIFICATE-----\s([^-]*)-----END/.exec(
    bytes.toString("latin1"));
  assert.equal(Buffer.from(body[1], "base64").toString("hex"),
    action.der.toLowerCase());
  await close(page);
});

test("a row opens with its findings and its action", async () => {
  const page = await open(browser);
  await page.fill("#q", "h001");
  await expectFound(page, 1);
  await page.click("#rows button");
  const details = page.locator("[id^=details-]");
  await details.locator("dl").first().waitFor();
  const text = await details.textContent();
  for (const part of ["chain_incomplete", "proof of row 1", "note 1",
    "leaf-1", "corp"]) {
    assert.ok(text.includes(part), part);
  }
  await details.getByRole("button", { name: /action plan/i }).click();
  assert.equal(await page.evaluate(() =>
    document.activeElement.closest("details.act").open), true);
  await page.click("#rows button");
  assert.equal(await details.count(), 0);
  await close(page);
});

/* Presses Tab until what has the focus matches; fails when nothing does. */
async function tabTo(page, selector) {
  for (let i = 0; i < 400; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) =>
      document.activeElement.matches(wanted), selector)) {
      return;
    }
  }
  assert.fail(`Tab does not reach ${selector}`);
}

test("everything is reached and opened by keyboard", async () => {
  const page = await open(browser);
  await tabTo(page, "details.act:not([open]) > summary");
  const act = await page.evaluateHandle(() => document.activeElement
    .parentElement);
  await page.keyboard.press("Enter");
  assert.equal(await act.evaluate((it) => it.open), true);
  await page.keyboard.press("Space");
  assert.equal(await act.evaluate((it) => it.open), false);
  /* Where the focus is can be seen. */
  assert.notEqual(await page.evaluate(() =>
    getComputedStyle(document.activeElement).outlineStyle), "none");
  await page.focus("#q");
  await page.keyboard.type("h002");
  await expectFound(page, 1);
  await tabTo(page, "#by-verdict");
  await tabTo(page, "th[data-column=host] button");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("th[data-column=host]")
    .getAttribute("aria-sort"), "ascending");
  await tabTo(page, "#rows button");
  await page.keyboard.press("Space");
  assert.equal(await page.locator("#rows button[aria-expanded]").first()
    .getAttribute("aria-expanded"), "true");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("[id^=details-]").count(), 0);
  await close(page);
});

test("hostile texts stay texts", async () => {
  const page = await open(browser);
  await page.click("th[data-column=line] button"); /* the last ones first */
  const hosts = await shown(page, "host");
  const reversed = [...HOSTILE].reverse();
  reversed.forEach((row, i) => assert.equal(hosts[i], row.host));
  /* The details of each: opened, filled in when the page has read them. */
  await page.evaluate((number) => {
    for (const button of [...document.querySelectorAll(
      "#rows button[aria-expanded]")].slice(0, number)) {
      button.click();
    }
  }, reversed.length);
  await page.waitForFunction(() => [...document.querySelectorAll(
    "[id^=details-]")].every((box) => box.querySelector("dl")));
  const details = await page.locator("[id^=details-]").allTextContents();
  reversed.forEach((row, i) => {
    const note = JSON.parse(row.fields)[3];
    assert.ok([note, note.replace(/\x1f/g, "\ufffd")].some((text) =>
      details[i].includes(text)), note);
  });
  await unfold(page);
  await page.waitForTimeout(100);
  assert.equal(await page.title(), "certmuster: fleet trust report");
  assert.equal(await page.locator("img, iframe, object, embed, #owned, [onload]," +
    " [onerror], [onmouseover], a[href^=javascript]").count(), 0);
  assert.equal(await page.evaluate(() => typeof window.owned), "undefined");
  await close(page);
});

test("the report can be read without a script", async () => {
  const page = await open(browser, { javaScriptEnabled: false });
  assert.ok(await page.locator("h1").isVisible());
  const text = await page.locator("main").innerText();
  for (const part of ["install the missing intermediate", "endpoints.csv",
    "Causes"]) {
    assert.ok(text.toLowerCase().includes(part.toLowerCase()), part);
  }
  const box = page.locator("details.act").nth(1);
  await box.locator("summary").first().click();
  assert.ok(await box.getByRole("heading", { name: "Do", exact: true })
    .isVisible());
  assert.equal(await page.locator("#q").isVisible(), false);
  await close(page, false);
});
