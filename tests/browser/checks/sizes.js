// What is wider than the window, and what is too small to press: 24 px, 44 for marks; links within text excepted.
(width) => {
  const shown = (element) => element.checkVisibility({ opacityProperty: false, visibilityProperty: true });
  const name = (element) => element.outerHTML.replace(/\s+/g, " ").slice(0, 140);
  const pressed = [...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")];
  const faults = [];
  const over = document.documentElement.scrollWidth - innerWidth;
  if (over > 0) {
    const wide = [...document.querySelectorAll("main *, header *, footer *")].filter((element) => {
      const box = element.getBoundingClientRect();
      return box.width && (box.right > innerWidth + 1 || box.left < -1) && !element.closest(".tablewrap, .vh, .skip");
    });
    faults.push(`${width}: ${over} px too wide: ${wide.slice(0, 2).map(name)}`);
  }
  for (const element of pressed.filter(shown)) {
    const label = element.closest("label");
    const box = (label ?? element).getBoundingClientRect();
    const isInText = element.matches("a") && element.closest("p, dd, li, td, caption, figcaption, blockquote");
    if (!box.width || element.closest(".vh, .skip") || isInText) continue;
    if (box.width < 24 || box.height < 24) faults.push(`${width}: ${Math.round(box.width)}x${Math.round(box.height)}: ${name(element)}`);
  }
  for (const step of document.querySelectorAll(".step span")) {
    const box = step.getBoundingClientRect();
    if (box.width && (box.width < 44 || box.height < 44)) faults.push(`${width}: a mark of ${box.width}x${box.height}`);
  }
  return faults;
}
