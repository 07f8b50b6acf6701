// Bytes of a page as they were sent, fonts apart and media left out, and how far its parts moved after they were drawn.
() => {
  const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  const sum = (entries) => entries.reduce((total, entry) => total + entry.encodedBodySize, 0);
  const is = (pattern) => (entry) => pattern.test(new URL(entry.name).pathname);
  const fonts = all.filter(is(/\.woff2$/));
  const media = all.filter((entry) => ["img", "image", "video", "audio", "track"].includes(entry.initiatorType) || is(/\/(copy|poster|pages\/\d+|objects)/)(entry));
  return { fonts: sum(fonts), page: sum(all.filter((entry) => !fonts.includes(entry) && !media.includes(entry))), shift: window.shifted ?? 0 };
}
