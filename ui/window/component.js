// Measures the window, and says aloud what Python has to say.

export default function ({ data, parentElement, setStateValue }) {
  let said = parentElement.querySelector(":scope > .fn-said");
  if (!said) {
    said = element("div", "fn-said");
    said.setAttribute("role", "status");
    said.setAttribute("aria-live", "polite");
    parentElement.appendChild(said);
    watchWidth(said, data.wide);
  }
  said.tell = (narrow) => setStateValue("narrow", narrow);
  if (said.textContent !== data.say) said.textContent = data.say;
  said.report();
  return () => said.unwatch();
}

function watchWidth(said, widest) {
  const narrow = window.matchMedia(`(max-width: ${widest - 1}px)`);
  said.told = false; // what Python takes the window for until it hears otherwise
  said.report = () => {
    if (narrow.matches === said.told) return;
    said.told = narrow.matches;
    said.tell(narrow.matches);
  };
  const changed = () => said.report();
  narrow.addEventListener("change", changed);
  said.unwatch = () => narrow.removeEventListener("change", changed);
}
