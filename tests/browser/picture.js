/* A picture of a report, for README.md and for looking at it:
 *
 *   node picture.js FOLDER REPORT.html PICTURE.png [WIDTH HEIGHT [dark]]
 *
 * FOLDER is the one that run.sh installed into. SPDX-License-Identifier:
 * Apache-2.0 */
"use strict";
const { execFileSync } = require("node:child_process");
const path = require("node:path");
const { createRequire } = require("node:module");
const { pathToFileURL } = require("node:url");

const [folder, report, picture, width = "1240", height = "1100", scheme] =
  process.argv.slice(2);
const { chromium } = createRequire(path.resolve(folder, "package.json"))(
  "playwright-core");

async function main() {
  const browser = await chromium.launch({ executablePath: execFileSync("sh",
    ["-c", "command -v chromium"], { encoding: "utf8" }).trim() });
  const page = await browser.newPage({ colorScheme: scheme || "light",
    viewport: { width: Number(width), height: Number(height) } });
  await page.goto(pathToFileURL(path.resolve(report)).href);
  await page.waitForSelector("body[data-ready=yes]");
  await page.screenshot({ path: picture });
  await browser.close();
}

main();
