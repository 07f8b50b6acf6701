// Refreshes the time left each minute from the words that the server gave for days, hours and minutes.
export const start = (element) => {
  const until = Date.parse(element.dataset.until);
  const offset = element.dataset.now ? Date.parse(element.dataset.now) - Date.now() : 0;
  const lang = document.documentElement.lang;
  const unit = (value, name) => new Intl.NumberFormat(`${lang}-u-nu-latn`, { style: "unit", unit: name, unitDisplay: "long" }).format(value);
  const show = () => {
    const minutes = Math.floor((until - Date.now() - offset) / 60000);
    if (minutes < 1) {
      if (minutes < 0 && element.dataset.past) element.textContent = element.dataset.past;
      return;
    }
    const parts = minutes >= 1440 ? [[Math.floor(minutes / 1440), "day"], [Math.floor(minutes / 60) % 24, "hour"]]
      : [[Math.floor(minutes / 60), "hour"], [minutes % 60, "minute"]];
    const words = parts.filter(([value]) => value > 0).map(([value, name]) => unit(value, name));
    element.textContent = new Intl.ListFormat(lang, { type: "conjunction" }).format(words);
  };
  if (until - Date.now() - offset > 0) setInterval(show, 60000);
};
