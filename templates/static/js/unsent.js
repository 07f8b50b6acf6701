// On the list and the last look: changes that a closed page left on this device are sent; what cannot be sent is named.
import { Outbox } from "./outbox.js";
import { Vault } from "./vault.js";
import { look } from "./wire.js";

const silent = { state() {}, took() {}, changed() {}, clash() {} };

export const start = async (notice) => {
  const { base } = notice.dataset;
  const forms = JSON.parse(notice.dataset.forms);
  const plural = new Intl.PluralRules(document.documentElement.lang);
  const list = notice.querySelector("[data-sheets]");

  const send = async (sheet) => {
    const told = await look(`${base}/${sheet}`);
    if (!told) return;
    const held = { ...told.marks, team: told.team, committee: told.committee };
    const outbox = new Outbox({ base, sheet, revision: told.revision, held, csrf: "", hear: silent });
    if (await outbox.renew()) await outbox.send();
  };

  const show = async (vault) => {
    const counts = new Map();
    for (const item of await vault.list()) counts.set(item.sheet, (counts.get(item.sheet) ?? 0) + 1);
    list.replaceChildren(...[...counts].map(([sheet, n]) => {
      const row = document.createElement("li");
      const link = document.createElement("a");
      link.href = `${base}/${sheet}`;
      link.textContent = sheet;
      link.className = "ltr";
      row.append(link, ` · ${forms[plural.select(n)].replace("{n}", n)}`);
      return row;
    }));
    return [...counts.keys()];
  };

  const vault = await Vault.open(base);
  const sheets = await show(vault);
  if (sheets.length === 0) return;
  notice.hidden = false;
  for (const sheet of sheets) await send(sheet);
  if ((await show(vault)).length > 0) return;
  notice.querySelector("[data-lead]").textContent = notice.dataset.sent;
  notice.querySelector("[data-more]").hidden = true;
  notice.dataset.done = "";
};
