// A page of a PDF as the server draws it, with boxes round words.

const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];
const FINE = 1.5; // pixels of the picture for one of the screen, or small letters are blurred
const UNPLACED =
  "These words could not be placed on the picture of their page, so they are shown in the text.";

async function showPage(view, number, focus) {
  const { data } = view;
  const turn = (view.turn += 1);
  view.page = number;
  tellPage(view);
  const region = readable(view, "fn-paper", `Page ${number} of ${data.title}`);
  const leaf = element("div", "fn-leaf");
  const image = element("img");
  image.alt = `Page ${number}; its words are under Text`;
  image.addEventListener("error", () => {
    if (turn === view.turn) tellNotice(view, "This page cannot be drawn; its text is under Text.");
  });
  leaf.append(image);
  region.append(leaf);
  const held = view.panel.offsetHeight;
  view.panel.style.minHeight = `${held}px`; // or what stands below would jump
  view.panel.replaceChildren(region);
  leaf.style.width = `${100 * view.zoom}%`;
  const pixels = Math.ceil(leaf.clientWidth * Math.max(window.devicePixelRatio || 1, FINE));
  image.src = new URL(`source/${data.document}/page/${number}?width=${pixels}`, location.href);
  if (focus) takeFocus(region);
  try {
    const ranges = rangesOf(view);
    const isAtHand = data.placed && number === data.page && !view.spot;
    const told = isAtHand
      ? data.placed
      : await ask(view, `boxes/${number}?at=${ranges.map((r) => r.at.join("-"))}`);
    if (turn !== view.turn) return;
    view.pages = told.pages;
    tellPage(view);
    leaf.style.aspectRatio = `${told.width} / ${told.height}`;
    view.panel.style.minHeight = "";
    placeBoxes(view, region, leaf, ranges, told.boxes, focus);
  } catch (error) {
    if (turn !== view.turn) return;
    view.panel.style.minHeight = "";
    showTab(view, "text", focus);
    tellFailure(view, error);
  }
}

function rangesOf({ data, spot }) {
  const ranges = [];
  if (spot) ranges.push({ at: spot, kind: "fn-spot" });
  if (data.to > data.from) ranges.push({ at: [data.from, data.to], kind: "fn-mark" });
  for (const at of data.bold) ranges.push({ at, kind: "fn-bold" });
  for (const at of data.others) ranges.push({ at, kind: "fn-other" });
  return ranges;
}

function placeBoxes(view, region, leaf, ranges, boxes, focus) {
  const leading = ranges[0]?.kind;
  let first = null;
  ranges.forEach(({ kind }, i) => {
    for (const [left, top, right, bottom] of boxes[i] || []) {
      // The quote itself is a mark, with its words for those who do not see the picture.
      const box = element(kind === "fn-mark" ? "mark" : "span", `fn-box ${kind}`);
      box.style.left = `${100 * left}%`;
      box.style.top = `${100 * top}%`;
      box.style.width = `${100 * (right - left)}%`;
      box.style.height = `${100 * (bottom - top)}%`;
      if (kind === "fn-other") box.title = "Cited elsewhere in this chat";
      leaf.append(box);
      if (!first && kind === leading) first = box;
    }
  });
  const unplaced = boxes[0] === null;
  if (unplaced) {
    showTab(view, "text", focus);
    tellNotice(view, UNPLACED);
    return;
  }
  tellNotice(view, view.notice);
  if (!first) return;
  const words = wordsOf(view, ranges[0].at);
  first.append(element("span", "fn-said", words ? `Marked on this page: ${words}` : "Marked"));
  first.tabIndex = -1;
  leadTo(view, region, first, focus);
}

function wordsOf({ stretch }, [from, to]) {
  return stretch.points.slice(Math.max(0, from - stretch.from), Math.max(0, to - stretch.from)).join("");
}

// Turning pages, and their size.

function drawPageTools(view) {
  const tools = element("div", "fn-group");
  view.earlier = button("‹", "Previous page", () => turnTo(view, view.page - 1));
  view.later = button("›", "Next page", () => turnTo(view, view.page + 1));
  view.pageWords = element("span", "fn-count");
  view.pageWords.setAttribute("role", "status");
  view.zoomWords = element("span", "fn-count");
  const smaller = button("−", "Smaller", () => zoom(view, -1));
  const larger = button("+", "Larger", () => zoom(view, 1));
  tools.append(view.earlier, view.pageWords, view.later, smaller, view.zoomWords, larger);
  return tools;
}

function tellPage(view) {
  const pages = view.pages || view.data.pages;
  view.pageWords.textContent = `Page ${view.page} of ${pages}`;
  view.zoomWords.textContent = `${Math.round(100 * view.zoom)} %`;
  view.earlier.disabled = view.page <= 1;
  view.later.disabled = view.page >= pages;
}

function turnTo(view, number) {
  view.spot = null;
  showPage(view, number, false);
}

function zoom(view, step) {
  const at = ZOOMS.indexOf(view.zoom) + step;
  if (at < 0 || at >= ZOOMS.length) return;
  view.zoom = ZOOMS[at];
  showPage(view, view.page, false);
}
