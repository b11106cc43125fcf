// What the scripts of several components use; it comes first in each of them.

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// Copies a text, and gives whether the browser allows it; the pressed button keeps the focus.
async function copyText(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Where a page is not served over https a browser has no clipboard object.
    const area = element("textarea", "fn-copied");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    button.focus();
    return done;
  }
}
