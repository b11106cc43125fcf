// Draws a table that can be sorted, filtered, and chosen from. Text is only set as textContent.

const ROWS_AT_ONCE = 200;
const states = new Map(); // by the table's key: whoever comes back finds it as it was

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  let root = parentElement.querySelector(":scope > .fn-table");
  if (!root) {
    root = element("div", "fn-table");
    if (!states.has(data.key)) states.set(data.key, newState());
    root.state = states.get(data.key);
    parentElement.appendChild(root);
  }
  root.tell = () => setStateValue("chosen", [...root.state.chosen]);
  root.open = (id) => setTriggerValue("open", id);
  const drawn = JSON.stringify(data);
  if (root.drawn === drawn) return;
  const isNew = root.drawn === undefined;
  root.drawn = drawn;
  root.rows = data.rows.map((packed) => unpack(packed, data.columns));
  const chosenBefore = root.state.chosen.size;
  const there = new Set(root.rows.map((row) => row.id));
  for (const id of root.state.chosen) if (!there.has(id)) root.state.chosen.delete(id);
  drawAll(root, data);
  if (root.state.chosen.size !== chosenBefore || (isNew && chosenBefore)) root.tell();
}

function newState() {
  return {
    sort: -1, down: false, words: "", tags: new Map(), chosen: new Set(), shown: ROWS_AT_ONCE,
  };
}

function unpack([id, name, tags, ...cells], columns) {
  const unpacked = cells.map((cell, index) => unpackCell(cell, columns[index]));
  const text = unpacked.map((cell) => `${cell.text} ${cell.note}`).join(" ").toLowerCase();
  return { id, name: name || unpacked[0].text, tags, cells: unpacked, text };
}

function unpackCell(cell) {
  if (typeof cell === "number") {
    return { text: cell.toLocaleString("en-US"), sort: cell, note: "" };
  }
  const [text, sort = "", note = ""] = typeof cell === "string" ? [cell] : cell;
  return { text, sort: sort === "" ? text : sort, note };
}

function button(text, whenClicked) {
  const made = element("button", "", text);
  made.type = "button";
  made.addEventListener("click", whenClicked);
  return made;
}

function drawAll(root, data) {
  const parts = [];
  if (data.filterable || data.filters.length) parts.push(drawFilters(root, data));
  const frame = element("div", "fn-table-frame");
  const table = element("table", "");
  table.append(element("caption", "fn-hidden", data.caption), drawHead(root, data));
  table.append(element("tbody"));
  frame.append(table);
  parts.push(frame, element("div", "fn-more"));
  root.replaceChildren(...parts);
  drawRows(root, data);
}

function drawFilters(root, data) {
  const bar = element("div", "fn-filters");
  if (data.filterable) bar.append(drawSearch(root, data));
  for (const [title, every, options] of data.filters) {
    bar.append(drawFilter(root, data, title, every, options));
  }
  const said = element("div", "fn-count");
  said.setAttribute("role", "status");
  bar.append(said);
  return bar;
}

function drawSearch(root, data) {
  const input = element("input");
  input.type = "search";
  input.value = root.state.words;
  input.placeholder = "Find in this list";
  input.setAttribute("aria-label", "Find in this list");
  input.addEventListener("input", () => {
    root.state.words = input.value;
    drawRows(root, data);
  });
  return input;
}

function drawFilter(root, data, title, every, options) {
  const select = element("select");
  select.setAttribute("aria-label", title);
  const known = root.state.tags.get(title);
  for (const [tag, text] of [["", every], ...options]) {
    const option = element("option", "", text);
    option.value = tag;
    option.selected = text === known;
    select.append(option);
  }
  select.addEventListener("change", () => {
    // By its words: the numbers of the tags change with the rows.
    if (select.value === "") root.state.tags.delete(title);
    else root.state.tags.set(title, select.selectedOptions[0].textContent);
    drawRows(root, data);
  });
  return select;
}

function drawHead(root, data) {
  const head = element("thead");
  const row = element("tr");
  if (data.selectable) row.append(drawChooseAll(root, data));
  data.columns.forEach((column, index) => {
    const cell = element("th", columnClass(column));
    cell.scope = "col";
    cell.append(button(column[0], () => sortBy(root, data, index)));
    row.append(cell);
  });
  head.append(row);
  return head;
}

function drawChooseAll(root, data) {
  const cell = element("th", "fn-choice");
  cell.scope = "col";
  const box = element("input");
  box.type = "checkbox";
  box.setAttribute("aria-label", "Choose all in this list");
  box.addEventListener("change", () => {
    for (const row of filtered(root, data)) {
      if (box.checked) root.state.chosen.add(row.id);
      else root.state.chosen.delete(row.id);
    }
    drawRows(root, data);
    root.tell();
  });
  cell.append(box);
  return cell;
}

