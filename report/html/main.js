/* Makes the page answer.
 * SPDX-License-Identifier: Apache-2.0 */

/* On paper the plan is unfolded, and folded again afterwards. */
function wirePrint() {
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = actions().filter((one) => !one.open && !one.hidden);
    opened.forEach((one) => { one.open = true; });
  });
  window.addEventListener("afterprint", () => {
    opened.forEach((one) => { one.open = false; });
  });
}

async function begin() {
  words = JSON.parse(byId("words").textContent);
  await need([...SHOWN, ...FILTERS]);
  numRows = columns.host.ids.length;
  readFragment();
  await need(neededBy(state));
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
