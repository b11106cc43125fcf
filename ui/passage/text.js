// The text of a document, a stretch at a time. Offsets count characters as Python does, so the text
// is kept as an array of them.

const MORE = 12000;
const MOST_DRAWN = 80000;

function showText(view, focus) {
  const region = readable(view, "fn-document", `Text of ${view.data.title}`);
  view.text = region;
  view.panel.replaceChildren(region);
  const { from, to } = view.data;
  const [start, end] = view.spot || [from, to];
  if (!holds(view, start, end)) return goTo(view, start, end, focus);
  markText(view);
  const spot = region.querySelector(".fn-spot") || region.querySelector(".fn-mark");
  if (spot) leadTo(view, region, spot, focus);
  return null;
}

function holds(view, start, end) {
  const { from, points } = view.stretch;
  return from <= start && end <= from + points.length;
}

// Draws the stretch at hand, with its marks; the scroll stays where it is.
function markText(view) {
  const { from, points } = view.stretch;
  const top = view.text.scrollTop;
  const parts = [];
  if (from > 0) parts.push(more(view, "Earlier text", -1));
  parts.push(...drawMarked(view, from, points));
  if (from + points.length < view.data.length) parts.push(more(view, "Later text", 1));
  view.text.replaceChildren(...parts);
  view.text.scrollTop = top;
}

function drawMarked(view, begin, points) {
  const { data } = view;
  const stop = begin + points.length;
  const ranges = [
    ...data.others.map(([from, to]) => ({ from, to, kind: "fn-other" })),
    ...data.bold.map(([from, to]) => ({ from, to, kind: "fn-bold" })),
  ];
  if (view.spot) ranges.push({ from: view.spot[0], to: view.spot[1], kind: "fn-spot" });
  if (view.seam >= 0) ranges.push({ from: view.seam, to: view.seam + 1, kind: "fn-seam" });
  const text = (from, to) => points.slice(from - begin, to - begin).join("");
  const inside = (from, to) => drawRuns(Math.max(from, begin), Math.min(to, stop), ranges, text);
  if (data.to <= data.from || data.to <= begin || data.from >= stop) return inside(begin, stop);
  const mark = element("mark", "fn-mark");
  mark.tabIndex = -1;
  mark.append(...inside(data.from, data.to));
  return [...inside(begin, data.from), mark, ...inside(data.to, stop)];
}

// Cuts a stretch wherever a range begins or ends; ranges may overlap.
function drawRuns(from, to, ranges, text) {
  const cuts = new Set([from, to]);
  for (const range of ranges) {
    for (const cut of [range.from, range.to]) if (from < cut && cut < to) cuts.add(cut);
  }
  const ordered = [...cuts].sort((a, b) => a - b);
  const drawn = [];
  for (let i = 0; i + 1 < ordered.length; i += 1) {
    const [start, end] = [ordered[i], ordered[i + 1]];
    const kinds = ranges.filter((r) => r.from <= start && end <= r.to).map((r) => r.kind);
    if (!kinds.length) {
      drawn.push(text(start, end));
      continue;
    }
    const bold = kinds.includes("fn-bold");
    const run = element(bold ? "strong" : "span", kinds.join(" "), text(start, end));
    if (kinds.includes("fn-other")) run.title = "Cited elsewhere in this chat";
    if (kinds.includes("fn-spot")) run.tabIndex = -1;
    drawn.push(run);
  }
  return drawn;
}

function more(view, words, direction) {
  const wanted = button(words, "", async () => {
    try {
      await extend(view, direction, wanted);
    } catch (error) {
      tellFailure(view, error);
    }
  });
  return wanted;
}

// Adds text at one end, and lets go of some at the other where it is very much; what was read stays
// where it is seen.
async function extend(view, direction, wanted) {
  const { from, points } = view.stretch;
  const seam = direction < 0 ? from : from + points.length;
  const [start, stop] = direction < 0 ? [Math.max(0, seam - MORE), seam] : [seam, seam + MORE];
  const turn = (view.turn += 1);
  const told = await ask(view, `text?from=${start}&to=${stop}`);
  if (turn !== view.turn) return;
  const edge = wanted.getBoundingClientRect()[direction < 0 ? "bottom" : "top"];
  const added = Array.from(told.text);
  const all = direction < 0 ? added.concat(points) : points.concat(added);
  const dropped = direction < 0 ? 0 : Math.max(0, all.length - MOST_DRAWN);
  view.stretch = {
    from: (direction < 0 ? start : from) + dropped,
    points: all.slice(dropped, dropped + MOST_DRAWN),
  };
  view.seam = seam;
  markText(view);
  const shown = view.text.querySelector(".fn-seam");
  if (shown) view.text.scrollTop += shown.getBoundingClientRect().top - edge;
  view.text.focus({ preventScroll: true });
}

// Shows another place of the text.
async function goTo(view, start, end, focus) {
  const region = view.text;
  if (!holds(view, start, end)) {
    const turn = (view.turn += 1);
    const first = Math.max(0, start - MORE / 2);
    let told;
    try {
      told = await ask(view, `text?from=${first}&to=${Math.max(end, start) + MORE}`);
    } catch (error) {
      return tellFailure(view, error);
    }
    if (turn !== view.turn || view.text !== region) return null;
    view.stretch = { from: told.from, points: Array.from(told.text) };
  }
  markText(view);
  const spot = region.querySelector(".fn-spot") || region.querySelector(".fn-mark");
  if (spot) leadTo(view, region, spot, focus);
  return null;
}
