// Draws claims to check. Text from documents and people is only ever set as textContent.

const JUDGEMENTS = ["right", "wrong", "unclear"];
const FILTERS = [["all", "All"], ["open", "Not judged"], ["wrong", "Wrong"], ["unclear", "Unclear"]];

export default function ({ data, parentElement, setStateValue }) {
  let root = parentElement.querySelector(":scope > .fn-claims");
  if (!root) {
    root = element("div", "fn-claims");
    root.changed = {};
    root.filter = "all";
    parentElement.appendChild(root);
  }
  root.keep = (key) => {
    root.changed = { ...root.changed, [key]: root.found[key] };
    setStateValue("found", root.changed);
  };
  // What the person does is drawn at once: only other claims are a reason to draw all anew.
  const drawn = JSON.stringify(data.items);
  if (root.drawn === drawn) return;
  root.drawn = drawn;
  root.changed = {};
  root.found = { ...data.found };
  root.longest = data.longest;
  root.total = data.items.length;
  root.count = element("p", "fn-count");
  root.count.setAttribute("role", "status");
  const head = element("div", "fn-head");
  head.append(root.count, drawFilters(root));
  root.replaceChildren(head, ...drawAnswers(root, data.items));
  show(root);
}

function drawFilters(root) {
  const row = element("div", "fn-filters");
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", "Which claims are shown");
  for (const [name, text] of FILTERS) {
    const button = element("button", "", text);
    button.type = "button";
    button.dataset.filter = name;
    button.addEventListener("click", () => {
      root.filter = name;
      show(root);
    });
    row.append(button);
  }
  return row;
}

// One section for each answer, with the claims that are made in it.
function drawAnswers(root, items) {
  const sections = [];
  for (const item of items) {
    if (item.question) {
      const section = element("section", "fn-of");
      section.append(element("h2", "", item.question));
      if (item.remark) section.append(element("p", "fn-facts", item.remark));
      sections.push(section);
    }
    sections.at(-1).append(drawClaim(root, item));
  }
  return sections;
}

function drawClaim(root, item) {
  const claim = element("article", "fn-claim");
  claim.dataset.key = item.key;
  const text = element("p", "fn-said", item.text);
  text.append(" ", element("span", "fn-verdict", item.verdict));
  claim.append(text, ...item.quotes.map(drawQuote), drawChoice(root, item), drawNote(root, item));
  return claim;
}

function drawQuote(quote) {
  const figure = element("figure", "");
  const words = element("blockquote", "fn-quote");
  for (const part of quote.parts) {
    words.append(part.bold ? element("strong", "", part.text) : part.text);
  }
  const from = element("figcaption", "fn-facts");
  from.append(drawTitle(quote), ` · ${quote.facts} · `);
  from.append(element("span", quote.stands ? "fn-stands" : "fn-doubt", quote.standing));
  figure.append(words, from);
  return figure;
}

// The document opens beside the check, which goes on here.
function drawTitle(quote) {
  if (!quote.address) return element("b", "", quote.title);
  const link = element("a", "", quote.title);
  link.href = quote.address;
  link.target = "_blank";
  link.rel = "noopener";
  return link;
}

function drawChoice(root, item) {
  const group = element("fieldset", "");
  group.append(element("legend", "", "This claim is"));
  for (const judgement of JUDGEMENTS) {
    const line = element("label", "");
    const box = element("input");
    box.type = "checkbox"; // at most one: what was judged can also be taken back
    box.value = judgement;
    box.checked = judged(root, item.key) === judgement;
    box.addEventListener("change", () => {
      for (const other of group.querySelectorAll("input")) {
        if (other !== box) other.checked = false;
      }
      keep(root, item.key, box.checked ? judgement : "", noteOf(root, item.key));
    });
    line.append(box, judgement);
    group.append(line);
  }
  return group;
}

function drawNote(root, item) {
  const field = element("textarea", "fn-note");
  field.rows = 1;
  field.maxLength = root.longest;
  field.placeholder = "Note (optional)";
  field.value = noteOf(root, item.key);
  field.setAttribute("aria-label", `Note on: ${item.text.slice(0, 80)}`);
  const grow = () => {
    field.rows = Math.min(6, field.value.split("\n").length);
  };
  field.addEventListener("input", grow);
  field.addEventListener("change", () => keep(root, item.key, judged(root, item.key), field.value));
  grow();
  return field;
}

function judged(root, key) {
  return root.found[key]?.[0] ?? "";
}

function noteOf(root, key) {
  return root.found[key]?.[1] ?? "";
}

function keep(root, key, judgement, note) {
  root.found[key] = [judgement, note];
  root.keep(key);
  show(root);
}

// Says how far the check is, and shows the claims that are asked for. One that was just judged
// stays until the filter is chosen again.
function show(root) {
  const counts = { right: 0, wrong: 0, unclear: 0 };
  for (const [judgement] of Object.values(root.found)) if (judgement) counts[judgement] += 1;
  const done = counts.right + counts.wrong + counts.unclear;
  root.count.textContent =
    `${done} of ${root.total} claims judged: ` +
    `${counts.right} right, ${counts.wrong} wrong, ${counts.unclear} unclear`;
  for (const button of root.querySelectorAll("[data-filter]")) {
    button.setAttribute("aria-pressed", String(button.dataset.filter === root.filter));
  }
  if (root.shown === root.filter && root.shownOf === root.drawn) return;
  root.shown = root.filter;
  root.shownOf = root.drawn;
  for (const claim of root.querySelectorAll(".fn-claim")) {
    const judgement = judged(root, claim.dataset.key);
    const wanted = { all: true, open: !judgement }[root.filter] ?? judgement === root.filter;
    claim.hidden = !wanted;
  }
  for (const section of root.querySelectorAll(".fn-of")) {
    section.hidden = !section.querySelector(".fn-claim:not([hidden])");
  }
}
