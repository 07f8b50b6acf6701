// Opens the browser's own print window.
export const start = (button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
};
