// A private note takes the second at which the film or sound stands.
export const start = (form) => {
  form.addEventListener("submit", () => {
    const media = document.querySelector("[data-media]");
    if (media && media.currentTime > 0) form.querySelector("[data-second]").value = Math.floor(media.currentTime);
  });
};
