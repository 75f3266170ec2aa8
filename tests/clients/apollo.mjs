// Apollo Client: pages by relayStylePagination, optimistic answers, and caches that follow the answers of mutations.
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";
import { isObjectType } from "graphql";
import * as labels from "./labels.mjs";
import { schema } from "./schema.mjs";
import { expect, finish, headers, url } from "./service.mjs";

const node = schema.getType("Node");
const possibleTypes = { Node: schema.getPossibleTypes(node).map((type) => type.name) };
const parts = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !("id" in type.getFields()));
const lists = Object.fromEntries(["tags", "persons", "faceClusters"].map((name) => [name, { merge: false }]));
const typePolicies = { Query: { fields: { photos: relayStylePagination(["filter", "orderBy"]), ...lists } } };
for (const part of parts) typePolicies[part.name] ??= { merge: false };
const cache = new InMemoryCache({ possibleTypes, typePolicies });
const sent = [];
const counting = new ApolloLink((operation, forward) => {
  sent.push(operation.operationName);
  return forward(operation);
});
const client = new ApolloClient({ cache, link: ApolloLink.from([counting, new HttpLink({ uri: url, headers })]) });

const PHOTOS = gql(labels.PHOTOS);
const page = async (after) => (await client.query({ query: PHOTOS, variables: { first: 20, after }, fetchPolicy: "network-only" })).data;
let { pageInfo } = (await page(null)).photos;
let count = 1;
for (; pageInfo.hasNextPage; count += 1) ({ pageInfo } = (await page(pageInfo.endCursor)).photos);
const read = (query, variables = {}) => cache.readQuery({ query: gql(query), variables, optimistic: true });
const edges = () => read(labels.PHOTOS, { first: 20 }).photos.edges;
const ids = edges().map((edge) => edge.node.id);
expect(count > 2 && new Set(ids).size === ids.length && ids.length > 40, `relayStylePagination over ${count} pages`, ids.length);

for (const query of [labels.TAGS, labels.PERSONS, labels.CLUSTERS]) await client.query({ query: gql(query) });
const asked = sent.length;
const first = ids[2];
const shown = (id = first) => edges().map((edge) => edge.node).find((each) => each.id === id);
const tag = (name) => read(labels.TAGS).tags.nodes.find((each) => each.name === name);
let changes = 0;
async function change(mutation, variables, optimisticResponse) {
  changes += 1;
  const { data, error } = await client.mutate({ mutation: gql(mutation), variables, optimisticResponse });
  if (error) throw error;
  return data;
}

/** The answer that is expected stands in the cache at once, and what the service says replaces it. */
async function optimistic(mutation, field, variables, photo, holds) {
  const guess = { [field]: { __typename: "BulkResult", change: null, photos: [{ __typename: "Photo", id: first, ...photo }] } };
  const answer = change(mutation, variables, guess);
  expect(holds(), `${field} does not show at once`, shown());
  await answer;
  expect(holds(), `${field} does not stay`, shown());
}
await optimistic(labels.RATE, "ratePhotos", { photos: [first], rating: 3 }, { rating: 3 }, () => shown().rating === 3);
const favourite = { photos: [first], favourite: true };
await optimistic(labels.FAVOURITE, "favouritePhotos", favourite, { favourite: true }, () => shown().favourite);
const words = { title: "A lake", caption: "At noon" };
const described = () => shown().title === "A lake" && shown().caption === "At noon";
await optimistic(labels.DESCRIBE, "describePhotos", { photos: [first], ...words }, words, described);
const wrong = change(labels.RATE, { photos: [first], rating: 99 }, {
  ratePhotos: { __typename: "BulkResult", change: null, photos: [{ __typename: "Photo", id: first, rating: 99 }] },
});
expect(shown().rating === 99, "an optimistic rating does not show");
await wrong.then(() => expect(false, "a rating of 99 is accepted"), () => undefined);
expect(shown().rating === 3, "the rating is not taken back after an error", shown());

await change(labels.CREATE_TAG, { name: "Apollo" });
expect(tag("Apollo")?.photoCount === 0, "the list of tags after createTag", read(labels.TAGS));
await change(labels.TAG, { photos: [first], tags: ["Apollo"] });
const names = () => shown().tags.map((each) => each.tag.name);
expect(names().includes("Apollo") && tag("Apollo").photoCount === 1, "tagPhotos", [shown(), tag("Apollo")]);
await change(labels.RENAME_TAG, { id: tag("Apollo").id, name: "Lyra" });
expect(names().includes("Lyra"), "renameTag", shown());
await change(labels.UNTAG, { photos: [first], tags: ["Lyra"] });
expect(!names().includes("Lyra") && tag("Lyra").photoCount === 0, "untagPhotos", shown());
await change(labels.DELETE_TAG, { id: tag("Lyra").id });
expect(tag("Lyra") === undefined, "the list of tags after deleteTag", read(labels.TAGS));
const cluster = read(labels.CLUSTERS).faceClusters.nodes[0];
await change(labels.NAME_CLUSTER, { cluster: cluster.id, person: "Gina" });
const clusters = read(labels.CLUSTERS).faceClusters.nodes;
expect(!clusters.some((each) => each.id === cluster.id), "the clusters after nameCluster", clusters);
const seen = shown(cluster.faces.nodes[0].photo.id);
expect(seen.persons.some((each) => each.name === "Gina"), "the persons of a photo after nameCluster", seen);

expect(sent.length === asked + changes, "queries were sent again", sent);
finish(`${count} pages, ${changes} mutations, no query again`);
