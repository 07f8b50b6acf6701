// Two values for one place, side by side: what this device has and what the server holds. The judge chooses; nothing is lost.
const idOf = (field) => `clash-${field}`;

export const hideClash = (field) => document.getElementById(idOf(field))?.remove();

export const showClash = (item, stored, place, choose) => {
  if (!place) return;
  hideClash(item.field);
  const panel = document.getElementById("clash-template").content.firstElementChild.cloneNode(true);
  panel.id = idOf(item.field);
  panel.querySelector("[data-mine]").textContent = item.value;
  panel.querySelector("[data-stored]").textContent = stored ?? "–";
  for (const button of panel.querySelectorAll("[data-keep]")) button.addEventListener("click", () => choose(button.dataset.keep));
  if (place.matches("details")) {
    place.open = true;
    place.querySelector(".in").prepend(panel);
  } else place.append(panel);
};
