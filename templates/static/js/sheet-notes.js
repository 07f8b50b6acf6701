// Private notes without leaving the page: each has a name of the device's own, takes the player's second, and waits like a mark.
const pad = (number) => String(number).padStart(2, "0");
const clock = (second) => `${pad(Math.floor(second / 60))}:${pad(second % 60)}`;

export const startNotes = (type, change) => {
  const form = document.querySelector("[data-note-form]");
  if (!form) return { show() {} };
  const list = document.querySelector("[data-notes]");
  const field = form.elements.note;
  let draft = null; // the note being written: its name, and the second at which it was begun

  const add = (id, { content, second }) => {
    const row = document.getElementById("note-template").content.firstElementChild.cloneNode(true);
    row.dataset.note = id;
    row.querySelector("[data-content]").textContent = content;
    const at = row.querySelector("[data-seek]");
    if (second === null) at.replaceWith(document.createElement("span"));
    else {
      at.setAttribute("aria-label", at.getAttribute("aria-label").replace(at.textContent, clock(second)));
      at.dataset.seek = second;
      at.textContent = clock(second);
    }
    list.append(row);
  };

  field.addEventListener("input", () => {
    const media = document.querySelector("[data-media]");
    draft ??= { id: crypto.randomUUID(), second: media && media.currentTime > 0 ? Math.floor(media.currentTime) : null };
    if (field.value.trim()) type(`note:${draft.id}`, { content: field.value, second: draft.second });
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    field.focus();
    if (!draft || !field.value.trim()) return;
    const { id, second } = draft;
    const content = field.value;
    draft = null;
    field.value = "";
    add(id, { content, second });
    change(`note:${id}`, { content, second });
  });

  list.addEventListener("submit", (event) => {
    event.preventDefault();
    const row = event.target.closest("[data-note]");
    change(`gone:${row.dataset.note}`, true);
    row.remove();
    field.focus();
  });

  // What was waiting on the device when the page came.
  return {
    show(name, value) {
      const [kind, id] = name.split(":");
      const shown = list.querySelector(`[data-note="${id}"]`);
      if (kind === "note" && !shown) add(id, value);
      if (kind === "gone") shown?.remove();
    },
  };
};
