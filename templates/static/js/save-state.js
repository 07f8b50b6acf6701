// Says in words where a judge's changes are: on the device, on the server, or held back and why.
import { clock } from "./clock.js";

const TONES = { both: "", saved: "", saving: "saving", local: "local", failed: "failed", clash: "failed", refused: "failed", session: "local" };

export const makeTeller = (form) => {
  const place = document.querySelector("[data-save-state]");
  const words = JSON.parse(form.dataset.words);
  const ended = document.querySelector("[data-session-ended]");
  const offline = document.querySelector("[data-offline]");
  const plural = new Intl.PluralRules(document.documentElement.lang);
  let isSilent = true; // nothing has changed yet: the page as it came says when it was saved

  return (state, waiting = 0) => {
    ended.hidden = state !== "session";
    offline.hidden = !(state === "local" || !navigator.onLine);
    offline.querySelector("[data-queue]").textContent = waiting ? words.queue[plural.select(waiting)].replace("{n}", waiting) : "";
    if (isSilent && ["both", "saved"].includes(state)) return;
    isSilent = false;
    place.className = `saved ${TONES[state]}`;
    place.textContent = words[state].replace("{time}", clock());
  };
};
