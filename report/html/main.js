/* Makes the page answer.
 * SPDX-License-Identifier: Apache-2.0 */

const LAYOUT_MS = 50; /* after the table is there, the rest is laid out */

/* On paper the plan is unfolded, and folded again afterwards. */
function wirePrint() {
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = actions().filter((one) => !one.open && !one.hidden);
    for (const one of opened) {
      one.open = true;
      finish(one); /* one platform's commands, not the names of all */
    }
  });
  window.addEventListener("afterprint", () => {
    opened.forEach((one) => { one.open = false; });
  });
}

async function begin() {
  words = JSON.parse(byId("words").textContent);
  readFragment();
  await need([...SHOWN, ...FILTERS, ...neededBy(state)]);
  numRows = columns.host.ids.length;
  fillFilters();
  showControls();
  wireTable();
  found = sorted(await matching(state));
  draw();
  byId("endpoint-tools").hidden = false;
  document.body.dataset.ready = "yes";
  performance.mark("ready");
  wirePlan();
  wirePrint();
  setTimeout(() => { document.body.dataset.whole = "yes"; }, LAYOUT_MS);
  window.addEventListener("hashchange", async () => {
    if (readFragment()) {
      await need(neededBy(state));
      byId("q").value = state.q;
      showControls();
      again();
    }
  });
}

begin().catch((error) => {
  byId("found").textContent =
    "This browser cannot show the table (" + error.message +
    "); endpoints.csv has all rows.";
});
