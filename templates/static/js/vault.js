// What a judge's device keeps, encrypted with a key that the server gives only after signing in. The device holds the key in a
// form that no script can read out, for half a day, so that an opened sheet opens again without a network.
import { ask, DEVICE, done, HELD, open, PAGES, UNSENT } from "./store.js";

const KEY_LASTS = 12 * 3600 * 1000;

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const bytes = (text) => Uint8Array.from(text.match(/../g), (pair) => Number.parseInt(pair, 16));

const nameOf = async (database) => {
  const work = database.transaction(DEVICE, "readwrite");
  const store = work.objectStore(DEVICE);
  const known = await ask(store.get("name"));
  if (known) return known;
  const made = hex(crypto.getRandomValues(new Uint8Array(16)));
  store.put(made, "name");
  await done(work);
  return made;
};

const keep = async (database, kept) => {
  const work = database.transaction(DEVICE, "readwrite");
  if (kept) work.objectStore(DEVICE).put(kept, "key");
  else work.objectStore(DEVICE).delete("key");
  await done(work);
};

const fetchKey = async (database, base) => {
  const answer = await fetch(`${base}/device-key?device=${await nameOf(database)}`, { headers: { accept: "application/json" } });
  if (!answer.ok) {
    if (answer.status === 401 || answer.status === 403) await keep(database, null);
    throw Object.assign(new Error("no key"), { status: answer.status });
  }
  const given = await answer.json();
  const key = await crypto.subtle.importKey("raw", bytes(given.key), "AES-GCM", false, ["encrypt", "decrypt"]);
  const kept = { key, owner: given.owner, csrf: given.csrf, until: Date.now() + KEY_LASTS };
  await keep(database, kept);
  return kept;
};

export class Vault {
  // base: the address of the judge's list. Rejects with `status` when nobody is signed in any more.
  static async open(base) {
    const database = await open();
    const { key, owner, csrf } = await fetchKey(database, base).catch(async (fault) => {
      const kept = fault.status ? null : await ask(database.transaction(DEVICE).objectStore(DEVICE).get("key"));
      if (!kept || kept.until < Date.now()) throw fault;
      return kept;
    });
    return Object.assign(new Vault(), { database, key, owner, csrf });
  }

  async #seal(value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, new TextEncoder().encode(JSON.stringify(value)));
    return { iv, data };
  }

  async #unseal({ iv, data }) {
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, this.key, data)));
  }

  async #write(store, row) {
    const work = this.database.transaction(store, "readwrite", { durability: "strict" });
    work.objectStore(store).put({ owner: this.owner, ...row });
    await done(work);
  }

  async put(sheet, { field, stamp, ...rest }) {
    await this.#write(UNSENT, { sheet, field, stamp, ...(await this.#seal(rest)) });
  }

  // Takes a copy away unless another tab has put a newer one in its place.
  async remove(sheet, field, stamp) {
    const work = this.database.transaction(UNSENT, "readwrite");
    const store = work.objectStore(UNSENT);
    const found = await ask(store.get([this.owner, sheet, field]));
    if (found?.stamp === stamp) store.delete([this.owner, sheet, field]);
    await done(work);
  }

  // All copies of this account, or those of one sheet, the oldest first.
  async list(sheet) {
    const range = sheet ? IDBKeyRange.bound([this.owner, sheet, ""], [this.owner, sheet, "\uffff"]) : IDBKeyRange.bound([this.owner], [this.owner, []]);
    const rows = await ask(this.database.transaction(UNSENT).objectStore(UNSENT).getAll(range));
    const items = await Promise.all(rows.map(async (row) => ({ ...(await this.#unseal(row)), sheet: row.sheet, field: row.field, stamp: row.stamp })));
    return items.sort((one, other) => one.at - other.at);
  }

  // What the server was last known to hold of a sheet, for a page that opens without it.
  async putHeld(sheet, told) {
    await this.#write(HELD, { sheet, ...(await this.#seal(told)) });
  }

  async heldOf(sheet) {
    const row = await ask(this.database.transaction(HELD).objectStore(HELD).get([this.owner, sheet]));
    return row ? this.#unseal(row) : null;
  }

  async putPage(path, page) {
    await this.#write(PAGES, { path, ...(await this.#seal(page)) });
  }
}
