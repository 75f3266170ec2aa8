// Names that fields propose for what was typed: tags, persons and albums, each as [{label, hint, picture, value}].
import { ask, count } from "./page.js"

const MOST = 8

/** Resolves to tags, the largest first. */
export async function findTags(text) {
  const { tags } = await ask("tags", "Tags", { text, first: MOST, orderBy: "PHOTO_COUNT" })
  return tags.edges.map(({ node }) => ({ label: node.path, hint: count(node.photoCount, "photo"), value: node.id }))
}

/** Resolves to persons whose names have words that begin so. */
export async function findPersons(text) {
  const { persons } = await ask("people", "People", { text, first: MOST, counting: false })
  return persons.edges.map(({ node }) => ({
    label: node.name,
    hint: node.note || (node.isMe ? "me" : count(node.photoCount, "photo")),
    picture: node.cover?.thumbnail,
    value: node.id,
  }))
}

/** Resolves to albums into which photos can be put. */
export async function findAlbums(text) {
  const { albums } = await ask("albums", "Albums", { opening: false, text, first: MOST })
  return albums.edges
    .filter(({ node }) => !node.isSmart)
    .map(({ node }) => ({ label: node.name, hint: count(node.photoCount, "photo"), value: node.id }))
}
