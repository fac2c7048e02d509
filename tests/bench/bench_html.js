/* Opens a report several times and prints a line about it; bench_html.sh says
 * by its environment where it is. SPDX-License-Identifier: Apache-2.0 */
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { launch, open } = require("../browser/report.js");

const TIMES = 5;
const MANY = 300000; /* rows: opened fewer times */

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

async function once(browser) {
  const page = await open(browser);
  const ready = await page.evaluate(() =>
    performance.getEntriesByName("ready")[0].startTime);
  const search = await page.evaluate(() => new Promise((done) => {
    const field = document.getElementById("q");
    const before = document.getElementById("found").textContent;
    const from = performance.now();
    new MutationObserver(() => {
      if (document.getElementById("found").textContent !== before) {
        done(performance.now() - from);
      }
    }).observe(document.getElementById("found"),
      { childList: true, characterData: true, subtree: true });
    field.value = "pay-0 production";
    field.dispatchEvent(new Event("input"));
  }));
  const heap = await page.evaluate(() => performance.memory.usedJSHeapSize);
  await page.context().close();
  return { ready, search, heap };
}

async function main() {
  const rows = Number(process.argv[2]);
  const size = fs.statSync(path.join(process.env.BROWSER_REPORT,
    "report.html")).size;
  const browser = await launch();
  const runs = [];
  for (let i = 0; i < (rows > MANY ? 3 : TIMES); i++) {
    runs.push(await once(browser));
  }
  await browser.close();
  const of = (name) => median(runs.map((run) => run[name]));
  console.log(String(rows).padStart(9) + (size / 1e6).toFixed(2).padStart(8) +
    of("ready").toFixed(0).padStart(11) + of("search").toFixed(0).padStart(11) +
    (of("heap") / 1e6).toFixed(0).padStart(9));
}

main();
