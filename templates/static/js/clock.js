// The time of day as the competition's clock shows it.
export const clock = (at = Date.now()) => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: document.documentElement.dataset.zone }).format(at);
