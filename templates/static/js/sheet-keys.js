// The keyboard: digits by physical key mark, Enter goes on, N notes, ? explains. Single keys can be switched off.
const OFF = "tahkim-keys-off";

export const startKeys = (form, rows) => {
  const help = document.getElementById("keys-help");
  const choice = help.querySelector("[data-keys-on]");
  choice.checked = localStorage.getItem(OFF) === null;
  choice.addEventListener("change", () => (choice.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
  help.hidden = false;

  const finish = form.querySelector("#finish");
  const move = (by) => {
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const to = (at < 0 ? rows.findIndex((row) => row.open) : at) + by;
    if (to >= rows.length) return finish.focus();
    const next = rows[Math.max(to, 0)];
    next.open = true;
    (next.querySelector("input:checked") ?? next.querySelector("input[type=radio]")).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const button = form.querySelector("[data-next]");
  button.hidden = false;
  button.addEventListener("click", () => move(1));

  const all = form.querySelector("[data-all]");
  all.hidden = false;
  all.addEventListener("click", () => {
    const isAll = all.getAttribute("aria-pressed") !== "true";
    all.setAttribute("aria-pressed", isAll);
    rows.forEach((row, at) => {
      row.name = isAll ? "" : "crit";
      row.open = isAll || at === 0;
    });
  });

  const isWriting = (target) => target.matches("textarea, input:not([type=radio])");
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || isWriting(event.target)) return;
    const row = event.target.closest("[data-criterion]");
    if (event.key === "Enter" && row && event.target.tagName === "INPUT") {
      event.preventDefault();
      move(event.shiftKey ? -1 : 1);
    }
    if (!choice.checked || !(row || event.target.closest(".player, [data-module~=page-viewer]"))) return;
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    const step = digit && !event.shiftKey && row?.querySelector(`input[type=radio][value="${digit}"]`);
    if (step) step.click();
    else if (event.code === "KeyN") document.querySelector("[data-note-form] [name=note]")?.focus();
    else if (event.code === "Slash" && event.shiftKey) {
      help.open = true;
      help.querySelector("summary").focus();
    } else return;
    event.preventDefault();
  });
};
