// One change sent to the server, and what the answer means for it.
const LONGEST = 20000;

const compose = (field, value, revision) => {
  const [kind, id] = field.split(":");
  if (kind === "note") return ["/notes", { id, ...value }];
  if (kind === "gone") return ["/notes", { id }];
  if (kind === "team" || kind === "committee") return ["/comments", { [kind]: value, revision }];
  return ["/marks", { criterion: field, step: value, revision }];
};

const judge = (answer, told) => {
  if (answer.ok) return "ok";
  if (answer.status >= 500 || answer.status === 429) return "away";
  if (told.type?.endsWith("stale-revision")) return "stale";
  return answer.status === 401 || told.type?.endsWith("foreign-form") ? "outside" : "refused";
};

// Resolves to [verdict, told]: ok, stale (told says what is stored), outside (sign in again), refused, or away.
export const send = async (address, { field, value }, revision, csrf) => {
  const [path, body] = compose(field, value, revision);
  try {
    const answer = await fetch(address + path, {
      method: "PUT",
      headers: { "content-type": "application/json", accept: "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(LONGEST),
    });
    const told = await answer.json().catch((fault) => { if (answer.ok) throw fault; return {}; });
    return [judge(answer, told), told];
  } catch {
    return ["away", {}];
  }
};

export const look = async (address) => {
  const answer = await fetch(`${address}/marks`, { headers: { accept: "application/json" }, signal: AbortSignal.timeout(LONGEST) }).catch(() => null);
  return answer?.ok ? answer.json() : null;
};
