// What clients of the usual libraries get over each transport: node transports.mjs http://127.0.0.1:8000 TOKEN [ORIGIN]
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createClient as eventsClient } from "graphql-sse";
import { createClient as socketClient } from "graphql-ws";
import WebSocket from "ws";

const [service, token, origin] = process.argv.slice(2);
const url = `${service}/graphql`;
const bearer = { authorization: `Bearer ${token}` };
const post = async (body, headers = bearer) => {
  const options = { method: "POST", headers: { "content-type": "application/json", ...headers } };
  return (await fetch(url, { ...options, body: JSON.stringify(body) })).json();
};

const { roots } = (await post({ query: "{ library { roots { id state } } }" })).data.library;
const variables = { root: roots.find((root) => root.state === "ONLINE").id };
const scan = "mutation ($root: ID) { scan(root: $root) { id } }";
const job = (await post({ query: scan, variables })).data.scan.id;
const events = eventsClient({ url, headers: bearer });
const states = [];
await new Promise((complete, error) => {
  const watch = { query: "subscription ($j: ID!) { job(id: $j) { state } }", variables: { j: job } };
  events.subscribe(watch, { next: (step) => states.push(step.data.job.state), error, complete });
});
assert.equal(states.at(-1), "SUCCEEDED");

const connectionParams = { Authorization: `Bearer ${token}` };
const socket = socketClient({ url: url.replace("http", "ws"), webSocketImpl: WebSocket, connectionParams });
const ask = (query) =>
  new Promise((done) => {
    let answer;
    const complete = () => done(answer);
    socket.subscribe({ query }, { next: (step) => (answer = step), error: (errors) => done({ errors }), complete });
  });
assert.equal((await ask("{")).errors[0].extensions.code, "BAD_INPUT");
assert.equal(typeof (await ask("{ viewer { name } }")).data.viewer.name, "string");
socket.dispose();

const query = "{ viewer { role name } }";
const persistedQuery = { version: 1, sha256Hash: createHash("sha256").update(query).digest("hex") };
assert.equal((await post({ extensions: { persistedQuery } })).errors[0].message, "PersistedQueryNotFound");
const sent = await post({ query, extensions: { persistedQuery } });
assert.deepEqual(await post({ extensions: { persistedQuery } }), sent);

if (origin) {
  const opened = await fetch(`${service}/session`, { method: "POST", headers: { origin, ...bearer } });
  const cookie = opened.headers.get("set-cookie").split(";")[0];
  assert.deepEqual(await post({ query }, { origin, cookie }), sent);
}
console.log("ok");
process.exit(0);
