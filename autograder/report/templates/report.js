// Tables of class "sortable" get a button in each heading; those of class "filtered" a field to find a student.
// Everything can be read without it.
"use strict";

const value = (row, column) => {
  const cell = row.cells[column];
  const text = cell.dataset.value ?? cell.textContent.trim();
  return text !== "" && !isNaN(text) ? Number(text) : text.toLowerCase();
};

const compare = (a, b) =>
  typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });

const sort = (table, heading, column) => {
  const numbers = heading.classList.contains("number") || heading.classList.contains("bar");
  const before = heading.getAttribute("aria-sort");
  const down = before ? before === "ascending" : numbers;
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => (down ? -1 : 1) * compare(value(a, column), value(b, column)));
  table.tBodies[0].append(...rows);
};

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(table, heading, column));
    heading.append(button);
  });
}

for (const table of document.querySelectorAll("table.filtered")) {
  if (table.tBodies[0].rows.length < 15) continue;
  const label = document.createElement("label");
  const field = document.createElement("input");
  field.type = "search";
  label.className = "find";
  label.append("Find a student ", field);
  field.addEventListener("input", () => {
    const wanted = field.value.toLowerCase();
    for (const row of table.tBodies[0].rows) row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
  });
  table.parentElement.before(label);
}
