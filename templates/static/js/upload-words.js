// The words of an upload's card, in the page's language: sizes, shares and times go into sentences that the server gave.
const lang = document.documentElement.lang;
const digits = `${lang === "en" ? "en-GB" : lang}-u-nu-latn`;
const sizes = JSON.parse(document.querySelector("[data-sizes]").dataset.sizes);
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];
const ISOLATE = ["\u2068", "\u2069"];
const LTR = ["\u2066", "\u2069"];

const wrap = ([open, close], text) => `${open}${text}${close}`;

export const size = (bytes) => {
  let step = 0;
  let value = bytes;
  while (value >= 1024 && step < UNITS.length - 1) { value /= 1024; step += 1; }
  const places = Number.isInteger(value) || step < 2 ? 0 : step - 1;
  return wrap(ISOLATE, sizes[UNITS[step]].replace("{size}", value.toFixed(places)));
};

export const share = (part) => wrap(LTR, `${Math.floor(part * 100)}%`);

export const time = (seconds) => {
  const [value, unit] = seconds < 90 ? [Math.max(1, Math.round(seconds)), "second"]
    : seconds < 5400 ? [Math.round(seconds / 60), "minute"] : [Math.round(seconds / 3600), "hour"];
  return new Intl.NumberFormat(digits, { style: "unit", unit, unitDisplay: "long" }).format(value);
};

export const moment = (at) => wrap(ISOLATE, new Intl.DateTimeFormat(digits, { dateStyle: "long", timeStyle: "short", hourCycle: "h23", timeZone: document.documentElement.dataset.zone }).format(at));

export const fill = (sentence, facts) => sentence.replace(/\[([A-Z]+)\]/g, (_, name) => facts[name] ?? "");
