// What has the focus and cannot be seen at all, because something that sticks lies over it.
(width) => {
  const faults = [];
  const asks = "a[href], button:not([disabled]), summary, input:not([type=hidden]):not([disabled]), select, textarea, [tabindex='0']";
  const visible = [...document.querySelectorAll(asks)].filter((each) => each.checkVisibility({ visibilityProperty: true }));
  for (const element of visible.slice(0, 120)) {
    element.focus();
    if (document.activeElement !== element) continue;
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height || element.closest(".vh")) continue;
    const places = [[.5, .5], [.1, .5], [.9, .5], [.5, .15], [.5, .85]];
    const isSeen = places.some(([x, y]) => {
      const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
      return top && (element.contains(top) || top.contains(element) || top.closest("label")?.contains(element));
    });
    if (!isSeen) faults.push(`${width}: covered: ${element.outerHTML.replace(/\s+/g, " ").slice(0, 140)}`);
  }
  document.activeElement?.blur();
  scrollTo(0, 0);
  return faults;
}
