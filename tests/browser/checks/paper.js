// What paper must not have: more than its width, and what is there to be pressed.
() => {
  const over = document.documentElement.scrollWidth - innerWidth;
  const shown = [...document.querySelectorAll("header.top, footer.foot, .skip, .btn")].filter((element) => element.checkVisibility());
  return [...(over > 0 ? [`${over} px too wide`] : []), ...shown.map((element) => element.outerHTML.slice(0, 100))];
}
