// Signing out wipes the copies on this device, after saying so when something is not sent yet.
import { countAll, wipeAll } from "./store.js";

export const start = (form) => {
  form.addEventListener("submit", async (event) => {
    if (form.dataset.agreed !== undefined) return;
    event.preventDefault();
    const waiting = await countAll().catch(() => 0);
    if (waiting && !confirm(form.dataset.unsent)) return;
    form.dataset.agreed = "";
    sessionStorage.clear();
    await wipeAll().catch(() => {});
    form.requestSubmit(event.submitter);
  });
};
