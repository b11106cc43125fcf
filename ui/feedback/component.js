// Thumbs, an optional comment, a copy of the answer, and files of it. Text is only ever set as textContent.

const SVG = "http://www.w3.org/2000/svg";
const HAND = "M3 11h4v9H3zM7 12l4.2-8.2c1.6 0 2.5 1.1 2.3 2.6L13 10h5.6c1.5 0 2.5 1.3 2.2 2.7l-1.3 5.6c-.3 1-1.1 1.7-2.1 1.7H7";
const NAMES = { up: "Good answer", down: "Bad answer" };

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(":scope > .fn-feedback");
  if (!root) {
    root = draw();
    parentElement.appendChild(root);
  }
  root.copied = data.copy;
  root.tell = (thumb, comment) => setTriggerValue("feedback", { thumb, comment });
  root.copy.hidden = !data.copy;
  for (const [index, [name, address]] of data.save.entries()) {
    root.links[index].textContent = name;
    root.links[index].href = address;
  }
  root.field.maxLength = data.longest;
  show(root, data.thumb, data.comment);
}

function draw() {
  const root = element("div", "fn-feedback");
  const row = element("div", "fn-row");
  root.thumbs = { up: drawThumb(root, "up"), down: drawThumb(root, "down") };
  root.copy = drawButton("Copy with citations", () => copy(root));
  root.said = element("span", "fn-said");
  root.said.setAttribute("role", "status");
  row.append(root.thumbs.up, root.thumbs.down, root.copy, drawSaving(root), root.said);
  root.comment = element("p", "fn-comment");
  root.form = drawForm(root);
  root.form.hidden = root.comment.hidden = true;
  root.append(row, root.comment, root.form);
  return root;
}

function drawButton(text, act) {
  const button = element("button", "", text);
  button.type = "button";
  button.addEventListener("click", act);
  return button;
}

function drawSaving(root) {
  const saving = element("details", "fn-save");
  saving.append(element("summary", "", "Save as…"));
  root.links = [0, 1, 2].map(() => {
    const link = element("a", "");
    link.download = "";
    saving.append(link);
    return link;
  });
  return saving;
}

function drawThumb(root, thumb) {
  const button = drawButton("", () => press(root, thumb));
  button.className = `fn-thumb fn-${thumb}`;
  button.title = NAMES[thumb];
  button.setAttribute("aria-label", NAMES[thumb]);
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", HAND);
  picture.append(line);
  button.append(picture);
  return button;
}

function drawForm(root) {
  const form = element("form", "fn-row");
  root.field = element("input");
  root.field.type = "text";
  root.field.placeholder = "What was good or wrong? (optional)";
  root.field.setAttribute("aria-label", "Comment on the answer, optional");
  const send = element("button", "fn-send", "Keep comment");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.hidden = true;
    show(root, root.thumb, root.field.value.trim());
    root.tell(root.thumb, root.field.value);
    root.thumbs[root.thumb].focus();
    say(root, "Kept with this chat");
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    form.hidden = true;
    root.thumbs[root.thumb].focus();
  });
  form.append(root.field, send);
  return form;
}

// A second press takes the thumb back, and its comment with it.
function press(root, thumb) {
  const pressed = root.thumb === thumb ? "" : thumb;
  const comment = pressed ? root.words : "";
  show(root, pressed, comment);
  root.form.hidden = !pressed;
  root.field.value = comment;
  root.tell(pressed, comment);
  say(root, pressed ? "Kept with this chat" : "Taken back");
}

function show(root, thumb, words) {
  root.thumb = thumb;
  root.words = words;
  for (const [name, button] of Object.entries(root.thumbs)) {
    button.setAttribute("aria-pressed", String(name === thumb));
  }
  root.comment.textContent = words ? `Your comment: ${words}` : "";
  root.comment.hidden = !words;
}

function say(root, text) {
  root.said.textContent = text;
}

async function copy(root) {
  const done = await copyText(root.copied, root.copy);
  say(root, done ? "Copied" : "The browser does not allow copying");
}
