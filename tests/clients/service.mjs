// The service that the runner has started, and what all programs say in the same words.
import { inspect } from "node:util";

export const url = process.env.PHOTOS_URL;
export const headers = { authorization: `Bearer ${process.env.PHOTOS_TOKEN}` };
export const socketUrl = url.replace("http", "ws");

export async function ask(query, variables = {}) {
  const options = { method: "POST", headers: { "content-type": "application/json", ...headers } };
  const answer = await (await fetch(url, { ...options, body: JSON.stringify({ query, variables }) })).json();
  if (answer.errors) throw new Error(`${query}\n${inspect(answer.errors, { depth: 5 })}`);
  return answer.data;
}

const problems = [];

/** Notes what does not hold, so that one run tells everything that is wrong. */
export function expect(holds, said, found) {
  if (!holds) problems.push(found === undefined ? said : `${said}: ${inspect(found, { depth: 6 })}`);
}

export function finish(said) {
  for (const problem of problems) console.log(`FAILED: ${problem}`);
  console.log(said);
  process.exit(problems.length ? 1 : 0);
}
