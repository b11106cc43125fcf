// Draws a table that can be sorted, filtered, and chosen from. Text is only set as textContent.

const ROWS_AT_ONCE = 200;

export default function ({ data, parentElement, setStateValue }) {
  let root = parentElement.querySelector(":scope > .fn-table");
  if (!root) {
    root = element("div", "fn-table");
    root.state = { sort: -1, down: false, filter: "", chosen: new Set(), shown: ROWS_AT_ONCE };
    parentElement.appendChild(root);
  }
  root.tell = () => setStateValue("chosen", [...root.state.chosen]);
  const drawn = JSON.stringify(data);
  if (root.drawn === drawn) return;
  root.drawn = drawn;
  const there = new Set(data.rows.map((row) => row.id));
  for (const id of root.state.chosen) if (!there.has(id)) root.state.chosen.delete(id);
  drawAll(root, data);
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function drawAll(root, data) {
  const parts = [];
  if (data.filterable) parts.push(drawFilter(root, data));
  const frame = element("div", "fn-table-frame");
  const table = element("table", "");
  table.append(element("caption", "fn-hidden", data.caption), drawHead(root, data));
  table.append(element("tbody"));
  frame.append(table);
  parts.push(frame, element("div", "fn-more"));
  root.replaceChildren(...parts);
  drawRows(root, data);
}

function drawFilter(root, data) {
  const label = element("label", "fn-filter");
  const input = element("input");
  input.type = "search";
  input.value = root.state.filter;
  input.placeholder = "Find in this list";
  input.setAttribute("aria-label", "Find in this list");
  input.addEventListener("input", () => {
    root.state.filter = input.value;
    drawRows(root, data);
  });
  label.append(input);
  return label;
}

function drawHead(root, data) {
  const head = element("thead");
  const row = element("tr");
  if (data.selectable) {
    const cell = element("th", "fn-choice");
    cell.scope = "col";
    cell.append(element("span", "fn-hidden", "Choose"));
    row.append(cell);
  }
  data.columns.forEach((column, index) => {
    const cell = element("th", columnClass(column));
    cell.scope = "col";
    const button = element("button", "", column.title);
    button.type = "button";
    button.addEventListener("click", () => sortBy(root, data, index));
    cell.append(button);
    row.append(cell);
  });
  head.append(row);
  return head;
}

function columnClass(column) {
  const names = [];
  if (column.number) names.push("fn-figure");
  if (column.one_line) names.push("fn-one-line");
  if (!column.on_phone) names.push("fn-wide-only");
  return names.join(" ");
}

function sortBy(root, data, index) {
  const state = root.state;
  state.down = state.sort === index ? !state.down : false;
  state.sort = index;
  drawRows(root, data);
}

function drawRows(root, data) {
  const state = root.state;
  const rows = sorted(filtered(data.rows, state.filter), state);
  const body = root.querySelector("tbody");
  body.replaceChildren(...rows.slice(0, state.shown).map((row) => drawRow(root, data, row)));
  if (!rows.length && state.filter) body.append(drawNothing(data));
  const offset = data.selectable ? 1 : 0;
  root.querySelectorAll("thead th").forEach((cell, index) => {
    const order = state.down ? "descending" : "ascending";
    cell.setAttribute("aria-sort", index - offset === state.sort ? order : "none");
  });
  drawMore(root, data, rows.length);
}

function filtered(rows, filter) {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return rows;
  return rows.filter((row) => {
    const text = row.cells.map((cell) => `${cell.text} ${cell.note}`).join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function sorted(rows, { sort, down }) {
  if (sort < 0) return rows;
  const value = (row) => row.cells[sort].sort || row.cells[sort].text;
  const compare = (a, b) =>
    typeof a === "number" && typeof b === "number"
      ? a - b
      : String(a).localeCompare(String(b), undefined, { numeric: true });
  return [...rows].sort((a, b) => compare(value(a), value(b)) * (down ? -1 : 1));
}

function drawRow(root, data, row) {
  const drawn = element("tr");
  if (data.selectable) drawn.append(drawChoice(root, row));
  data.columns.forEach((column, index) => {
    const cell = element("td", columnClass(column), row.cells[index].text);
    if (row.cells[index].note) cell.append(element("div", "fn-facts", row.cells[index].note));
    drawn.append(cell);
  });
  return drawn;
}

function drawChoice(root, row) {
  const cell = element("td", "fn-choice");
  const box = element("input");
  box.type = "checkbox";
  box.checked = root.state.chosen.has(row.id);
  box.setAttribute("aria-label", `Choose ${row.name}`);
  box.addEventListener("change", () => {
    if (box.checked) root.state.chosen.add(row.id);
    else root.state.chosen.delete(row.id);
    root.tell();
  });
  cell.append(box);
  return cell;
}

function drawNothing(data) {
  const row = element("tr");
  const cell = element("td", "", "Nothing in this list has all of these words.");
  cell.colSpan = data.columns.length + (data.selectable ? 1 : 0);
  row.append(cell);
  return row;
}

function drawMore(root, data, total) {
  const more = root.querySelector(".fn-more");
  more.replaceChildren();
  if (total <= root.state.shown) return;
  const button = element("button", "", `Show more (${total - root.state.shown} left)`);
  button.type = "button";
  button.addEventListener("click", () => {
    root.state.shown += ROWS_AT_ONCE;
    drawRows(root, data);
  });
  more.append(button);
}
