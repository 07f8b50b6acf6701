// What is typed into a form stays in this tab until it is saved: a session that ends, a reload or a way back loses nothing.
const isTyped = (field) => field.name && !field.readOnly && !["hidden", "file", "password", "submit"].includes(field.type);

export const start = (form) => {
  const name = `tahkim-typed:${new URL(form.action).pathname}`;
  const band = form.querySelector("[data-typed]");
  const fields = [...form.elements].filter(isTyped);
  const read = () => JSON.stringify(fields.map(({ value, checked }) => (checked === undefined ? value : [value, checked])));
  const show = (written) => JSON.parse(written).forEach((typed, at) => {
    const field = fields[at];
    if (!field) return;
    if (Array.isArray(typed) && ["radio", "checkbox"].includes(field.type)) field.checked = typed[1];
    else field.value = Array.isArray(typed) ? typed[0] : typed;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  const came = read();
  const kept = sessionStorage.getItem(name);
  if (kept && kept !== came) {
    show(kept);
    band.hidden = false;
    band.querySelector("button").addEventListener("click", () => {
      show(came);
      sessionStorage.removeItem(name);
      band.hidden = true;
    });
  }
  for (const event of ["input", "change"]) form.addEventListener(event, () => sessionStorage.setItem(name, read()));
};
