// What only a colour set apart, where the reader has few colours.
() => [...document.querySelectorAll(".tag, .btn, .notice, .step input:checked + span, [aria-current]")].filter((element) => {
  const look = getComputedStyle(element);
  const isSetApart = ["top", "bottom"].some((side) => parseFloat(look[`border-${side}-width`]) > 0) || parseFloat(look.outlineWidth) > 0 || look.textDecorationLine !== "none" || look.fontWeight >= 600;
  return element.checkVisibility() && !isSetApart;
}).map((element) => element.outerHTML.slice(0, 100))
