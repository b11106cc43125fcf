// Draws one answer. Text from documents and people is only ever set as textContent.

const CARD_DELAY_MS = 120;
let cards = 0;

export default function ({ data, parentElement, setTriggerValue }) {
  const root = rootOf(parentElement);
  const drawn = JSON.stringify({ ...data, open: null, focus: null });
  root.tell = (position) => setTriggerValue("open", position);
  root.ask = (question) => setTriggerValue("ask", question);
  // Buttons are kept while the answer is the same, so that none loses the focus.
  if (root.drawn !== drawn) {
    root.drawn = drawn;
    root.card?.remove();
    root.card = null;
    root.replaceChildren(...draw(data, root));
  }
  markOpen(root, data.open);
  giveFocusBack(root, data.focus);
  return () => hideCard(root);
}

function rootOf(parent) {
  let root = parent.querySelector(":scope > .fn-answer");
  if (!root) {
    root = element("div", "fn-answer");
    parent.appendChild(root);
  }
  return root;
}

function draw(data, root) {
  const drawn = [];
  if (data.notice) drawn.push(element("p", "fn-remark", data.notice));
  drawn.push(...drawText(data, root));
  if (data.unsupported) drawn.push(drawUnsupported(data, root));
  for (const conflict of data.conflicts) drawn.push(drawConflict(conflict, data, root));
  if (data.line) drawn.push(element("p", "fn-line", data.line));
  if (data.steps.length) drawn.push(drawSteps(data));
  if (data.searched) drawn.push(drawSearched(data, root));
  if (data.status === "abstained") drawn.push(...drawRefusal(data, root));
  return drawn;
}

function drawText(data, root) {
  const className = data.status === "unclear" ? "fn-text fn-asks" : "fn-text";
  const first = element("p", className, data.text || undefined);
  const drawn = [first];
  let paragraph = first;
  for (const sentence of data.sentences) {
    if (sentence.above) {
      drawn.push(drawAbove(sentence.above));
      drawn.push((paragraph = element("p", className)));
    }
    if (paragraph.hasChildNodes()) paragraph.append(" ");
    const place = sentence.tag ? paragraph.appendChild(drawJudged(sentence)).firstChild : paragraph;
    drawSentence(sentence, data, root, place);
  }
  return drawn.filter((part) => part.hasChildNodes());
}

function drawAbove(above) {
  const line = element("p", "fn-above");
  line.append(element("span", "fn-above-title", above.title));
  if (above.date) line.append(element("span", "fn-facts", above.date));
  return line;
}

function drawSentence(sentence, data, root, paragraph) {
  if (!sentence.sources.length) return appendParts(paragraph, sentence.parts);
  const [most, last] = splitLastWord(sentence.parts);
  // The numbers stay on the line of the word before them.
  const tail = element("span", "fn-tail");
  appendParts(paragraph, most);
  appendParts(tail, last);
  for (const position of sentence.sources) {
    tail.append(drawNumber(data.sources[position], position, root));
  }
  paragraph.append(tail);
  if (sentence.agreement) paragraph.append(" ", drawAgreement(sentence.agreement, data, root));
}

function drawAgreement(agreement, data, root) {
  const line = element("span", "fn-agreement", agreement.text);
  for (const position of agreement.sources) {
    line.append(drawNumber(data.sources[position], position, root));
  }
  return line;
}

// Quotes that do not go together, side by side.
function drawConflict(conflict, data, root) {
  const box = element("section", "fn-conflict");
  const heading = element("p", "fn-conflict-note", conflict.note);
  heading.id = `fn-conflict-${(cards += 1)}`;
  box.setAttribute("aria-labelledby", heading.id);
  const sides = element("div", "fn-sides");
  conflict.sources.forEach((position, index) => {
    const source = data.sources[position];
    const side = element("div", "fn-side");
    const head = element("p", "fn-side-date", conflict.dates[index]);
    head.append(drawNumber(source, position, root));
    side.append(head, drawQuote(source), element("p", "fn-facts", source.title));
    sides.append(side);
  });
  box.append(heading, sides);
  if (conflict.as_of) box.append(element("p", "fn-facts", conflict.as_of));
  return box;
}

// A sentence that a model wrote, with room for its words and the verdict behind them.
function drawJudged(sentence) {
  const place = element("span", `fn-judged fn-${sentence.verdict}`);
  const words = element(sentence.verdict === "unsupported" ? "s" : "span", "fn-words");
  place.append(words, " ", element("span", "fn-tag", sentence.tag));
  return place;
}

function drawUnsupported(data, root) {
  const line = element("p", "fn-line fn-count", `${data.unsupported} `);
  const toggle = element("button", "fn-quiet");
  toggle.type = "button";
  const set = (hidden) => {
    root.classList.toggle("fn-hides", hidden);
    toggle.textContent = hidden ? "Show" : "Hide";
    const said = hidden ? "Show" : "Hide";
    toggle.setAttribute("aria-label", `${said} what is not in the documents`);
  };
  toggle.addEventListener("click", () => set(!root.classList.contains("fn-hides")));
  set(data.hide);
  line.append(toggle);
  return line;
}

function drawSteps(data) {
  const details = element("details", "fn-line fn-steps");
  const list = element("ol");
  for (const step of data.steps) {
    const item = element("li", "", step.text);
    item.append(element("span", "fn-step-facts", ` ${step.facts}`));
    list.append(item);
  }
  details.append(element("summary", "", `${data.stepsTitle}: ${data.taken}`), list);
  return details;
}

