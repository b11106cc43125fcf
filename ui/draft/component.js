// Shows a draft as it is written. What a model writes is only ever set as text.

const SENTENCE = /^[\s\S]*?[.!?…。]["'”’)\]]*\s+/;

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(":scope > .fn-draft") ?? build(parentElement);
  root.tell = () => setTriggerValue("done", true);
  if (root.address !== data.address) watch(root, data.address);
  return () => root.source.close();
}

function build(parent) {
  const root = parent.appendChild(element("div", "fn-draft"));
  const text = root.appendChild(element("p"));
  // Whole sentences are read out as they come; the one that is being written is not, yet.
  root.said = text.appendChild(element("span"));
  root.said.setAttribute("role", "log");
  root.said.setAttribute("aria-label", "Draft");
  root.rest = text.appendChild(element("span"));
  root.rest.setAttribute("aria-hidden", "true");
  root.steps = root.appendChild(element("ol"));
  root.steps.setAttribute("aria-label", "Steps");
  return root;
}

function watch(root, address) {
  root.address = address;
  root.source?.close();
  const source = (root.source = new EventSource(address));
  source.onopen = () => show(root, "", true); // a new connection begins with the whole text
  source.onmessage = (event) => {
    const { add, set, steps } = JSON.parse(event.data);
    if (steps) root.steps.replaceChildren(...steps.map((step) => element("li", "", step)));
    else show(root, set ?? add, set !== undefined);
  };
  source.addEventListener("done", () => {
    source.close();
    root.tell();
  });
}

function show(root, text, isNew) {
  if (isNew) root.said.textContent = root.rest.textContent = "";
  let rest = root.rest.textContent + text;
  for (let whole = rest.match(SENTENCE); whole; whole = rest.match(SENTENCE)) {
    root.said.append(whole[0]);
    rest = rest.slice(whole[0].length);
  }
  root.rest.textContent = rest;
}
