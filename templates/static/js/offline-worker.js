// Without a network: opens a judge's list and sheets from the copies that shelf.js laid down, with styles and scripts from a
// cache. The copies are encrypted; once the device has no key any more (signed out, too long ago) there is nothing to give.
const STATIC = "tahkim-static";
const PAGE = /^\/(ar|en)\/judging(\/[^/]+)?$/;
const PASSED_AT_MOST = 5;
const passed = new Map();

const ask = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const find = async (path) => {
  const database = await ask(indexedDB.open("tahkim"));
  try {
    const kept = await ask(database.transaction("device").objectStore("device").get("key"));
    if (!kept || kept.until < Date.now()) return null;
    const row = await ask(database.transaction("pages").objectStore("pages").get([kept.owner, path]));
    if (!row) return null;
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, kept.key, row.data)));
  } finally {
    database.close();
  }
};

const reopen = async (path) => {
  const found = await find(path).catch(() => null);
  if (!found) return Response.error();
  return new Response(found.html.replace("<html ", `<html data-reopened="${found.at}" `), { headers: found.headers });
};

const open = async (request, path) => {
  let answer;
  try {
    answer = await fetch(request);
  } catch {
    return reopen(path);
  }
  if (answer.status === 200 && answer.headers.get("content-type")?.startsWith("text/html")) {
    passed.set(path, { html: answer.clone().text(), headers: Object.fromEntries(answer.headers) });
    if (passed.size > PASSED_AT_MOST) passed.delete(passed.keys().next().value);
  }
  return answer;
};

const take = async ({ path, assets }, port) => {
  const found = passed.get(path);
  passed.delete(path);
  const cache = await caches.open(STATIC);
  const release = assets[0]?.match(/^.*\/static\/[^/]+\//)?.[0];
  const held = await cache.keys();
  if (release) await Promise.all(held.filter(({ url }) => !url.startsWith(release)).map((request) => cache.delete(request)));
  const known = new Set(held.map(({ url }) => url));
  await Promise.all(assets.filter((url) => !known.has(url)).map((url) => cache.add(url).catch(() => {})));
  port.postMessage(found ? { html: await found.html, headers: found.headers } : null);
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(take(event.data, event.ports[0])));
self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (origin !== location.origin || event.request.method !== "GET") return;
  if (event.request.mode === "navigate" && PAGE.test(pathname)) event.respondWith(open(event.request, pathname));
  else if (pathname.startsWith("/static/")) event.respondWith(caches.match(event.request, { ignoreVary: true }).then((found) => found ?? fetch(event.request)));
});
