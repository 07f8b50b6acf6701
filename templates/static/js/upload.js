// Takes a file's card over: fingerprint first, then parts; pause, resume, and resume after a reload with the same file.
import { Transfer, ask, insist, Refused } from "./transfer.js";
import { fill, share, size, time } from "./upload-words.js";
import { cardOf } from "./upload-card.js";
import { keepSpeed, paceOf } from "./upload-pace.js";

const PART_SIZE = 16 * 1024 * 1024;
const LOOK_EVERY = 1000;
const SAY_EVERY = 1000;
const busy = new Set();

addEventListener("beforeunload", (event) => { if (busy.size) event.preventDefault(); });

const digest = (file, onShare) => new Promise((done, fail) => {
  const worker = new Worker(new URL("./digest-worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => {
    if (data.share !== undefined) { onShare(data.share); return; }
    worker.terminate();
    if (data.digests) done(data.digests); else fail(new Refused(data.failed));
  };
  worker.onerror = () => { worker.terminate(); fail(new Refused("worker")); };
  worker.postMessage({ file, partSize: PART_SIZE });
});

export const start = (element) => {
  const { base, material, replaces, upload: begun } = element.dataset;
  const card = cardOf(element);
  const pace = paceOf(element);
  let transfer;
  let file;
  let began;
  let saidAt = 0;

  const onProgress = () => {
    const done = Math.min(transfer.done, file.size);
    card.bar(done / file.size);
    const now = performance.now();
    if (now - saidAt < SAY_EVERY && done < file.size) return;
    saidAt = now;
    const speed = (done - began.done) / Math.max(1, (now - began.at) / 1000);
    card.line(fill(card.words.uploading, { DONE: size(done), TOTAL: size(file.size), SHARE: share(done / file.size) }));
    const isMeasured = speed > 0 && now - began.at > 3000;
    const seconds = isMeasured ? (file.size - done) / speed : 0;
    card.left(isMeasured ? pace.warning(seconds) || fill(card.words.left, { TIME: time(seconds) }) : "");
    if (isMeasured) keepSpeed(speed);
  };
  const onTrouble = () => card.note(fill(card.words.resuming, { SHARE: share(transfer ? transfer.done / file.size : 0) }), "warn-ink");

  const watch = async (id) => {
    card.checking();
    for (;;) {
      const told = await insist(() => ask(`${base}/${id}`), { isStopped: () => false, onTrouble: () => {} });
      if (told.state === "open" && told.damaged.length) { card.note(card.words.resend, "warn-ink"); await send(told); return; }
      if (!["complete", "inspecting"].includes(told.state)) break;
      await new Promise((done) => { setTimeout(done, LOOK_EVERY); });
    }
    if (!busy.size) location.reload(); else card.note(card.words.registered, "muted");
  };

  const send = async (registered) => {
    transfer = new Transfer(file, registered, base, { onProgress, onTrouble });
    began = { at: performance.now(), done: transfer.done };
    card.uploading();
    onProgress();
    const told = await transfer.run();
    if (!told) return;
    busy.delete(element);
    await watch(told.upload);
  };

  const take = async (chosen) => {
    if (!chosen) return;
    file = chosen;
    if (!file.size) { card.fail(card.words.empty); return; }
    if (file.size > Number(element.dataset.max)) { card.fail(card.words.size.replace("[SIZE]", size(file.size))); return; }
    busy.add(element);
    try {
      card.fingerprinting(file);
      const digests = await digest(file, (part) => card.bar(part));
      const body = { material, name: file.name, size: file.size, digests, replaces: replaces || null };
      const registered = await insist(() => ask(base, body), { isStopped: () => false, onTrouble });
      card.registered();
      if (registered.state === "open") await send(registered); else await watch(registered.upload);
    } catch (error) {
      busy.delete(element);
      card.fail(error instanceof Refused ? error.message : card.words.lost);
    }
  };

  if (!globalThis.isSecureContext || !crypto.subtle) { card.note(card.words.unsupported, "muted"); return; }
  if (element.dataset.maySend) card.offer(take);
  if (element.dataset.maySend && card.state === "needed" && pace.advice()) card.note(pace.advice(), "muted");
  card.onPause(() => {
    if (transfer && !transfer.isStopped) {
      transfer.stop();
      busy.delete(element);
      card.paused(share(transfer.done / file.size));
    } else if (transfer) {
      busy.add(element);
      insist(() => ask(`${base}/${begunOr(transfer)}`), { isStopped: () => false, onTrouble }).then(send).catch((error) => card.fail(error.message));
    }
  });
  if (begun && card.state === "checking") watch(begun);
};

const begunOr = (transfer) => transfer.base.split("/").pop();
