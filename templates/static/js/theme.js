// Changes the theme at once, without losing what was typed; the address behind the link keeps the choice.
export const start = (list) => {
  list.addEventListener("click", (event) => {
    const link = event.target.closest("[data-theme-choice]");
    if (!link) return;
    event.preventDefault();
    document.documentElement.dataset.theme = link.dataset.themeChoice;
    for (const other of document.querySelectorAll("[data-theme-choice]")) {
      if (other.dataset.themeChoice === link.dataset.themeChoice) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    }
    fetch(link.href, { credentials: "same-origin", redirect: "manual" }).catch(() => {});
  });
};
