// Shows a document's text with one passage marked. Text is only ever set as textContent.

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(":scope > .fn-source");
  if (!root) {
    root = element("section", "fn-source");
    parentElement.appendChild(root);
  }
  root.close = () => setTriggerValue("close", true);
  const drawn = JSON.stringify(data);
  if (root.drawn === drawn) return;
  root.drawn = drawn;
  root.replaceChildren(...draw(data, root));
  root.setAttribute("aria-label", `Source: ${data.title}`);
  goToMark(root);
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function draw(data, root) {
  const drawn = [element("h2", "fn-source-title", data.title), element("p", "fn-facts", data.facts)];
  if (data.notice) drawn.push(element("p", "fn-notice", data.notice));
  const text = element("div", "fn-document");
  text.tabIndex = 0;
  text.setAttribute("role", "region");
  text.setAttribute("aria-label", `Text of ${data.title}`);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && data.closable) root.close();
  });
  if (data.cutBefore) text.append(element("p", "fn-cut", "Earlier text is left out here."));
  text.append(data.before, drawMark(data.parts), data.after);
  if (data.cutAfter) text.append(element("p", "fn-cut", "Later text is left out here."));
  drawn.push(text);
  return drawn;
}

function drawMark(parts) {
  const mark = element("mark", "fn-mark");
  mark.tabIndex = -1;
  for (const part of parts) {
    mark.append(part.bold ? element("strong", "", part.text) : part.text);
  }
  return mark;
}

function goToMark(root) {
  const text = root.querySelector(".fn-document");
  const mark = root.querySelector(".fn-mark");
  const go = () => {
    const room = Math.max(0, text.clientHeight - mark.offsetHeight);
    const top = mark.getBoundingClientRect().top - text.getBoundingClientRect().top;
    text.scrollTop += top - Math.min(room / 2, text.clientHeight / 3);
    mark.focus({ preventScroll: true });
  };
  // A drawer takes the focus when it has opened; the passage takes it after that.
  requestAnimationFrame(() => setTimeout(go, 60));
}
