/* What is known of one row, below it.
 * SPDX-License-Identifier: Apache-2.0 */

const VIEW_PARTS = 2; /* view, verdict */
const REVOCATION_PARTS = 3; /* result, source, until */
const OUTCOMES = { w: "works", p: "pass", f: "fails", u: "unknown" };
const DETAILS = ["findings", "counts", "address", "host", "remaining", "actions",
  "subject", "issuer", "key", "signature", "protocol", "cipher", "group",
  "views", "revocation", "clients", "policies", "rules", "grade"];

function pairs(list) {
  const made = element("dl");
  for (const [name, text] of list) {
    made.append(element("dt", name), element("dd", text || "\u2013"));
  }
  return made;
}

function causeLine(item, cause) {
  item.append(element("b", wordFor("cause", cause)), " ",
    element("code", cause));
}

function findingsList(row) {
  const findings = findingsOf(row);
  if (findings.length === 0) {
    return element("p", "Nothing is wrong with it.");
  }
  const made = element("ol");
  for (const { cause, proof, resolution } of findings) {
    const item = element("li");
    const who = wordFor("who", resolution);
    causeLine(item, cause);
    item.append(element("p", proof, "proof"),
      element("p", "Do: " + wordFor("resolution", resolution) +
        (who === resolution ? "" : ` (${who})`), "mute"));
    made.append(item);
  }
  return made;
}

/* What stays when the first cause is fixed. */
function remainingList(row) {
  const made = element("ul");
  for (const cause of columns.remaining.at(row).split(" ").filter(Boolean)) {
    const item = element("li");
    causeLine(item, cause);
    made.append(item);
  }
  return made;
}

/* What each client or policy makes of it; those for which all is well are
 * counted only. */
function outcomesOf(name, row) {
  const all = [...columns[name].at(row)];
  const good = all.filter((letter) => letter === "w" || letter === "p");
  const list = all.map((letter, i) => [words[name][i] || String(i),
    name === "policies" && letter === "f" ? "fail" : OUTCOMES[letter],
    letter]).filter(([, , letter]) => letter === "f" || letter === "u");
  if (good.length > 0) {
    list.push([list.length ? `${good.length} others` : `all ${good.length}`,
      OUTCOMES[good[0]]]);
  }
  return list;
}

function rulesOf(row) {
  return columns.rules.at(row).split(SEPARATOR).filter(Boolean)
    .map((rule) => rule.slice(rule.indexOf("/") + 1));
}

function policiesOf(row) {
  const list = outcomesOf("policies", row);
  const rules = rulesOf(row);
  return rules.length === 0 ? list
    : [...list, ["rules that do not hold", rules.join(", ")]];
}

/* Titles and what stands below them; those without anything are left out. */
function factsOf(row) {
  const at = (name) => columns[name].at(row);
  const known = (list) => list.filter(([, text]) => text);
  return [
    ["Certificate", known([["subject", at("subject")],
      ["issuer", at("issuer")], ["ends", at("ends")], ["key", at("key")],
      ["signature", at("signature")]])],
    ["Connection", known([["address", at("address")],
      ["protocol", at("address") && at("protocol")], ["version", at("tls")],
      ["cipher suite", at("cipher")], ["key exchange", at("group")],
      ["grade", at("grade")]])],
    ["Trust views", partsOf(at("views"), VIEW_PARTS).map(([view, verdict]) =>
      [view, wordFor("verdict", verdict)])],
    ["Revocation", partsOf(at("revocation"), REVOCATION_PARTS).flatMap(
      ([result, source, until]) => known([["result", result],
        ["source", source], ["good until", until]]))],
    ["Clients", outcomesOf("clients", row)],
    ["Policies", policiesOf(row)],
    ["Row in the input", fieldsOf(row).map((text, i) => [fieldName(i), text])],
  ].filter(([, list]) => list.length > 0);
}

function fillDetails(both, row) {
  const left = element("div");
  const right = element("div");
  const key = columns.actions.at(row).split(" ").find(actionOf);
  left.append(element("h3", "Findings"), findingsList(row));
  if (columns.remaining.at(row)) {
    left.append(element("h3", "Still wrong after the first fix"),
      remainingList(row));
  }
  if (key) {
    left.append(button("Show it in the action plan", () => showAction(key)));
  }
  for (const [title, list] of factsOf(row)) {
    right.append(element("h3", title), pairs(list));
  }
  both.replaceChildren(left, right);
}

function detailsLine(row) {
  const line = element("tr");
  const cell = element("td");
  const both = element("div", undefined, "details");
  const names = [...DETAILS, ...fieldNames()];
  cell.colSpan = SHOWN.length;
  cell.append(both);
  line.id = "details-" + row;
  line.append(cell);
  if (names.every((name) => columns[name])) {
    fillDetails(both, row);
  } else {
    both.append(element("p", "\u2026"));
    need(names).then(() => fillDetails(both, row));
  }
  return line;
}

function toggle(expander, row) {
  const open = expander.getAttribute("aria-expanded") === "true";
  expander.setAttribute("aria-expanded", String(!open));
  if (open) {
    byId("details-" + row).remove();
    expander.removeAttribute("aria-controls");
  } else {
    expander.closest("tr").after(detailsLine(row));
    expander.setAttribute("aria-controls", "details-" + row);
  }
}

/* Escape closes the details that have the focus, or those of the row. */
function closeByKey(event) {
  const line = event.target.closest("tr");
  if (event.key !== "Escape" || !line) {
    return;
  }
  const row = line.id.startsWith("details-") ? line.previousElementSibling
    : line;
  const expander = row.querySelector("[aria-expanded=true]");
  if (expander) {
    expander.click();
    expander.focus();
  }
}
