// The judge's database on the device. Every row but the device's own name and key is encrypted (vault.js).
export const UNSENT = "unsent";
export const PAGES = "pages";
export const HELD = "held";
export const DEVICE = "device";

export const ask = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

export const done = (work) => new Promise((resolve, reject) => {
  work.oncomplete = () => resolve();
  work.onabort = () => reject(work.error);
});

export const open = async () => {
  const request = indexedDB.open("tahkim", 2);
  request.onupgradeneeded = () => {
    const database = request.result;
    const make = (name, options) => database.objectStoreNames.contains(name) || database.createObjectStore(name, options);
    make(UNSENT, { keyPath: ["owner", "sheet", "field"] });
    make(PAGES, { keyPath: ["owner", "path"] });
    make(HELD, { keyPath: ["owner", "sheet"] });
    make(DEVICE);
  };
  const database = await ask(request);
  database.onversionchange = () => database.close();
  return database;
};

// How many changes lie on this device, whoever made them; and taking everything away but the device's name.
export const countAll = async () => ask((await open()).transaction(UNSENT).objectStore(UNSENT).count());

export const wipeAll = async () => {
  const work = (await open()).transaction([UNSENT, PAGES, HELD, DEVICE], "readwrite");
  for (const name of [UNSENT, PAGES, HELD]) work.objectStore(name).clear();
  work.objectStore(DEVICE).delete("key");
  await done(work);
};
