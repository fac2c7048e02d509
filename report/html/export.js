/* What is shown as a CSV file, equal to the store.
 * SPDX-License-Identifier: Apache-2.0 */

const EXPORTED = [...SHOWN, "resolution", "subject", "grade"];
const ROWS_AT_ONCE = 10000; /* a string holds so many lines */

const NUMBER = /^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)$/;

/* RFC 4180; what a spreadsheet would run as a formula gets an apostrophe, also
 * where one that separates by semicolons sees a cell begin. */
function csvField(text) {
  let safe = text.replace(/([;\t\n])("*[=+@\-\uff1d\uff0b\uff20\uff0d][^;\t\n]*)/g,
    (all, before, cell) => (NUMBER.test(cell.replace(/^"+/, ""))
      ? all : `${before}'${cell}`));
  if (/^(\s*[=+@\-\uff1d\uff0b\uff20\uff0d]|[\t\r])/.test(text) &&
      !NUMBER.test(text)) {
    safe = "'" + safe;
  }
  return /[",;\t\r\n]|^\s|\s$/.test(safe)
    ? '"' + safe.replace(/"/g, '""') + '"' : safe;
}

function csvLine(fields) {
  return fields.map(csvField).join(",") + "\r\n";
}

/* Every line gets as many fields as the longest row has. */
async function csvOf(rows) {
  await need([...EXPORTED, ...FINDING_COLUMNS, ...fieldNames()]);
  const width = rows.reduce((most, row) =>
    Math.max(most, fieldsOf(row).length), words.fields.length);
  const texts = [csvLine([...EXPORTED, "proof",
    ...Array.from({ length: width }, (none, i) => fieldName(i))])];
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const lines = [];
    for (const row of rows.subarray(from, from + ROWS_AT_ONCE)) {
      const [finding] = findingsOf(row);
      const fields = fieldsOf(row);
      lines.push(csvLine([...EXPORTED.map((name) => columns[name].at(row)),
        finding ? finding.proof : "",
        ...Array.from({ length: width }, (none, i) => fields[i] || "")]));
    }
    texts.push(lines.join(""));
  }
  return new Blob(texts, { type: "text/csv" });
}

async function saveCsv(rows, name) {
  const link = element("a");
  link.href = URL.createObjectURL(await csvOf(rows));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
