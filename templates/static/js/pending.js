// The changes that the server does not have yet, in memory and on the device; the device's copies are written in turn.
import { Vault } from "./vault.js";

// What the server holds for a change. Private notes are this judge's under a name of the device's own: nobody else touches them.
export const storedFor = ({ field, base }, held) => (field.includes(":") ? base : held[field] ?? null);

export class Pending {
  items = new Map();
  vault = null;
  #writing = Promise.resolve();

  constructor(base, sheet) {
    this.base = base;
    this.sheet = sheet;
  }

  // Opens the device's copies and takes up what was left there; rejects with the status when nobody is signed in.
  async open() {
    const vault = await Vault.open(this.base);
    if (this.vault && this.vault.owner !== vault.owner) throw Object.assign(new Error("somebody else"), { status: 401 });
    const left = this.vault ? [] : await vault.list(this.sheet);
    this.vault = vault;
    for (const item of left) if (!this.items.has(item.field)) this.items.set(item.field, { tried: [], ...item, isTried: true, kept: true });
    for (const item of this.items.values()) if (!item.kept) this.#keep(item);
    return vault.csrf;
  }

  // `tried`: values that were sent before this one and whose answers never came. The server may hold any of them.
  put(field, value, base) {
    const before = this.items.get(field);
    const tried = before?.isTried ? [...before.tried, before.value] : before?.tried ?? [];
    const item = { field, value, base, tried, at: Date.now(), stamp: crypto.randomUUID(), kept: false };
    this.items.set(field, item);
    this.#keep(item);
  }

  // The change was made from another value than the one it was made from first.
  rebase(item, base) {
    Object.assign(item, { base, tried: [], kept: false });
    this.#keep(item);
  }

  // The next change to send. What the server has already is forgotten; a place that somebody else changed is told, once.
  next(held, tell) {
    for (const item of this.items.values()) {
      const stored = storedFor(item, held);
      if (item.tried.includes(stored) && stored !== item.value) this.rebase(item, stored); // our own, and arrived after all
      if (stored === item.value) this.forget(item);
      else if (stored !== item.base) {
        if (item.clash !== stored) tell(item, stored);
        item.clash = stored;
      } else if (!item.refused) return item;
    }
    return null;
  }

  forget(item) {
    if (this.items.get(item.field) === item) this.items.delete(item.field);
    this.#write(() => this.vault?.remove(this.sheet, item.field, item.stamp));
  }

  // What the server holds, kept for the page that opens without it.
  hold(held, revision) {
    const { team, committee, ...marks } = held;
    this.#write(() => this.vault?.putHeld(this.sheet, { revision, marks, team, committee }));
  }

  #keep(item) {
    this.#write(async () => {
      if (!this.vault || this.items.get(item.field) !== item) return;
      const { field, stamp, value, base, tried, at } = item;
      await this.vault.put(this.sheet, { field, stamp, value, base, tried, at });
      item.kept = true;
    });
  }

  #write(step) {
    this.#writing = this.#writing.then(step).catch(() => {});
  }

  get state() {
    const items = [...this.items.values()];
    if (items.some((item) => item.clash !== undefined)) return "clash";
    if (items.some((item) => item.refused)) return "refused";
    if (items.length === 0) return this.vault ? "both" : "saved";
    return items.every((item) => item.kept) ? "local" : "failed";
  }

  // Resolves when the device has written what it was given.
  written() {
    return this.#writing;
  }
}
