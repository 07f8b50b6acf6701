// Computes the SHA-256 of each part of a file, beside the page, one part in memory at a time.
self.onmessage = async ({ data: { file, partSize } }) => {
  try {
    const digests = [];
    const count = Math.max(1, Math.ceil(file.size / partSize));
    for (let part = 0; part < count; part += 1) {
      const bytes = await file.slice(part * partSize, (part + 1) * partSize).arrayBuffer();
      const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      digests.push(Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join(""));
      self.postMessage({ share: (part + 1) / count });
    }
    self.postMessage({ digests });
  } catch (error) {
    self.postMessage({ failed: String(error) });
  }
};
