// What is typed into a form stays in this tab until it is saved: a session that ends, a cut line, a reload or a way back lose nothing.
// It is kept for whoever typed it; somebody else who signs in here does not meet it. Marks have an outbox of their own (outbox.js).
const KEPT = "tahkim-typed:";
const APART = "[data-module~=sheet], [data-note-form]";
const NEVER = ["hidden", "file", "password", "submit", "button", "reset"];
const OF_THE_FORM = ["csrf", "revision", "seen", "then"];

const isTyped = (field) => field.name && !field.readOnly && !NEVER.includes(field.type) && field.autocomplete !== "one-time-code";
const isChosen = (field) => ["radio", "checkbox"].includes(field.type);
const listKept = () => Object.keys(sessionStorage).filter((name) => name.startsWith(KEPT)).map((name) => [name, JSON.parse(sessionStorage.getItem(name))]);
const keep = (name, kept) => { try { sessionStorage.setItem(name, JSON.stringify(kept)); } catch { /* a browser that keeps nothing */ } };
const unmark = () => listKept().forEach(([name, kept]) => kept.isSent && keep(name, { ...kept, isSent: false }));

// A form that was taken leads on with a redirect; one that was not comes back, or nothing comes at all.
const settle = () => {
  const isTaken = performance.getEntriesByType("navigation")[0]?.redirectCount > 0 && !/\/(sign-in|second-factor)/.test(location.pathname);
  if (isTaken) listKept().forEach(([name, kept]) => kept.isSent && sessionStorage.removeItem(name));
  else unmark();
};

// The same form in either language and at any revision, told from its neighbours by what it is about.
const nameOf = (form, used) => {
  const about = [...form.elements].filter((field) => field.type === "hidden" && !OF_THE_FORM.includes(field.name)).map((field) => `${field.name}=${field.value}`);
  const name = `${KEPT}${new URL(form.action).pathname.replace(/^\/(ar|en)(?=\/)/, "")}?${about.join("&")}`;
  used.set(name, (used.get(name) ?? 0) + 1);
  return used.get(name) === 1 ? name : `${name}#${used.get(name)}`;
};

const watch = (form, name, owner, template) => {
  const fields = [...form.elements].filter(isTyped);
  if (!fields.length) return;
  const read = () => fields.map((field) => [field.name, isChosen(field) ? [field.value, field.checked] : field.value]);
  const show = (written) => fields.forEach((field, at) => {
    const [known, typed] = written[at] ?? [];
    if (known !== field.name) return;
    if (isChosen(field)) field.checked = typed[0] === field.value ? typed[1] : field.checked;
    else field.value = typed;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const came = read();
  const kept = JSON.parse(sessionStorage.getItem(name))?.typed;
  if (kept && JSON.stringify(kept) !== JSON.stringify(came)) {
    const band = template.content.firstElementChild.cloneNode(true);
    form.prepend(band);
    for (let fold = form.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    show(kept);
    band.hidden = false;
    band.querySelector("button").addEventListener("click", () => {
      show(came);
      sessionStorage.removeItem(name);
      band.remove();
      fields[0].focus();
    });
  }
  for (const event of ["input", "change"]) form.addEventListener(event, () => keep(name, { owner, typed: read() }));
  form.addEventListener("submit", (event) => {
    const typed = JSON.parse(sessionStorage.getItem(name));
    if (typed && !event.defaultPrevented) keep(name, { ...typed, isSent: true });
  });
};

export const start = (main) => {
  settle();
  addEventListener("pageshow", (event) => event.persisted && unmark());
  const { owner } = main.dataset;
  if (!owner) return;
  listKept().forEach(([name, kept]) => kept.owner !== owner && sessionStorage.removeItem(name));
  const used = new Map();
  for (const form of main.querySelectorAll("form[method=post]")) {
    if (!form.matches(APART)) watch(form, nameOf(form, used), owner, main.querySelector("template[data-typed-band]"));
  }
};
