// Mutations of a frontend in Relay: after each, the store shows what changed, and nothing is asked again.
import runtime from "relay-runtime";
import { expect } from "../service.mjs";
import { asked, committed, environment, shown } from "./environment.mjs";

const { ConnectionHandler, ROOT_ID } = runtime;

export async function mutations(artifact) {
  const { relay, sent } = environment();
  const [lists, photos] = [artifact("StoreListsQuery"), artifact("StorePhotosQuery")];
  await asked(relay, lists, {});
  await asked(relay, photos, {});
  const list = (name) => shown(relay, lists, {})[name].edges.map((edge) => edge.node);
  const photo = (id) => shown(relay, photos, {}).photos.edges.map((edge) => edge.node).find((node) => node.id === id);
  const change = (name, variables, ...connections) => {
    const ids = connections.map((key) => ConnectionHandler.getConnectionID(ROOT_ID, key));
    return committed(relay, artifact(`Store${name}Mutation`), { ...variables, connections: ids });
  };
  const named = (name) => list("tags").find((tag) => tag.name === name);
  const first = shown(relay, photos, {}).photos.edges[0].node.id;
  const tagged = () => photo(first).tags.map(({ tag }) => tag.name);

  await change("CreateTag", { name: "Relay" }, "Store_tags");
  expect(named("Relay")?.photoCount === 0, "@appendNode after createTag", list("tags"));
  await change("CreatePerson", { name: "Dora" }, "Store_persons");
  expect(list("persons")[0].name === "Dora", "@prependNode after createPerson", list("persons"));

  await change("Label", { photos: [first], tags: ["Relay"], rating: 5, title: "A quay" });
  const { rating, favourite, title } = photo(first);
  expect(rating === 5 && favourite && title === "A quay" && tagged().includes("Relay"), "labels of a photo", photo(first));
  expect(named("Relay").photoCount === 1, "the number of photos of a tag after tagPhotos", named("Relay"));
  await change("RenameTag", { id: named("Relay").id, name: "Railway" });
  expect(named("Railway")?.path === "Railway" && tagged().includes("Railway"), "renameTag", list("tags"));
  await change("Untag", { photos: [first], tags: ["Railway"] });
  expect(!tagged().includes("Railway") && named("Railway").photoCount === 0, "untagPhotos", photo(first));
  await change("DeleteTag", { id: named("Railway").id }, "Store_tags");
  expect(named("Railway") === undefined, "@deleteEdge after deleteTag", list("tags"));

  const cluster = list("faceClusters")[0];
  const faces = cluster.faces.nodes;
  await change("NameCluster", { cluster: cluster.id, person: "Emil" }, "Store_faceClusters");
  expect(!list("faceClusters").some((each) => each.id === cluster.id), "@deleteEdge after nameCluster", list("faceClusters"));
  const seen = faces.map((face) => photo(face.photo.id)).filter(Boolean);
  const shows = seen.every((each) => each.persons.some((person) => person.name === "Emil"));
  expect(seen.length > 0 && shows, "the persons of the photos after nameCluster", seen);

  const question = list("reviewQueue").find((item) => item.kind === "TAGS");
  await change("Confirm", { items: [question.id] }, "Store_reviewQueue");
  expect(!list("reviewQueue").some((each) => each.id === question.id), "@deleteEdge after confirm", list("reviewQueue"));
  const skipped = list("reviewQueue")[0];
  await change("Skip", { items: [skipped.id] }, "Store_reviewQueue");
  expect(!list("reviewQueue").some((each) => each.id === skipped.id), "@deleteEdge after skip", list("reviewQueue"));

  await asked(relay, artifact("StoreAlbumsQuery"), {});
  const albums = () => shown(relay, artifact("StoreAlbumsQuery"), {}).albums.edges.map((edge) => edge.node);
  const album = () => albums().find((each) => each.name === "Relay");
  await change("CreateAlbum", { name: "Relay", photos: [first] }, "Store_albums");
  expect(album()?.photoCount === 1, "@appendNode after createAlbum", albums());
  await change("RemoveFromAlbum", { album: album().id, photos: [first] });
  expect(album().photoCount === 0, "the number of photos after removeFromAlbum", album());
  await change("DeleteAlbum", { album: album().id }, "Store_albums");
  expect(album() === undefined, "@deleteEdge after deleteAlbum", albums());
  expect(sent.filter((name) => name.endsWith("Query")).length === 3, "a query was asked again", sent);
}
