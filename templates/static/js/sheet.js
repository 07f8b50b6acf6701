// The score sheet: each mark is sent as it is made, in order, with the sheet's revision; what cannot be sent waits.
const RETRY = 4000;

export const start = (form) => {
  const words = form.dataset;
  const state = document.querySelector("[data-save-state]");
  const token = document.querySelector("meta[name=csrf]").content;
  const field = form.querySelector("[data-revision-field]");
  const outbox = new Map();
  let revision = Number(words.revision);
  let sending = false;

  const tell = (text, tone) => {
    state.textContent = text;
    state.className = `saved ${tone}`;
    state.setAttribute("role", "status");
  };

  const send = async () => {
    if (sending || outbox.size === 0) return;
    sending = true;
    const [key, item] = outbox.entries().next().value;
    tell(words.saving, "");
    try {
      const answer = await fetch(words.url + item.path, {
        method: "PUT",
        headers: { "content-type": "application/json", accept: "application/json", "X-CSRF-Token": token },
        body: JSON.stringify({ ...item.body, revision }),
      });
      const told = await answer.json();
      if (answer.ok) {
        revision = told.revision;
        field.value = revision;
        for (const [name, place] of [["total", "data-total"], ["possible", "data-possible"], ["left", "data-criteria-left"]]) {
          form.querySelector(`[${place}]`).textContent = told[name];
        }
        if (outbox.get(key) === item) outbox.delete(key);
        if (outbox.size === 0) tell(words.saved.replace("{time}", clock()), "ok");
      } else if (answer.status === 409 && told.type.endsWith("stale-revision")) {
        outbox.clear();
        tell(words.differs, "bad");
      } else {
        outbox.delete(key);
        tell(told.detail ?? words.failed, "bad");
      }
    } catch {
      tell(words.local, "warn");
      setTimeout(send, RETRY);
    }
    sending = false;
    if (outbox.size && navigator.onLine) send();
  };

  const queue = (key, path, body) => {
    outbox.delete(key);
    outbox.set(key, { path, body });
    send();
  };

  const clock = () => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Muscat" }).format();

  const show = (row, step) => {
    const chip = row.querySelector("[data-chip]");
    chip.textContent = step;
    chip.classList.add("on");
  };

  form.addEventListener("change", (event) => {
    const row = event.target.closest("[data-criterion]");
    if (row && event.target.name.startsWith("mark-")) {
      const step = Number(event.target.value);
      show(row, step);
      queue(row.dataset.criterion, "/marks", { criterion: row.dataset.criterion, step });
    }
  });

  let typing;
  form.addEventListener("input", (event) => {
    if (event.target.tagName !== "TEXTAREA") return;
    clearTimeout(typing);
    typing = setTimeout(() => queue("comments", "/comments", {
      team: form.elements.comment_team.value, committee: form.elements.comment_committee.value,
    }), 900);
  });

  const rows = [...form.querySelectorAll("[data-criterion]")];
  const move = (by) => {
    const at = rows.findIndex((row) => row.open);
    const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
    next.open = true;
    (next.querySelector("input:checked") ?? next.querySelector("input")).focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const button = form.querySelector("[data-next]");
  button.hidden = false;
  button.addEventListener("click", () => move(1));
  form.querySelector('[name="then"][value="save"]').hidden = true;

  form.addEventListener("keydown", (event) => {
    if (event.target.tagName === "TEXTAREA" || event.altKey || event.ctrlKey || event.metaKey) return;
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    const row = event.target.closest("[data-criterion]");
    const choice = digit && row?.querySelector(`input[value="${digit}"]`);
    if (choice) choice.click();
    else if (event.key === "Enter" && row && event.target.tagName === "INPUT") {
      event.preventDefault();
      move(event.shiftKey ? -1 : 1);
    }
  });

  addEventListener("online", send);
  addEventListener("beforeunload", (event) => { if (outbox.size) event.preventDefault(); });
};
