// The source viewer: a document's page or text at one place, with what leads to other places.
// Text from documents is only ever set as textContent; pictures come from this server.

// Which tab somebody chose, and in what: the source may be drawn anew while its page still is.
let chosen = { opening: "", tab: "" };

export default function ({ data, parentElement, setTriggerValue }) {
  const root = rootOf(parentElement);
  root.tell = setTriggerValue;
  const drawn = JSON.stringify({ ...data, placed: null });
  if (root.drawn === drawn) return;
  root.drawn = drawn;
  const opening = JSON.stringify([data.openedAt, data.document, data.from, data.to, data.notice]);
  if (root.opening === opening) {
    // The talk went on: what is marked besides has changed, and nobody is led away.
    root.view.data = data;
    redraw(root.view);
    return;
  }
  root.opening = opening;
  root.view = open(data, root);
}

function rootOf(parent) {
  let root = parent.querySelector(":scope > .fn-source");
  if (!root) {
    root = element("section", "fn-source");
    root.addEventListener("keydown", (event) => onKey(root, event));
    parent.appendChild(root);
  }
  return root;
}

function button(words, label, onClick) {
  const made = element("button", "", words);
  made.type = "button";
  if (label) {
    made.setAttribute("aria-label", label);
    made.title = label;
  }
  made.addEventListener("click", onClick);
  return made;
}

function open(data, root) {
  const view = {
    data,
    root,
    tab: chosen.opening === root.opening ? chosen.tab : data.isPdf ? "page" : "text",
    page: data.page || 1,
    zoom: 1,
    spot: null, // what was sought, or a heading: from, to
    found: [],
    at: -1,
    turn: 0, // counts what was asked of the server, so that a late answer is told
    notice: data.notice,
  };
  view.stretch = data.stretch && { from: data.stretch.from, points: Array.from(data.stretch.text) };
  root.setAttribute("aria-label", `Source: ${data.title}`);
  root.classList.toggle("fn-gone", !data.document);
  view.panel = element("div", "fn-panel");
  view.notices = element("p", "fn-notice");
  view.notices.setAttribute("role", "status");
  const parts = [drawHead(view), view.notices];
  if (data.document) parts.push(drawTabs(view), drawTools(view));
  root.replaceChildren(...parts, view.panel);
  tellNotice(view, data.notice);
  if (data.document) showTab(view, view.tab, data.openedAt > 0);
  else showQuote(view);
  return view;
}

function tellNotice(view, words) {
  view.notices.textContent = words || "";
  view.notices.hidden = !words;
}

// The head: which source, and what to do with it.

function drawHead(view) {
  const { data, root } = view;
  const head = element("header", "fn-head");
  const controls = element("div", "fn-controls");
  if (data.steps) {
    const [position, total] = data.steps;
    const previous = button("Previous", "", () => root.tell("step", -1));
    const next = button("Next", "", () => root.tell("step", 1));
    previous.title = "Previous source of this answer (P)";
    next.title = "Next source of this answer (N)";
    previous.disabled = position === 0;
    next.disabled = position + 1 >= total;
    controls.append(element("span", "fn-count", `${position + 1} of ${total}`), previous, next);
  }
  if (data.document && data.to > data.from) controls.append(drawCopy(view));
  if (data.closable) {
    const close = button("Close", "Close source", () => root.tell("close", true));
    controls.append(close);
  }
  if (controls.children.length) head.append(controls);
  if (data.facts) {
    head.append(element("h2", "fn-source-title", data.title), element("p", "fn-facts", data.facts));
  }
  return head;
}

function drawCopy(view) {
  const { data } = view;
  const place = `library?d=${data.document}&from=${data.from}&to=${data.to}`;
  const copy = button("Copy link", "", async () => {
    const done = await copyText(new URL(place, location.href).href, copy);
    copy.textContent = done ? "Link copied" : "Not allowed";
    said.textContent = done ? "Link copied" : "The browser does not allow copying";
  });
  const said = element("span", "fn-said");
  said.setAttribute("role", "status");
  const both = element("span");
  both.append(copy, said);
  return both;
}

