// What paper must not have: more than its width, what is there to be pressed, what floats over the rest, and pale writing.
() => {
  const over = document.documentElement.scrollWidth - innerWidth;
  const all = [...document.querySelectorAll("body *")].filter((element) => element.checkVisibility());
  const pressed = all.filter((element) => element.matches("header.top, footer.foot, .skip, .btn"));
  const floating = all.filter((element) => ["sticky", "fixed"].includes(getComputedStyle(element).position));
  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const light = (colour) => {
    const [red, green, blue] = channels(colour).slice(0, 3).map((each) => (each / 255 <= 0.04045 ? each / 255 / 12.92 : ((each / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const groundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor, backgroundImage } = getComputedStyle(at);
      if (backgroundImage !== "none") return null; // a picture's own concern
      if (backgroundColor.startsWith("rgb") && (channels(backgroundColor)[3] ?? 1) > 0) return backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };
  const isWriting = (element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const pale = all.filter((element) => {
    const [ground, colour] = [groundOf(element), getComputedStyle(element).color];
    if (!ground || !colour.startsWith("rgb") || !isWriting(element) || element.closest(".vh, svg, .player, .step")) return false;
    const [one, two] = [light(colour), light(ground)].sort((a, b) => b - a);
    return (one + 0.05) / (two + 0.05) < 4.5;
  });
  const name = (what) => (element) => `${what}: ${element.outerHTML.slice(0, 100)}`;
  return [...(over > 0 ? [`${over} px too wide`] : []), ...pressed.map(name("to press")), ...floating.map(name("floats")), ...pale.map(name("pale"))];
}
