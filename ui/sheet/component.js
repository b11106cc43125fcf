// Draws what a document says and what is known of it. Text is only set as textContent.

export default function ({ data, parentElement }) {
  let root = parentElement.querySelector(":scope > .fn-sheet");
  if (!root) {
    root = element("section", "fn-sheet");
    parentElement.appendChild(root);
  }
  const drawn = JSON.stringify(data);
  if (root.drawn === drawn) return;
  root.drawn = drawn;
  if (data.name) root.setAttribute("aria-label", data.name);
  root.replaceChildren(...data.pieces.map(draw));
}

function draw(piece) {
  if ("heading" in piece) return element(`h${Number(piece.level)}`, "fn-heading", piece.heading);
  if ("facts" in piece) return drawFacts(piece.facts);
  if ("lines" in piece) return drawLines(piece.lines);
  return drawText(piece);
}

function drawFacts(facts) {
  const list = element("dl", "");
  for (const [name, values] of facts) {
    list.append(element("dt", "", name), ...values.map((value) => element("dd", "", value)));
  }
  return list;
}

function drawLines(lines) {
  const list = element("ul", "");
  list.append(...lines.map((line) => element("li", "", line)));
  return list;
}

function drawText({ text, place }) {
  const drawn = element("div", "fn-stretch");
  if (place) drawn.append(element("div", "fn-facts", place));
  drawn.append(element("div", "fn-read", text));
  return drawn;
}