function onKey(root, event) {
  const { view } = root;
  if (event.key === "Escape" && view.data.closable) root.tell("close", true);
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input")) return;
  const [position, total] = view.data.steps || [0, 0];
  const key = event.key.toLowerCase();
  if (key === "n" && position + 1 < total) root.tell("step", 1);
  if (key === "p" && position > 0) root.tell("step", -1);
}

// Tabs.

const TABS = { page: "Page", text: "Text", facts: "File" };

function drawTabs(view) {
  const list = element("div", "fn-tabs");
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", "Views of the document");
  const names = ["page", "text", "facts"].filter((name) => name !== "page" || view.data.isPdf);
  view.tabs = {};
  for (const name of names) {
    const tab = button(TABS[name], "", () => showTab(view, name, false));
    tab.setAttribute("role", "tab");
    view.tabs[name] = tab;
    list.append(tab);
  }
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const name = names[(names.indexOf(view.tab) + step + names.length) % names.length];
    showTab(view, name, false);
    view.tabs[name].focus();
  });
  view.panel.setAttribute("role", "tabpanel");
  return list;
}

function showTab(view, name, focus) {
  chosen = { opening: view.root.opening, tab: name };
  view.tab = name;
  view.turn += 1;
  for (const [of, tab] of Object.entries(view.tabs)) {
    tab.setAttribute("aria-selected", String(of === name));
    tab.tabIndex = of === name ? 0 : -1;
  }
  view.panel.setAttribute("aria-label", TABS[name]);
  view.pageTools.hidden = name !== "page";
  view.seekTools.hidden = name === "facts";
  view.panel.style.minHeight = "";
  if (name === "page") showPage(view, view.page, focus);
  else if (name === "text") showText(view, focus);
  else showFacts(view);
}

function redraw(view) {
  const head = drawHead(view);
  view.root.querySelector(".fn-head").replaceWith(head);
  if (view.tab === "text" && view.data.document) markText(view);
}

function showFacts(view) {
  const list = element("dl", "fn-about");
  for (const [name, values] of view.data.about) {
    list.append(element("dt", "", name), ...values.map((value) => element("dd", "", value)));
  }
  const region = readable(view, "fn-document fn-file", `Facts of the file of ${view.data.title}`);
  region.append(list);
  view.panel.replaceChildren(region);
}

// A quote whose document is gone.
function showQuote(view) {
  const region = readable(view, "fn-document", `Text of ${view.data.title}`);
  const mark = element("mark", "fn-mark");
  mark.tabIndex = -1;
  for (const part of view.data.quote) {
    mark.append(part.bold ? element("strong", "", part.text) : part.text);
  }
  region.append(mark);
  view.panel.replaceChildren(region);
  if (view.data.openedAt) leadTo(view, region, mark, true);
}

function readable(view, className, label) {
  const region = element("div", className);
  region.tabIndex = 0;
  region.setAttribute("role", "region");
  region.setAttribute("aria-label", label);
  return region;
}

// Gives a part the focus, unless somebody has gone on to write the next question meanwhile.
function takeFocus(part) {
  if (document.activeElement?.closest('[data-testid="stChatInput"]')) return;
  part.focus({ preventScroll: true });
}

// Scrolls a region so that one of its parts is seen, and gives that the focus where it is wanted.
function leadTo(view, region, part, focus) {
  const go = () => {
    const room = Math.max(0, region.clientHeight - part.offsetHeight);
    const top = part.getBoundingClientRect().top - region.getBoundingClientRect().top;
    region.scrollTop += top - Math.min(room / 2, region.clientHeight / 3);
    const left = part.getBoundingClientRect().left - region.getBoundingClientRect().left;
    if (left < 0 || left > region.clientWidth) region.scrollLeft += left - 24;
    if (!focus) return;
    takeFocus(part);
    if (!view.data.closable) region.scrollIntoView({ block: "nearest" });
  };
  go();
  // A drawer takes the focus when it has opened; the passage takes it after that.
  if (focus) requestAnimationFrame(() => setTimeout(go, 60));
}

// What the server is asked.

async function ask(view, path) {
  const answer = await fetch(new URL(`source/${view.data.document}/${path}`, location.href));
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error);
  return told;
}

function tellFailure(view, error) {
  const isOurs = error instanceof Error && error.message && !(error instanceof TypeError);
  tellNotice(view, isOurs ? error.message : "The server does not answer; reload this page.");
}
