"use strict";
// Sorts a table by the column whose button is pressed; the same button once more turns the order around.
for (const button of document.querySelectorAll("th > button")) {
  button.addEventListener("click", () => {
    const head = button.parentElement;
    const body = head.closest("table").tBodies[0];
    const falls = head.getAttribute("aria-sort") === "ascending";
    for (const other of head.parentElement.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", falls ? "descending" : "ascending");
    const rows = Array.from(body.rows, (row) => [valueOf(row.cells[head.cellIndex]), row]);
    rows.sort(([one], [other]) => compare(one, other, falls));
    body.append(...rows.map(([, row]) => row));
  });
}

function valueOf(cell) {
  if (!cell) return "";
  const given = cell.dataset.v;
  return given === undefined ? cell.textContent.trim() : Number(given);
}

// What is no value stays last, whichever way the rest is sorted.
function compare(one, other, falls) {
  const empty = (value) => value === "" || value === "–";
  if (empty(one) || empty(other)) return empty(one) - empty(other);
  const both = typeof one === "number" && typeof other === "number";
  const order = both ? one - other : String(one).localeCompare(String(other), "en", { numeric: true });
  return falls ? -order : order;
}
