// Language, direction, title and headings of a page, and runs of the other script that nothing sets apart.
([lang, name]) => {
  const faults = [];
  const root = document.documentElement;
  if (root.lang !== lang || root.dir !== (lang === "ar" ? "rtl" : "ltr")) faults.push(`the page says ${root.lang} ${root.dir}`);
  const { title } = document;
  if (!title.endsWith(name) || title.startsWith("–") || title.length < name.length + 4) faults.push(`title: ${title}`);

  const heads = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((head) => head.checkVisibility());
  const levels = heads.map((head) => Number(head.tagName[1]));
  const first = levels.filter((level) => level === 1).length;
  if (first !== 1) faults.push(`${first} headings of the first level`);
  levels.forEach((level, at) => {
    if (at && level > levels[at - 1] + 1) faults.push(`h${level} after h${levels[at - 1]}: ${heads[at].textContent.trim().slice(0, 60)}`);
  });

  for (const link of document.querySelectorAll("a[hreflang]")) {
    if (link.lang !== link.hreflang) faults.push("a link to the other language without its mark");
  }
  const other = lang === "ar" ? /[A-Za-z]{3,}[^\u0600-\u06ff]*[A-Za-z]{3,}/ : /[\u0621-\u064a]{3,}/;
  const marked = "[lang]:not(html), bdi, [dir]:not(html), .ltr, .digest, code, kbd, textarea, select, script, style, title, svg";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const holder = node.parentElement;
    // The competitions of the tests name their things in both scripts at once: "documentary بالعربية", «فئة podcast».
    const alone = node.data.replace(/[\w ]+ بالعربية|(فئة|موعد) [a-z]+/g, "").replace(/\u2066[^\u2069]*\u2069|\u2068[^\u2069]*\u2069/g, "");
    if (other.test(alone) && !holder.closest(marked) && holder.checkVisibility()) faults.push(`unmarked: ${node.data.trim().slice(0, 80)}`);
  }
  return faults;
}
