// The other language keeps the place on the page.
export const start = (link) => {
  link.addEventListener("click", () => {
    if (location.hash) link.hash = location.hash;
  });
};
