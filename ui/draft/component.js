// Shows a draft as it is written. What a model writes is only ever set as text.

const SENTENCE = /^[\s\S]*?[.!?…。]["'”’)\]]*\s+/;

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(":scope > .fn-draft");
  if (!root) {
    root = document.createElement("p");
    root.className = "fn-draft";
    // Whole sentences are read out as they come; the one that is being written is not, yet.
    root.said = root.appendChild(document.createElement("span"));
    root.said.setAttribute("role", "log");
    root.said.setAttribute("aria-label", "Draft");
    root.rest = root.appendChild(document.createElement("span"));
    root.rest.setAttribute("aria-hidden", "true");
    parentElement.appendChild(root);
  }
  root.tell = () => setTriggerValue("done", true);
  if (root.address !== data.address) watch(root, data.address);
  return () => root.source.close();
}

function watch(root, address) {
  root.address = address;
  root.source?.close();
  const source = (root.source = new EventSource(address));
  source.onopen = () => show(root, "", true); // a new connection begins with the whole text
  source.onmessage = (event) => {
    const { add, set } = JSON.parse(event.data);
    show(root, set ?? add, set !== undefined);
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
