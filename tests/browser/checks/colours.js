// What only a colour set apart, where the reader has few colours; and places of a row that all look like the one shown.
() => {
  const set = [...document.querySelectorAll(".tag, .btn, .notice, .confirm, .scorechip, .step input:checked + span, [aria-current]")].filter((element) => {
    const look = getComputedStyle(element);
    const isSetApart = ["top", "bottom"].some((side) => parseFloat(look[`border-${side}-width`]) > 0) || parseFloat(look.outlineWidth) > 0 || look.textDecorationLine !== "none" || look.fontWeight >= 600;
    return element.checkVisibility() && !isSetApart;
  });
  const edge = (element) => getComputedStyle(element).borderBottomColor;
  const ground = getComputedStyle(document.body).backgroundColor;
  const alike = [...document.querySelectorAll(".nav a:not([aria-current]), .tabs a:not([aria-current])")].filter((element) => element.checkVisibility() && edge(element) !== ground);
  return [...set, ...alike].map((element) => element.outerHTML.slice(0, 100));
}
