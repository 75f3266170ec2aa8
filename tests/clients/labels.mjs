// What a frontend shows, and how it changes labels: the same documents for the clients that read GraphQL as text.
export const PHOTO = "id rating favourite title caption tags { tag { id name } source } persons { id name }";
export const PHOTOS = `query Photos($first: Int!, $after: String) {
  photos(first: $first, after: $after) {
    edges { cursor node { ${PHOTO} } }
    pageInfo { hasNextPage endCursor hasPreviousPage startCursor }
  }
}`;
export const TAGS = "query Tags { tags(first: 50) { nodes { id name path photoCount } } }";
export const PERSONS = "query Persons { persons(first: 50) { nodes { id name photoCount faceCount } } }";
export const CLUSTERS = "query Clusters { faceClusters(first: 50) { nodes { id size faces(first: 1) { nodes { id photo { id } } } } } }";

const answered = `photos { ${PHOTO} } tags { id name path photoCount }`;
export const TAG = `mutation Tag($photos: [ID!]!, $tags: [String!]!) {
  tagPhotos(photos: $photos, tags: $tags) { change ${answered} }
}`;
export const UNTAG = `mutation Untag($photos: [ID!]!, $tags: [String!]!) {
  untagPhotos(photos: $photos, tags: $tags) { change ${answered} }
}`;
export const RATE = `mutation Rate($photos: [ID!]!, $rating: Int) {
  ratePhotos(photos: $photos, rating: $rating) { change photos { id rating } }
}`;
export const FAVOURITE = `mutation Favourite($photos: [ID!]!, $favourite: Boolean!) {
  favouritePhotos(photos: $photos, favourite: $favourite) { change photos { id favourite } }
}`;
export const DESCRIBE = `mutation Describe($photos: [ID!]!, $title: String, $caption: String) {
  describePhotos(photos: $photos, title: $title, caption: $caption) { change photos { id title caption } }
}`;
export const RENAME_TAG = "mutation RenameTag($id: ID!, $name: String!) { renameTag(id: $id, name: $name) { id name path } }";
export const RENAME_PERSON = "mutation RenamePerson($id: ID!, $name: String!) { renamePerson(id: $id, name: $name) { id name } }";
// What a list gained or lost is in `query`, which is the root again.
export const CREATE_TAG = `mutation CreateTag($name: String!) {
  createTag(name: $name) { id }
  query { tags(first: 50) { nodes { id name path photoCount } } }
}`;
export const DELETE_TAG = `mutation DeleteTag($id: ID!) {
  deleteTag(id: $id)
  deletedIds
  query { tags(first: 50) { nodes { id name path photoCount } } }
}`;
export const NAME_CLUSTER = `mutation NameCluster($cluster: ID!, $person: String!) {
  nameCluster(cluster: $cluster, person: $person) {
    change
    faces { id person { id name } photo { id persons { id name } } }
    query {
      persons(first: 50) { nodes { id name photoCount faceCount } }
      faceClusters(first: 50) { nodes { id size faces(first: 1) { nodes { id photo { id } } } } }
    }
  }
}`;
export const ALL_PHOTOS = { first: 60 };
