/* What the report looks like: light, dark, on paper, on a phone; and that axe
 * finds nothing to say about it. SPDX-License-Identifier: Apache-2.0 */
"use strict";
const assert = require("node:assert/strict");
const { test, before, after } = require("node:test");
const { launch, open, close, axe, expectFound, unfold } = require("./report.js");

const PHONE = { width: 360, height: 740 };
let browser;

before(async () => { browser = await launch(); });
after(() => browser.close());

function colours(page) {
  return page.evaluate(() => {
    const style = getComputedStyle(document.body);
    return [style.backgroundColor, style.color];
  });
}

/* How bright a colour like "rgb(1, 2, 3)" is, 0 to 255. */
function brightness(colour) {
  const [r, g, b] = /(\d+), (\d+), (\d+)/.exec(colour).slice(1).map(Number);
  return 0.3 * r + 0.6 * g + 0.1 * b;
}

for (const scheme of ["light", "dark"]) {
  test(`axe finds nothing in ${scheme} mode`, async () => {
    const page = await open(browser, { colorScheme: scheme }, "#q=h00");
    await expectFound(page, 9);
    assert.deepEqual(await axe(page), []);
    await unfold(page);
    for (let i = 0; i < 6; i++) {
      await page.locator("#rows button[aria-expanded=false]").first().click();
    }
    await page.waitForFunction(() => [...document.querySelectorAll(
      "[id^=details-]")].every((box) => box.querySelector("dl")));
    assert.deepEqual(await axe(page), []);
    await close(page);
  });
}

test("the dark mode is dark, paper is white", async () => {
  const page = await open(browser, { colorScheme: "light" }, "#q=h00");
  const light = await colours(page);
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await colours(page);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const paper = await colours(page);
  assert.ok(brightness(light[0]) > 200 && brightness(light[1]) < 80);
  assert.ok(brightness(dark[0]) < 60 && brightness(dark[1]) > 180);
  assert.ok(brightness(paper[0]) > 240 && brightness(paper[1]) < 60);
  assert.equal(await page.locator("#endpoint-tools").isVisible(), false);
  assert.equal(await page.locator("h1").isVisible(), true);
  assert.deepEqual(await axe(page, ["color-contrast"]), []);
  await close(page);
});

test("on a phone nothing is wider than the screen", async () => {
  const page = await open(browser, { viewport: PHONE, isMobile: true,
    hasTouch: true }, "#q=h00");
  const width = () => page.evaluate(() =>
    document.documentElement.scrollWidth);
  assert.ok(await width() <= PHONE.width, String(await width()));
  await unfold(page);
  await page.locator("#rows button").first().click();
  assert.ok(await width() <= PHONE.width, String(await width()));
  assert.deepEqual(await axe(page, ["scrollable-region-focusable",
    "meta-viewport", "target-size"]), []);
  await close(page);
});

test("a narrow report is read at twice the size of its text", async () => {
  const page = await open(browser, { viewport: { width: 640, height: 480 },
    deviceScaleFactor: 2 });
  assert.ok(await page.evaluate(() =>
    document.documentElement.scrollWidth) <= 640);
  await close(page);
});
