// Draws links to files. Text is only set as textContent.

export default function ({ data, parentElement }) {
  let root = parentElement.querySelector(":scope > .fn-saving");
  if (!root) {
    root = document.createElement("p");
    root.className = "fn-saving";
    parentElement.appendChild(root);
  }
  const drawn = JSON.stringify(data);
  if (root.drawn === drawn) return;
  root.drawn = drawn;
  const links = data.links.map(([text, address]) => {
    const link = document.createElement("a");
    link.textContent = text;
    link.href = address;
    link.download = "";
    link.setAttribute("aria-label", `${data.words} ${text}`);
    return link;
  });
  root.replaceChildren(data.words, ...links.flatMap((link) => [" ", link]));
}
