// The running total and how many criteria are left, told from the marks on the page: they run without a network too.
const ARABIC = "٠١٢٣٤٥٦٧٨٩";

// To one decimal, halves to the even digit, as the server says it.
const round = (value) => {
  const tenths = value * 10;
  const floor = Math.floor(tenths);
  return (tenths - floor === 0.5 ? floor + (floor % 2) : Math.round(tenths)) / 10;
};

export const makeTotal = (form, rows) => {
  const words = JSON.parse(form.dataset.words);
  const plural = new Intl.PluralRules(document.documentElement.lang);
  const [finish, next] = [form.querySelector("#finish"), form.querySelector("[data-next]")];
  const isArabic = [...form.querySelector("[data-total]").textContent].some((sign) => ARABIC.includes(sign));
  const say = (text) => (isArabic ? String(text).replace(/\d/g, (digit) => ARABIC[digit]).replace(".", "٫") : String(text));
  const count = (forms, n, done) => forms[plural.select(n)].replace("{n}", say(n)).replace("{done}", say(done));
  const put = (place, text) => { for (const at of form.querySelectorAll(`[data-${place}]`)) at.textContent = text; };

  return () => {
    let [points, weight, done] = [0, 0, 0];
    for (const row of rows) {
      const mark = row.querySelector("input[type=radio]:checked");
      if (!mark) continue;
      points += (row.dataset.weight * mark.value) / row.querySelectorAll("input[type=radio]").length;
      weight += Number(row.dataset.weight);
      done += 1;
    }
    const left = rows.length - done;
    put("total", say(done ? round(points).toFixed(1) : 0));
    put("possible", left ? count(words.partial, weight) : words.whole);
    put("left", count(words.left, left));
    put("done", count(words.done, rows.length, done));
    finish.classList.toggle("sec", left > 0);
    next.classList.toggle("sec", left === 0);
  };
};
