// Elements that still move although less motion is asked for.
() => [...document.querySelectorAll("*")].filter((element) => {
  const look = getComputedStyle(element);
  return [look.transitionDuration, look.animationDuration].some((all) => all.split(", ").some((each) => parseFloat(each) > 0.01));
}).map((element) => element.outerHTML.slice(0, 100))