function splitLastWord(parts) {
  const last = parts[parts.length - 1];
  const at = last.text.trimEnd().search(/\S{1,30}$/);
  if (at < 0) return [parts, []];
  const cut = (from, to) => ({ text: last.text.slice(from, to), bold: last.bold });
  return [[...parts.slice(0, -1), cut(0, at)], [cut(at)]];
}

function appendParts(parent, parts) {
  for (const part of parts) {
    parent.append(part.bold ? element("strong", "", part.text) : part.text);
  }
}

function drawNumber(source, position, root) {
  const button = opener("fn-number", position, root);
  button.textContent = source.marker;
  button.setAttribute("aria-label", `Open source ${source.marker}: ${source.place}`);
  const show = () => showCard(root, button, source);
  button.addEventListener("mouseenter", () => {
    root.waiting = setTimeout(show, CARD_DELAY_MS);
  });
  button.addEventListener("mouseleave", (event) => {
    clearTimeout(root.waiting);
    if (!root.card?.contains(event.relatedTarget)) hideCard(root);
  });
  button.addEventListener("focus", () => {
    if (button.matches(":focus-visible")) show();
  });
  button.addEventListener("blur", () => hideCard(root));
  button.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hideCard(root);
  });
  return button;
}

function opener(className, position, root) {
  const button = element("button", className);
  button.type = "button";
  button.dataset.position = position;
  button.addEventListener("click", () => {
    hideCard(root);
    root.tell(position);
  });
  return button;
}

function drawRefusal(data, root) {
  const drawn = [];
  if (!data.sources.length) return drawn;
  drawn.push(element("p", "fn-nearest-title", "The nearest passages, which do not answer it:"));
  const list = element("ul", "fn-nearest");
  data.sources.forEach((source, position) => {
    const item = element("li", "fn-passage");
    const button = opener("fn-passage-open", position, root);
    button.setAttribute("aria-label", `Open passage: ${source.place}`);
    button.textContent = source.title;
    item.append(button, element("div", "fn-facts", source.facts), drawQuote(source));
    list.append(item);
  });
  drawn.push(list);
  return drawn;
}

function drawQuote(source) {
  const quote = element("blockquote", "fn-quote");
  appendParts(quote, source.quote);
  return quote;
}

// Says what was searched for; "Edit" turns it into a field.
function drawSearched(data, root) {
  const verb = data.status === "abstained" ? "Looked for" : "Searched for";
  const place = element("div", "fn-line fn-searched");
  const edit = element("button", "fn-quiet", "Edit");
  edit.type = "button";
  edit.setAttribute("aria-label", `Edit what was searched for: ${data.searched}`);
  const line = [element("span", "", `${verb}: ${data.searched}`), edit];
  edit.addEventListener("click", () => {
    const form = drawEditing(data, root, () => {
      place.replaceChildren(...line);
      edit.focus();
    });
    place.replaceChildren(form);
    form.firstChild.focus();
  });
  place.append(...line);
  return place;
}

function drawEditing(data, root, close) {
  const form = element("form", "fn-editing");
  const field = element("input");
  field.type = "text";
  field.value = data.searched;
  field.maxLength = data.longest;
  field.required = true;
  field.setAttribute("aria-label", "Question to search for");
  const cancel = element("button", "fn-quiet", "Cancel");
  cancel.type = "button";
  cancel.addEventListener("click", close);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!field.value.trim()) return;
    root.ask(field.value);
    close();
  });
  form.append(field, element("button", "fn-ask", "Ask this"), cancel);
  return form;
}

function showCard(root, button, source) {
  hideCard(root);
  const card = element("div", "fn-card");
  card.id = `fn-card-${(cards += 1)}`;
  card.setAttribute("role", "tooltip");
  card.append(
    element("div", "fn-card-title", source.title),
    element("div", "fn-facts", source.facts),
    drawQuote(source),
  );
  if (source.verdict) card.append(element("div", "fn-facts", `The sentence is ${source.verdict}.`));
  card.addEventListener("mouseleave", () => hideCard(root));
  if (card.showPopover) card.popover = "manual"; // above everything, cut off by nothing
  root.append(card);
  card.showPopover?.();
  button.setAttribute("aria-describedby", card.id);
  root.card = card;
  root.cardOf = button;
  placeCard(card, button);
}

function placeCard(card, button) {
  const at = button.getBoundingClientRect();
  const size = card.getBoundingClientRect();
  const margin = 8;
  const left = Math.min(at.left - 12, window.innerWidth - size.width - margin);
  const below = at.bottom + size.height + margin < window.innerHeight;
  card.style.left = `${Math.max(margin, left)}px`;
  card.style.top = `${below ? at.bottom + 2 : Math.max(margin, at.top - size.height - 2)}px`;
}

function hideCard(root) {
  clearTimeout(root.waiting);
  root.cardOf?.removeAttribute("aria-describedby");
  root.card?.remove();
  root.card = root.cardOf = null;
}

function markOpen(root, open) {
  for (const button of root.querySelectorAll("button[data-position]")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.position) === open));
  }
}

function giveFocusBack(root, focus) {
  if (!focus || root.focusedAt === focus.at) return;
  root.focusedAt = focus.at;
  const find = () =>
    focus.button
      ? document.querySelector(`.st-key-${CSS.escape(focus.button)} button`)
      : root.querySelector(`button[data-position="${Number(focus.position)}"]`);
  // A closing drawer takes the focus itself first; what comes after it stays.
  requestAnimationFrame(() => setTimeout(() => find()?.focus(), 0));
}
