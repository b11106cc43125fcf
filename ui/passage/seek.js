// Words sought in a document, and its headings: both lead to another place of it.

function drawTools(view) {
  const tools = element("div", "fn-tools");
  view.pageTools = drawPageTools(view);
  view.seekTools = element("div", "fn-group");
  view.headings = element("nav", "fn-outline");
  view.headings.setAttribute("aria-label", "Headings");
  view.headings.hidden = true;
  view.seekTools.append(drawSearch(view), drawOutlineButton(view));
  tools.append(view.seekTools, view.pageTools, view.headings);
  return tools;
}

function drawSearch(view) {
  const form = element("form", "fn-search");
  form.setAttribute("role", "search");
  const field = element("input");
  field.type = "search";
  field.maxLength = 200;
  field.placeholder = "Find in this document";
  field.setAttribute("aria-label", "Find in this document");
  const count = element("span", "fn-count");
  count.setAttribute("role", "status");
  const previous = button("↑", "Previous place", () => step(view, count, -1));
  const next = button("↓", "Next place", () => step(view, count, 1));
  previous.hidden = next.hidden = true;
  const clear = () => {
    view.found = [];
    count.textContent = "";
    previous.hidden = next.hidden = true;
  };
  field.addEventListener("input", clear);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && field.value) {
      event.stopPropagation(); // it empties the field, and closes nothing
      event.preventDefault();
      field.value = "";
      clear();
    }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const words = field.value.trim();
    if (!words) return;
    if (view.found.length) return step(view, count, 1);
    try {
      const told = await ask(view, `find?words=${encodeURIComponent(words)}`);
      view.found = told.found;
    } catch (error) {
      return tellFailure(view, error);
    }
    previous.hidden = next.hidden = view.found.length < 2;
    if (!view.found.length) {
      count.textContent = "Not found";
      return null;
    }
    const here = (view.spot || [view.data.from])[0];
    view.at = view.found.findIndex(([from]) => from >= here) - 1;
    if (view.at < -1) view.at = -1;
    return step(view, count, 1);
  });
  form.append(field, count, previous, next);
  return form;
}

function step(view, count, by) {
  const total = view.found.length;
  view.at = (view.at + by + total) % total;
  count.textContent = `${view.at + 1} of ${total}`;
  goToSpot(view, view.found[view.at]);
}

function goToSpot(view, [from, to, page]) {
  view.spot = [from, to];
  if (view.tab === "page") showPage(view, page || view.page, false);
  else goTo(view, from, to, false);
}

function drawOutlineButton(view) {
  const toggle = button("Outline", "", async () => {
    view.headings.hidden = !view.headings.hidden;
    toggle.setAttribute("aria-expanded", String(!view.headings.hidden));
    if (view.headings.hidden || view.headings.children.length) return;
    try {
      const told = await ask(view, "outline");
      view.headings.replaceChildren(drawHeadings(view, told.headings, toggle));
    } catch (error) {
      tellFailure(view, error);
    }
  });
  toggle.setAttribute("aria-expanded", "false");
  return toggle;
}

function drawHeadings(view, headings, toggle) {
  if (!headings.length) return element("p", "", "This document has no headings.");
  const list = element("ul");
  for (const { level, words, at } of headings) {
    const item = element("li");
    item.style.paddingLeft = `${Math.max(0, level - 1)}rem`;
    const choose = () => {
      toggle.click(); // the document has the room again
      toggle.focus();
      goToSpot(view, at);
    };
    item.append(button(words, "", choose));
    list.append(item);
  }
  return list;
}
