// The score sheet: what a judge chooses or writes is kept on the device at once and sent at once; the page says where it is.
import { hideClash, showClash } from "./clash.js";
import { Outbox } from "./outbox.js";
import { startKeys } from "./sheet-keys.js";
import { startNotes } from "./sheet-notes.js";
import { makeTotal } from "./sheet-total.js";
import { makeTeller } from "./save-state.js";

const TYPING = 1200;

export const start = async (form) => {
  const texts = { team: form.elements.comment_team, committee: form.elements.comment_committee };
  const rows = [...form.querySelectorAll("[data-criterion]")];
  const total = makeTotal(form, rows);
  const rowOf = (field) => rows.find((row) => row.dataset.criterion === field);
  const held = { team: texts.team.defaultValue, committee: texts.committee.defaultValue };
  for (const row of rows) held[row.dataset.criterion] = Number(row.querySelector("input[checked]")?.value ?? 0) || null;

  const write = (field, value) => {
    const row = rowOf(field);
    if (row) {
      for (const input of row.querySelectorAll("input[type=radio]")) input.checked = Number(input.value) === value;
      const chip = row.querySelector("[data-chip]");
      chip.textContent = value ?? "–";
      chip.classList.toggle("on", value !== null);
      total();
    } else if (texts[field]) texts[field].value = value ?? "";
    else notes.show(field, value);
  };

  const tell = makeTeller(form);
  const later = form.querySelector("[data-names-later]");
  const hear = {
    state(state, waiting) {
      tell(state, waiting);
      later.hidden = !["local", "session"].includes(state) || !Object.keys(texts).some((field) => outbox.pending.items.has(field));
    },
    changed(field, value) {
      hideClash(field);
      write(field, value);
    },
    clash: (item, stored) => showClash(item, stored, rowOf(item.field) ?? texts[item.field]?.closest(".field"), (which) => {
      hideClash(item.field);
      outbox.choose(item.field, which);
    }),
    took(told) {
      for (const field of document.querySelectorAll("[data-revision-field]")) field.value = told.revision;
      for (const [field, isNamed] of Object.entries(told.names || {})) form.querySelector(`[data-names=${field}]`).hidden = !isNamed;
    },
  };
  const outbox = new Outbox({
    base: form.dataset.base,
    sheet: form.dataset.sheet,
    revision: Number(form.dataset.revision),
    csrf: document.querySelector("meta[name=csrf]").content,
    held,
    hear,
  });
  let typing = 0;
  // With every keystroke on the device, and to the server in a moment; a choice goes at once.
  const type = (field, value) => {
    outbox.put(field, value);
    typing ||= setTimeout(() => { typing = 0; outbox.send(); }, TYPING);
  };
  const change = (field, value) => {
    outbox.put(field, value);
    return outbox.send();
  };
  const notes = startNotes(type, change);

  form.addEventListener("change", ({ target }) => {
    const row = target.closest("[data-criterion]");
    if (!row || !target.name.startsWith("mark-")) return;
    write(row.dataset.criterion, Number(target.value));
    change(row.dataset.criterion, Number(target.value));
  });

  form.addEventListener("input", ({ target }) => {
    const field = Object.keys(texts).find((name) => texts[name] === target);
    if (field) type(field, target.value);
  });

  // Sealing and plain saving wait until the server has everything.
  form.addEventListener("submit", async (event) => {
    if (outbox.pending.items.size === 0) return;
    event.preventDefault();
    await outbox.send();
    if (outbox.pending.items.size === 0) form.requestSubmit(event.submitter);
  });

  startKeys(form, rows);
  form.querySelector('[name="then"][value="save"]').hidden = true;
  for (const name of ["online", "focus", "pageshow"]) addEventListener(name, () => outbox.wake());
  addEventListener("offline", () => outbox.send());
  addEventListener("beforeunload", (event) => { if (outbox.pending.state === "failed") event.preventDefault(); });

  await outbox.renew();
  if (document.documentElement.dataset.reopened) await outbox.restore();
  else outbox.pending.hold(held, outbox.revision);
  for (const item of outbox.pending.items.values()) write(item.field, item.value);
  form.dataset.ready = "";
  outbox.send();
};
