// urql with Graphcache, which knows the schema and has no updater: after each mutation, what was asked before is right.
import { Client, fetchExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { minifyIntrospectionQuery } from "@urql/introspection";
import { isObjectType } from "graphql";
import * as labels from "./labels.mjs";
import { introspection, schema } from "./schema.mjs";
import { expect, finish, headers, url } from "./service.mjs";

const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith("__"));
const parts = types.filter((type) => !("id" in type.getFields()));
const keys = Object.fromEntries(parts.map((type) => [type.name, () => null])); // they belong to the object above
const said = [];
const cache = cacheExchange({
  schema: minifyIntrospectionQuery(introspection),
  keys,
  resolvers: { Query: { photos: relayPagination() } },
  logger: (severity, message) => severity !== "debug" && said.push(message),
});
let sent = 0;
const counted = (input, options) => {
  sent += 1;
  return fetch(input, options);
};
const client = new Client({ url, fetch: counted, fetchOptions: { headers }, preferGetMethod: false, exchanges: [cache, fetchExchange] });

/** Keeps asking, as a component does; `now` is what it would show. */
async function watched(query, variables = {}) {
  let last;
  client.query(query, variables).subscribe((result) => (last = result));
  while (last === undefined || last.stale) await pause();
  if (last.error) throw last.error;
  return () => last.data;
}
const pause = () => new Promise((done) => setTimeout(done, 10));

async function change(mutation, variables) {
  const { data, error } = await client.mutation(mutation, variables).toPromise();
  if (error) throw error;
  await pause();
  return data;
}

const photos = await watched(labels.PHOTOS, labels.ALL_PHOTOS);
const tags = await watched(labels.TAGS);
const persons = await watched(labels.PERSONS);
const clusters = await watched(labels.CLUSTERS);
const first = photos().photos.edges[1].node.id;
const shown = (id = first) => photos().photos.edges.map((edge) => edge.node).find((node) => node.id === id);
const tag = (name) => tags().tags.nodes.find((each) => each.name === name);
const names = () => shown().tags.map((each) => each.tag.name);
const asked = sent;
let changes = 0;
const changed = async (...arguments_) => {
  changes += 1;
  return change(...arguments_);
};

await changed(labels.CREATE_TAG, { name: "Urql" });
expect(tag("Urql")?.photoCount === 0, "the list of tags after createTag", tags());
await changed(labels.TAG, { photos: [first], tags: ["Urql"] });
expect(names().includes("Urql") && tag("Urql").photoCount === 1, "tagPhotos", [shown(), tag("Urql")]);
await changed(labels.RENAME_TAG, { id: tag("Urql").id, name: "Owl" });
expect(names().includes("Owl") && tag("Owl").path === "Owl", "renameTag", [shown(), tags()]);
await changed(labels.UNTAG, { photos: [first], tags: ["Owl"] });
expect(!names().includes("Owl") && tag("Owl").photoCount === 0, "untagPhotos", [shown(), tag("Owl")]);
await changed(labels.DELETE_TAG, { id: tag("Owl").id });
expect(tag("Owl") === undefined, "the list of tags after deleteTag", tags());
await changed(labels.RATE, { photos: [first], rating: 4 });
await changed(labels.FAVOURITE, { photos: [first], favourite: true });
await changed(labels.DESCRIBE, { photos: [first], title: "A hut", caption: "In the snow" });
const { rating, favourite, title, caption } = shown();
expect(rating === 4 && favourite && title === "A hut" && caption === "In the snow", "rate, favourite, describe", shown());

const cluster = clusters().faceClusters.nodes[0];
await changed(labels.NAME_CLUSTER, { cluster: cluster.id, person: "Fritz" });
expect(persons().persons.nodes.some((each) => each.name === "Fritz"), "the list of persons after nameCluster", persons());
expect(!clusters().faceClusters.nodes.some((each) => each.id === cluster.id), "the clusters after nameCluster", clusters());
const seen = shown(cluster.faces.nodes[0].photo.id);
expect(seen.persons.some((each) => each.name === "Fritz"), "the persons of a photo after nameCluster", seen);
const fritz = persons().persons.nodes.find((each) => each.name === "Fritz");
await changed(labels.RENAME_PERSON, { id: fritz.id, name: "Frieda" });
expect(shown(seen.id).persons.some((each) => each.name === "Frieda"), "renamePerson", shown(seen.id));

expect(sent === asked + changes, `${sent - asked - changes} queries were sent again`);
expect(said.length === 0, "Graphcache warns", said);
finish(`${changes} mutations, no updater, no query again`);
