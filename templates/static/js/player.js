// Goes on at the same second when a link expires mid-film or another copy is chosen, and jumps to a noted time.
export const start = (player) => {
  const media = player.querySelector("[data-media]");
  let source = media.getAttribute("src");
  let at = 0;
  let tries = 0;
  media.addEventListener("timeupdate", () => { at = media.currentTime; tries = 0; });
  const goOn = () => {
    const wasPlaying = at > 0 && !media.paused;
    media.src = source;
    media.addEventListener("loadedmetadata", () => {
      media.currentTime = at;
      if (wasPlaying) media.play().catch(() => {});
    }, { once: true });
    media.load();
  };
  media.addEventListener("error", () => {
    if (tries >= 3) return;
    tries += 1;
    goOn();
  });
  for (const link of document.querySelectorAll("[data-source]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      [source, link.href] = [link.href, source];
      [link.textContent, link.dataset.other] = [link.dataset.other, link.textContent];
      goOn();
    });
  }
  document.addEventListener("click", (event) => {
    const jump = event.target.closest("[data-seek]");
    if (!jump) return;
    media.currentTime = Number(jump.dataset.seek);
    media.play().catch(() => {});
    media.focus();
  });
};
