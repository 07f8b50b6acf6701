// Takes focus when the page opens with problems, and a link to a group of radios goes to its first one.
export const start = (summary) => {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    const closed = field.closest("details:not([open])");
    if (closed) closed.open = true;
    field.scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  });
};
