// The audit of graphql-http against a running service: node audit.mjs http://127.0.0.1:8000/graphql TOKEN
import { auditServer } from "graphql-http";

const [url, token] = process.argv.slice(2);
const fetchFn = (address, options = {}) =>
  fetch(address, { ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } });

const count = {};
for (const each of await auditServer({ url, fetchFn })) {
  count[each.status] = (count[each.status] ?? 0) + 1;
  if (each.status !== "ok") console.log(each.status, each.id, each.name, each.reason);
}
console.log(count);
process.exit(Object.keys(count).every((status) => status === "ok") ? 0 : 1);
