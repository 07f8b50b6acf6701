// Sends the parts of one registered file: several at a time, each tried again after a pause, until the store holds all.
const AT_ONCE = 3;
const LINKS_AT_ONCE = 8;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30000;

const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });
const token = () => document.querySelector('meta[name="csrf"]')?.content ?? "";

export class Refused extends Error {}

export const ask = async (url, body) => {
  const answer = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRF-Token": token() },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  if (answer.status >= 500 || answer.status === 429) throw new Error(`status ${answer.status}`);
  throw new Refused(told.errors?.[0]?.words ?? told.detail ?? `status ${answer.status}`);
};

// Asks again as long as only the line or the server is at fault; a refusal is final.
export const insist = async (work, { isStopped, onTrouble }) => {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    if (isStopped()) return undefined;
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refused) throw error;
      onTrouble();
      await wait(pause * (0.75 + Math.random() / 2));
    }
  }
};

const put = (link, blob, onBytes, stops) => new Promise((done, fail) => {
  const request = new XMLHttpRequest();
  request.open("PUT", link.url);
  for (const [name, value] of Object.entries(link.headers)) request.setRequestHeader(name, value);
  request.upload.onprogress = (event) => onBytes(event.loaded);
  request.onload = () => (request.status < 300 ? done() : fail(new Error(`status ${request.status}`)));
  request.onerror = () => fail(new Error("line"));
  request.onabort = () => fail(new Error("stopped"));
  stops.add(() => request.abort());
  request.send(blob);
});

export class Transfer {
  constructor(file, registered, base, { onProgress, onTrouble }) {
    Object.assign(this, { file, base: `${base}/${registered.upload}`, onProgress, onTrouble });
    this.partSize = registered.part_size;
    this.count = registered.parts;
    this.flying = new Map();
    this.stops = new Set();
    this.isStopped = false;
    this.links = {};
    this.hold(registered.held);
  }

  hold(parts) {
    this.held = new Set(parts);
    this.waiting = Array.from({ length: this.count }, (_, index) => index + 1).filter((part) => !this.held.has(part));
  }

  size(part) { return Math.min(this.partSize, this.file.size - (part - 1) * this.partSize); }

  get done() {
    const held = [...this.held].reduce((sum, part) => sum + this.size(part), 0);
    return held + [...this.flying.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  stop() {
    this.isStopped = true;
    for (const stop of this.stops) stop();
  }

  async run() {
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.lane()));
    if (this.isStopped) return undefined;
    const trial = { isStopped: () => this.isStopped, onTrouble: this.onTrouble };
    return insist(() => ask(`${this.base}/complete`, {}), trial);
  }

  async lane() {
    while (this.waiting.length && !this.isStopped) {
      const part = this.waiting.shift();
      await insist(() => this.send(part), { isStopped: () => this.isStopped, onTrouble: () => { this.links = {}; this.onTrouble(); } });
    }
  }

  async link(part) {
    if (!this.links[part]) {
      this.asking ??= ask(`${this.base}/links`, { parts: [part, ...this.waiting.slice(0, LINKS_AT_ONCE - 1)] }).finally(() => { this.asking = undefined; });
      this.links = { ...this.links, ...(await this.asking).links };
    }
    return this.links[part] ?? this.link(part);
  }

  async send(part) {
    const link = await this.link(part);
    const start = (part - 1) * this.partSize;
    try {
      await put(link, this.file.slice(start, start + this.size(part)), (bytes) => { this.flying.set(part, bytes); this.onProgress(); }, this.stops);
      this.held.add(part);
    } finally {
      this.flying.delete(part);
      delete this.links[part];
    }
    this.onProgress();
  }
}
