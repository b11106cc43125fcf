// Draws links to files. Text is only set as textContent.

export default function ({ data, parentElement }) {
  let root = parentElement.querySelector(":scope > .fn-saving");
  if (!root) {
    root = element("p", "fn-saving");
    parentElement.appendChild(root);
  }
  const drawn = JSON.stringify(data);
  if (root.drawn === drawn) return;
  root.drawn = drawn;
  const links = data.links.map(([text, address]) => {
    const link = element("a", "", text);
    link.href = address;
    link.download = "";
    link.setAttribute("aria-label", `${data.words} ${text}`);
    return link;
  });
  root.replaceChildren(data.words, ...links.flatMap((link) => [" ", link]));
}
