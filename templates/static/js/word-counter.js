// Counts words as they are typed. Nothing is cut off; the sentence round the figure comes from the server.
export const start = (field) => {
  const text = field.querySelector("textarea");
  const line = field.querySelector(".counter");
  const figure = line.querySelector("[data-count]");
  const digits = figure.textContent.match(/[٠-٩]/) ? "ar-u-nu-arab" : "en";
  const count = () => {
    const words = text.value.trim().split(/\s+/).filter(Boolean).length;
    figure.textContent = words.toLocaleString(digits, { useGrouping: false });
    line.classList.toggle("over", words > Number(line.dataset.max));
  };
  let later;
  text.addEventListener("input", () => {
    clearTimeout(later);
    later = setTimeout(count, 150);
  });
  count();
};
