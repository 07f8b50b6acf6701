// Says which page is in sight, and turns pages with PageUp and PageDown while the viewer has focus.
export const start = (viewer) => {
  const pages = [...viewer.querySelectorAll("figure")];
  const where = viewer.querySelector("[data-where]");
  let current = 0;
  const watch = new IntersectionObserver((entries) => {
    const best = entries.filter((entry) => entry.isIntersecting).sort((a, b) => b.intersectionRatio - a.intersectionRatio)[0];
    if (!best) return;
    current = pages.indexOf(best.target);
    where.textContent = best.target.querySelector("figcaption span").textContent;
  }, { threshold: [0.25, 0.5, 0.75] });
  pages.forEach((page) => watch.observe(page));
  viewer.addEventListener("keydown", (event) => {
    const step = { PageDown: 1, PageUp: -1 }[event.key];
    const next = step && pages[current + step];
    if (!next) return;
    event.preventDefault();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "start" });
  });
};
