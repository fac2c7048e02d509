/* The action plan: filters, one platform for all actions, owners, copying.
 * SPDX-License-Identifier: Apache-2.0 */

const plan = { owner: "", who: "", severity: "", text: "" };
const FIRST = 25; /* actions that are shown before one asks for all */
let all = false;
let platform = ""; /* the one that was chosen last */

const actions = () => [...document.querySelectorAll("details.act")];

function actionOf(key) {
  return byId("action-" + key);
}

/* Unfolds it. */
function showAction(key) {
  const action = actionOf(key);
  action.hidden = false;
  action.open = true;
  action.scrollIntoView();
  action.querySelector("summary").focus();
}

/* ---- Platforms ---- */

/* Shows the chosen platform's commands, or the first ones. */
function choosePlatform(box) {
  const all = [...box.querySelectorAll(".platform")];
  const chosen = all.find((one) => one.dataset.platform === platform) || all[0];
  for (const one of all) {
    one.hidden = one !== chosen;
    one.open = true;
  }
  for (const tab of box.querySelectorAll(".choices button")) {
    tab.setAttribute("aria-pressed",
      String(tab.textContent === chosen.dataset.platform));
  }
}

function addPlatforms(box) {
  const all = [...box.querySelectorAll(".platform")];
  const choices = element("div", undefined, "choices");
  choices.setAttribute("role", "group");
  choices.setAttribute("aria-label", "Platform");
  choices.append(...all.map((one) => button(one.dataset.platform, () => {
    platform = one.dataset.platform;
    document.querySelectorAll(".platforms.chosen").forEach(choosePlatform);
  })));
  box.prepend(choices);
  box.classList.add("chosen");
  choosePlatform(box);
}

/* ---- Copying ---- */

/* Browsers that keep the clipboard from files still copy a selection. */
async function copy(text, source) {
  try {
    await navigator.clipboard.writeText(text);
  } catch (refused) {
    getSelection().selectAllChildren(source);
    document.execCommand("copy");
    getSelection().removeAllRanges();
  }
}

function addCopy(pre) {
  const frame = element("div", undefined, "copied");
  const copier = button("Copy", async () => {
    await copy(pre.textContent, pre);
    copier.textContent = "Copied";
    setTimeout(() => { copier.textContent = "Copy"; }, 1500);
  }, "plain copy");
  pre.replaceWith(frame);
  frame.append(pre, copier);
}

/* ---- Owners ---- */

/* How many of the action's rows each owner has. */
async function ownersOf(key) {
  const counts = new Map();
  for (const row of await matching({ q: "", filters: new Map(), action: key,
    pick: "" })) {
    const owner = columns.owner.at(row);
    counts.set(owner, (counts.get(owner) || 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}

async function addOwners(action) {
  const place = action.querySelector(".owners");
  const owners = await ownersOf(action.dataset.key);
  const table = element("table");
  const body = element("tbody");
  for (const [owner, number] of owners) {
    const line = element("tr");
    const count = element("td", undefined, "num");
    count.append(button(formatted(number), () => {
      showOnly(action.dataset.key, "");
      setFilter("owner", owner);
    }, "pick"));
    count.firstChild.title = "Show them in the table";
    line.append(element("td", owner || "no owner"), count);
    body.append(line);
  }
  table.append(body);
  if (owners.some(([owner]) => owner)) {
    place.replaceChildren(element("h3", "Endpoints by owner"), table);
  }
}

/* What an action needs beyond its plain text, when it is first opened. */
function finish(action) {
  if (action.dataset.finished || !action.open) {
    return;
  }
  action.dataset.finished = "yes";
  action.querySelectorAll(".platforms").forEach(addPlatforms);
  action.querySelectorAll("pre:not(.tree)").forEach(addCopy);
  const { key } = action.dataset;
  const show = action.querySelector("button[data-action]");
  show.addEventListener("click", () => showOnly(key, ""));
  show.after(" ", button("CSV of them", async () => saveCsv(await matching({
    q: "", filters: new Map(), action: key, pick: "" }),
  `endpoints-${key}.csv`)));
  for (const link of action.querySelectorAll("a[href^='#action-']")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      showAction(link.getAttribute("href").slice("#action-".length));
    });
  }
  addOwners(action);
}

/* ---- Filters ---- */

/* How many rows of the owner each action has; NULL: of everyone. */
async function keysOf(owner) {
  if (owner === "") {
    return null;
  }
  const keys = new Set();
  for (const row of await matching({ q: "", pick: "", action: "",
    filters: new Map([["owner", owner]]) })) {
    keys.add(columns.actions.ids[row]);
  }
  return new Set([...keys].flatMap((id) => columns.actions.text(id)
    .split(" ")));
}

async function filterPlan() {
  await need(["actions"]);
  const keys = await keysOf(plan.owner);
  const texts = plan.text.toLowerCase().split(/\s+/).filter(Boolean);
  let fit = 0;
  for (const action of actions()) {
    const { key, who, severity } = action.dataset;
    const text = texts.length ? action.textContent.toLowerCase() : "";
    const fits = (!plan.who || who === plan.who) &&
      (!plan.severity || severity === plan.severity) &&
      (!keys || keys.has(key)) && texts.every((one) => text.includes(one));
    fit += fits ? 1 : 0;
    action.hidden = !fits || !all && fit > FIRST;
  }
  byId("plan-found").textContent = fit === actions().length
    ? `${formatted(fit)} actions`
    : `${formatted(fit)} of ${formatted(actions().length)} actions`;
  byId("plan-all").hidden = all || fit <= FIRST;
  byId("plan-all").textContent = `Show all ${formatted(fit)} actions`;
}

function fillPlanFilter(name, texts, wordOf) {
  const select = byId("plan-" + name);
  for (const text of texts) {
    const option = element("option", wordOf(text));
    option.value = text;
    select.append(option);
  }
  select.addEventListener("change", () => {
    plan[name] = select.value;
    filterPlan();
  });
}

function wirePlan() {
  const plans = actions();
  const distinct = (name) =>
    [...new Set(plans.map((one) => one.dataset[name]))];
  let timer = 0;
  for (const action of plans) {
    action.addEventListener("toggle", () => finish(action));
    finish(action);
  }
  if (!byId("plan-tools")) {
    return;
  }
  fillPlanFilter("owner", optionsOf("owner"), (text) => text);
  fillPlanFilter("who", distinct("who").sort(), (text) => text);
  fillPlanFilter("severity", distinct("severity"),
    (text) => text.replace(/_/g, " "));
  byId("plan-text").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      plan.text = byId("plan-text").value;
      filterPlan();
    }, PAUSE_MS);
  });
  byId("plan-all").addEventListener("click", () => {
    all = true;
    filterPlan();
  });
  filterPlan();
  byId("plan-tools").hidden = false;
}
