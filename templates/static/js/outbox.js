// The changes of one sheet on their way to the server, in order. What the server holds is compared before anything is sent:
// the same value is done, a place that nobody else touched is written, any other is a clash.
import { Pending, storedFor } from "./pending.js";
import { look, send } from "./wire.js";

const WAITS = [2000, 4000, 8000, 15000];

export class Outbox {
  #busy = false;
  #tries = 0;
  #timer = 0;
  #isOutside = false;

  // held: field → what the server holds. hear: what the page does with `state`, `took`, `changed` and `clash`.
  constructor({ base, sheet, revision, held, csrf, hear }) {
    Object.assign(this, { sheet, revision, held, csrf, hear, address: `${base}/${sheet}`, pending: new Pending(base, sheet) });
    this.lang = document.documentElement.lang;
    this.channel = new BroadcastChannel("tahkim");
    this.channel.onmessage = async ({ data }) => {
      if (data.sheet !== sheet) return;
      const told = data.lang === this.lang ? data.told : await look(this.address); // words in the language of this tab
      if (told) this.#adopt(told);
    };
  }

  // Opens the device's copies and takes up what was left there. Returns whether somebody is still signed in.
  async renew() {
    try {
      this.csrf = await this.pending.open();
      this.#isOutside = false;
    } catch (fault) {
      this.#isOutside = fault.status === 401 || fault.status === 403;
    }
    return !this.#isOutside;
  }

  put(field, value) { this.pending.put(field, value, this.pending.items.get(field)?.base ?? this.held[field] ?? null); }

  // Which of two values stays: "stored" or "mine".
  choose(field, which) {
    const item = this.pending.items.get(field);
    if (!item) return;
    item.clash = undefined;
    if (which === "mine") this.pending.rebase(item, storedFor(item, this.held));
    else this.pending.forget(item);
    if (which === "stored") this.hear.changed(field, storedFor(item, this.held));
    this.send();
  }

  #adopt(told) {
    this.revision = Math.max(this.revision, told.revision);
    for (const [field, value] of Object.entries({ ...told.marks, team: told.team, committee: told.committee })) {
      if (value === undefined || this.held[field] === value) continue;
      this.held[field] = value;
      if (!this.pending.items.has(field)) this.hear.changed(field, value);
    }
    this.hear.took(told);
    this.pending.hold(this.held, this.revision);
  }

  // A page opened without a network stands as it was loaded: take up what the server has taken since.
  async restore() {
    const told = await this.pending.vault?.heldOf(this.sheet);
    if (told) this.#adopt(told);
  }

  async send() {
    if (this.#busy) return;
    clearTimeout(this.#timer);
    this.#busy = true;
    let isAway = false;
    const next = () => (isAway || this.#isOutside ? null : this.pending.next(this.held, this.hear.clash));
    do {
      for (let item = next(); item; item = next()) {
        this.hear.state("saving");
        isAway = await navigator.locks.request(`tahkim-${this.sheet}`, () => this.#try(item));
        if (!isAway) this.#tries = 0;
      }
      await this.pending.written();
    } while (next()); // what was chosen while the device wrote
    this.#busy = false;
    if (isAway) this.#timer = setTimeout(() => this.send(), WAITS[Math.min(this.#tries++, WAITS.length - 1)]);
    this.hear.state(this.#isOutside ? "session" : this.pending.state, this.pending.items.size);
  }

  async #try(item) {
    if (this.pending.items.get(item.field) !== item || storedFor(item, this.held) !== item.base) return false; // another tab was first
    item.isTried = true;
    const [verdict, told] = await send(this.address, item, this.revision, this.csrf);
    if (verdict === "ok") this.#sent(item, told);
    else if (verdict === "stale") this.#adopt({ ...told, revision: told.current });
    else if (verdict === "refused") item.refused = told.detail || " ";
    else if (verdict === "outside") {
      const spent = this.csrf;
      if ((await this.renew()) && this.csrf === spent) this.#isOutside = true;
    }
    return verdict === "away";
  }

  #sent(item, told) {
    this.held[item.field] = item.value;
    const newer = this.pending.items.get(item.field);
    this.pending.forget(item);
    if (newer && newer !== item) this.pending.rebase(newer, item.value);
    if (told.revision === undefined) return;
    this.#adopt(told);
    this.channel.postMessage({ sheet: this.sheet, told, lang: this.lang });
  }

  // Back from elsewhere: take up a sign-in made in another tab, see what other devices saved, send what waits.
  async wake() {
    this.#tries = 0;
    if ((this.#isOutside || !this.pending.vault) && !(await this.renew())) return this.hear.state("session");
    const told = this.#busy ? null : await look(this.address);
    if (told) this.#adopt(told);
    return this.send();
  }
}
