// A judge's list and opened sheets are laid down encrypted on the device: without a network offline-worker.js opens them again.
import { clock } from "./clock.js";
import { Vault } from "./vault.js";

const KEPT_HEADERS = ["content-type", "content-security-policy", "x-content-type-options", "referrer-policy"];

const say = (band, at) => {
  band.querySelector("[data-words]").textContent = band.dataset.words.replace("{time}", clock(Number(at)));
  band.hidden = false;
};

// The page as the worker passed it on; a page that came before the worker is asked for once more.
const read = async (worker, path) => {
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data); });
  const assets = performance.getEntriesByType("resource").map((each) => each.name).filter((name) => new URL(name).pathname.startsWith("/static/"));
  worker.postMessage({ path, assets }, [port2]);
  const passed = await answer;
  if (passed) return passed;
  const fetched = await fetch(path, { headers: { accept: "text/html" } });
  return { html: await fetched.text(), headers: Object.fromEntries(fetched.headers) };
};

export const start = async (band) => {
  const { reopened } = document.documentElement.dataset;
  if (reopened) return say(band, reopened);
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register(band.dataset.worker, { scope: band.dataset.base });
  const { active } = await navigator.serviceWorker.ready;
  const vault = await Vault.open(band.dataset.base);
  const path = location.pathname;
  const { html, headers } = await read(active, path);
  const kept = Object.fromEntries(KEPT_HEADERS.filter((name) => headers[name]).map((name) => [name, headers[name]]));
  await vault.putPage(path, { html, headers: kept, at: Date.now() });
  band.dataset.kept = "";
};
