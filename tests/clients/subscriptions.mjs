// graphql-ws: a second window follows changes of labels, and a job until its end.
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { ask, expect, finish, headers, socketUrl } from "./service.mjs";

const options = { url: socketUrl, webSocketImpl: WebSocket, connectionParams: { Authorization: headers.authorization } };
const window = createClient({ ...options, retryAttempts: 3 });
const changes = window.iterate({
  query: `subscription { changes { id kind summary changed by undone deletedIds
    photos(first: 10) { id rating tags { tag { id name } } } tags { id name photoCount } persons { id name } } }`,
});
const next = async () => {
  const { value } = await changes.next();
  if (value.errors) throw new Error(JSON.stringify(value.errors));
  return value.data.changes;
};
const until = async (id) => {
  for (let told = await next(); ; told = await next()) if (told.id === id) return told;
};

const [photo] = (await ask("{ photos(first: 1) { nodes { id } } }")).photos.nodes;
let begun = false;
const first = next().then(() => (begun = true)); // the subscription begins with the first wait for it
const rate = "mutation ($p: [ID!]!, $r: Int) { ratePhotos(photos: $p, rating: $r) { change } }";
for (let rating = 1; !begun; rating = (rating % 5) + 1) {
  await ask(rate, { p: [photo.id], r: rating });
  await Promise.race([first, new Promise((done) => setTimeout(done, 200))]);
}
const tag = "mutation ($p: [ID!]!) { tagPhotos(photos: $p, tags: [\"Window\"]) { change tags { id } } }";
const { tagPhotos } = await ask(tag, { p: [photo.id] });
const told = await until(tagPhotos.change);
const shows = told.photos[0]?.tags.some((each) => each.tag.name === "Window");
expect(told.id === tagPhotos.change && told.kind === "TAG_PHOTOS" && shows, "the change of tagPhotos", told);

const undo = "mutation ($c: ID!) { undo(change: $c) { change } }";
const undone = await ask(undo, { c: tagPhotos.change });
const second = await until(undone.undo.change);
const gone = second.photos[0]?.tags.every((each) => each.tag.name !== "Window");
expect(second.id === undone.undo.change && gone, "the change of undo", second);

const { createPerson } = await ask('mutation { createPerson(name: "Ines") { id change } }');
expect((await next()).persons[0]?.id === createPerson.id, "the change of createPerson");
await ask("mutation ($p: ID!) { deletePerson(id: $p) }", { p: createPerson.id });
expect((await next()).deletedIds[0] === createPerson.id, "the change of deletePerson");
await changes.return();

const { clusterFaces } = await ask("mutation { clusterFaces { id } }");
const states = [];
const job = window.iterate({
  query: "subscription ($j: ID!) { job(id: $j) { id state done total } }",
  variables: { j: clusterFaces.id },
});
for await (const { data, errors } of job) {
  expect(errors === undefined, "the job sends an error", errors);
  states.push(data.job.state);
}
expect(["SUCCEEDED", "FAILED"].includes(states.at(-1)), "the job completes with its end", states);
await window.dispose();
finish(`4 changes and ${states.length} states of a job`);
