// Lets a password be read while it is typed; it is hidden again before it is sent.
export const start = (field) => {
  const input = field.querySelector("input");
  const button = field.querySelector("button");
  button.hidden = false;
  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.textContent = visible ? button.dataset.hide : button.dataset.show;
    button.setAttribute("aria-pressed", String(visible));
  };
  button.addEventListener("click", () => show(input.type === "password"));
  input.form?.addEventListener("submit", () => show(false));
};
