// What an upload writes on its card. Every sentence came with the page, in its language.
export const cardOf = (element) => {
  const card = element.querySelector(".file");
  const body = card.querySelector("[data-body]");
  const pick = element.querySelector("[data-pick]");
  const input = pick?.querySelector("input");
  const pause = element.querySelector("[data-pause]");
  const say = element.dataset;
  const words = {
    uploading: say.sayUploading, left: say.sayLeft, resuming: say.sayResuming, resend: say.sayResend, lost: say.sayLost,
    size: say.saySize, registered: say.sayRegistered, unsupported: say.sayUnsupported, empty: say.sayEmpty,
  };
  const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });
  const parts = {};

  const look = (state, className) => {
    card.dataset.state = state;
    card.className = `card file ${className}`;
  };
  const build = (name) => {
    body.replaceChildren();
    card.querySelector(".meta").replaceChildren(Object.assign(make("span", "ltr mono", name)));
    parts.bar = Object.assign(make("progress", "bar mt-2"), { max: 100, value: 0 });
    parts.bar.setAttribute("aria-label", name);
    const row = make("p", "row sm muted");
    parts.line = make("span", "");
    parts.line.setAttribute("aria-live", "polite");
    parts.left = make("span", "sp");
    row.append(parts.line, parts.left);
    parts.tags = make("p", "row tight");
    parts.note = make("p", "sm");
    parts.note.setAttribute("role", "status");
    body.append(parts.bar, row, parts.tags, parts.note);
  };
  const pauseWord = (text, isShown) => {
    if (!pause) return;
    pause.hidden = !isShown;
    pause.querySelector("span").textContent = text;
  };

  return {
    words,
    state: card.dataset.state,
    bar: (share) => { parts.bar.value = share * 100; },
    line: (text) => { parts.line.textContent = text; parts.note.textContent = ""; },
    left: (text) => { parts.left.textContent = text; },
    note: (text, tone) => {
      if (!parts.note) body.append(parts.note = make("p", ""));
      parts.note.className = `sm ${tone}`;
      parts.note.textContent = text;
    },
    fingerprinting: (file) => {
      look("fingerprinting", "up");
      build(file.name);
      if (pick) pick.hidden = true;
      parts.line.textContent = say.sayFingerprint;
    },
    registered: () => {
      look("registered", "up");
      parts.tags.replaceChildren(make("span", "tag ok", say.sayRegistered), make("span", "xs muted", say.sayNowait));
    },
    uploading: () => { look("uploading", "up"); pauseWord(say.sayPause, true); },
    paused: (share) => {
      look("paused", "wait");
      pauseWord(say.sayResume, true);
      parts.note.className = "sm warn-ink";
      parts.note.textContent = say.sayPaused.replace("[SHARE]", share);
    },
    checking: () => {
      look("checking", "up");
      pauseWord("", false);
      if (!parts.bar) return;
      parts.bar.value = 100;
      parts.left.textContent = "";
      parts.note.textContent = "";
      parts.tags.querySelector(".muted")?.remove(); // nothing is left that a dropped line could stop
      parts.line.textContent = say.sayChecking;
    },
    fail: (text) => {
      look("refused", "err");
      pauseWord("", false);
      if (pick) pick.hidden = false;
      body.replaceChildren(Object.assign(make("p", "errtext", text)));
      body.firstChild.setAttribute("role", "alert");
    },
    offer: (take) => {
      if (!pick) return;
      pick.hidden = false;
      element.querySelector("[data-plain]")?.setAttribute("hidden", "");
      input.addEventListener("change", () => { take(input.files[0]); });
      card.addEventListener("dragover", (event) => { event.preventDefault(); card.classList.add("dropping"); });
      card.addEventListener("dragleave", () => card.classList.remove("dropping"));
      card.addEventListener("drop", (event) => {
        event.preventDefault();
        card.classList.remove("dropping");
        take(event.dataTransfer.files[0]);
      });
    },
    onPause: (act) => pause?.addEventListener("click", act),
  };
};
