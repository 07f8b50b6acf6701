// What a judge's device keeps until the server has it, encrypted with a key that the server gives only after signing in.
const STORE = "unsent";
const DEVICE = "device";

const ask = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const done = (work) => new Promise((resolve, reject) => {
  work.oncomplete = () => resolve();
  work.onabort = () => reject(work.error);
});

const open = () => {
  const request = indexedDB.open("tahkim", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE, { keyPath: ["owner", "sheet", "field"] });
    request.result.createObjectStore(DEVICE);
  };
  return ask(request);
};

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

export class Vault {
  // base: the address of the judge's list. Rejects with `status` when nobody is signed in any more.
  static async open(base) {
    const database = await open();
    const answer = await fetch(`${base}/device-key?device=${await nameOf(database)}`, { headers: { accept: "application/json" } });
    if (!answer.ok) throw Object.assign(new Error("no key"), { status: answer.status });
    const given = await answer.json();
    const key = await crypto.subtle.importKey("raw", bytes(given.key), "AES-GCM", false, ["encrypt", "decrypt"]);
    return Object.assign(new Vault(), { database, key, owner: given.owner, csrf: given.csrf });
  }

  async put(sheet, { field, stamp, ...rest }) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, new TextEncoder().encode(JSON.stringify(rest)));
    const work = this.database.transaction(STORE, "readwrite", { durability: "strict" });
    work.objectStore(STORE).put({ owner: this.owner, sheet, field, stamp, iv, data });
    await done(work);
  }

  // Takes a copy away unless another tab has put a newer one in its place.
  async remove(sheet, field, stamp) {
    const work = this.database.transaction(STORE, "readwrite");
    const store = work.objectStore(STORE);
    const found = await ask(store.get([this.owner, sheet, field]));
    if (found?.stamp === stamp) store.delete(found && [this.owner, sheet, field]);
    await done(work);
  }

  // All copies of this account, or those of one sheet, the oldest first.
  async list(sheet) {
    const range = sheet ? IDBKeyRange.bound([this.owner, sheet, ""], [this.owner, sheet, "\uffff"]) : IDBKeyRange.bound([this.owner], [this.owner, []]);
    const rows = await ask(this.database.transaction(STORE).objectStore(STORE).getAll(range));
    const items = await Promise.all(rows.map(async (row) => {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, this.key, row.data);
      return { ...JSON.parse(new TextDecoder().decode(plain)), sheet: row.sheet, field: row.field, stamp: row.stamp };
    }));
    return items.sort((one, other) => one.at - other.at);
  }
}

// How many copies lie on this device, whoever made them; and taking them all away.
export const countAll = async () => ask((await open()).transaction(STORE).objectStore(STORE).count());

export const wipeAll = async () => {
  const work = (await open()).transaction(STORE, "readwrite");
  work.objectStore(STORE).clear();
  await done(work);
};