function columnClass([, number, onPhone, oneLine]) {
  const names = [];
  if (number) names.push("fn-figure");
  if (oneLine) names.push("fn-one-line");
  if (!onPhone) names.push("fn-wide-only");
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
  const rows = sorted(filtered(root, data), state);
  const body = root.querySelector("tbody");
  body.replaceChildren(...rows.slice(0, state.shown).map((row) => drawRow(root, data, row, rows)));
  if (!rows.length && root.rows.length) body.append(drawNothing(data));
  const offset = data.selectable ? 1 : 0;
  root.querySelectorAll("thead th").forEach((cell, index) => {
    const order = state.down ? "descending" : "ascending";
    cell.setAttribute("aria-sort", index - offset === state.sort ? order : "none");
  });
  drawMore(root, data, rows.length);
  drawCount(root, rows);
}

function filtered(root, { filters }) {
  const words = root.state.words.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = [];
  for (const [title, , options] of filters) {
    const option = options.find(([, text]) => text === root.state.tags.get(title));
    if (option) wanted.push(option[0]);
  }
  if (!words.length && !wanted.length) return root.rows;
  return root.rows.filter(
    (row) =>
      words.every((word) => row.text.includes(word)) &&
      wanted.every((tag) => row.tags.includes(tag)),
  );
}

function sorted(rows, { sort, down }) {
  if (sort < 0) return rows;
  const collator = new Intl.Collator(undefined, { numeric: true });
  const compare = (a, b) =>
    typeof a === "number" && typeof b === "number" ? a - b : collator.compare(a, b);
  const sign = down ? -1 : 1;
  return [...rows].sort((a, b) => compare(a.cells[sort].sort, b.cells[sort].sort) * sign);
}

function drawRow(root, data, row, rows) {
  const drawn = element("tr");
  if (data.selectable) drawn.append(drawChoice(root, row, rows));
  data.columns.forEach((column, index) => {
    const { text, note } = row.cells[index];
    const cell = element("td", columnClass(column));
    cell.append(data.opens && index === 0 ? drawLink(root, row, text) : text);
    if (note) cell.append(element("div", "fn-facts", note));
    if (index === 0) cell.append(drawForPhone(data, row));
    drawn.append(cell);
  });
  return drawn;
}

function drawLink(root, row, text) {
  const link = element("a", "", text);
  link.href = `?d=${encodeURIComponent(row.id)}`;
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab or window of its own
    event.preventDefault();
    root.open(row.id);
  });
  return link;
}

function drawForPhone(data, row) {
  const told = data.columns.flatMap(([, , onPhone, , words], index) => {
    const { text } = row.cells[index];
    return onPhone || !text ? [] : [words.replace("{}", () => text)];
  });
  return element("div", "fn-facts fn-phone-only", told.join(" · "));
}

function drawChoice(root, row, rows) {
  const cell = element("td", "fn-choice");
  const box = element("input");
  box.type = "checkbox";
  box.checked = root.state.chosen.has(row.id);
  box.setAttribute("aria-label", `Choose ${row.name}`);
  box.addEventListener("change", () => {
    if (box.checked) root.state.chosen.add(row.id);
    else root.state.chosen.delete(row.id);
    drawCount(root, rows);
    root.tell();
  });
  cell.append(box);
  return cell;
}

function drawNothing(data) {
  const row = element("tr");
  const cell = element("td", "", "Nothing in this list fits.");
  cell.colSpan = data.columns.length + (data.selectable ? 1 : 0);
  row.append(cell);
  return row;
}

function drawCount(root, rows) {
  const all = root.querySelector("thead .fn-choice input");
  const marked = rows.filter((row) => root.state.chosen.has(row.id)).length;
  if (all) {
    all.checked = marked > 0 && marked === rows.length;
    all.indeterminate = marked > 0 && marked < rows.length;
  }
  const count = root.querySelector(".fn-count");
  if (!count) return;
  const figure = (number) => number.toLocaleString("en-US");
  const cut = rows.length < root.rows.length;
  const told = cut ? `${figure(rows.length)} of ${figure(root.rows.length)}` : "";
  const hidden = root.state.chosen.size - marked;
  const also = hidden ? `${figure(hidden)} chosen outside this list` : "";
  count.textContent = [told, also].filter(Boolean).join(" · ");
}

function drawMore(root, data, total) {
  const more = root.querySelector(".fn-more");
  more.replaceChildren();
  const left = total - root.state.shown;
  if (left <= 0) return;
  more.append(
    button(`Show more (${left.toLocaleString("en-US")} left)`, () => {
      root.state.shown += ROWS_AT_ONCE;
      drawRows(root, data);
    }),
  );
}
