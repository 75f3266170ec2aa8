// What a frontend in Relay asks and changes. relay-compiler reads these documents; nothing runs this file.
export const documents = (graphql) => {
  graphql`
    query StoreListsQuery {
      tags(first: 50) @connection(key: "Store_tags") { edges { node { id name path photoCount } } }
      persons(first: 50) @connection(key: "Store_persons") { edges { node { id name photoCount faceCount } } }
      faceClusters(first: 50) @connection(key: "Store_faceClusters") {
        edges { node { id size faces(first: 20) { nodes { id person { id } photo { id } } } } }
      }
      reviewQueue(first: 50) @connection(key: "Store_reviewQueue") { edges { node { id label kind } } }
    }
  `;
  graphql`
    query StorePhotosQuery {
      photos(first: 20) @connection(key: "Store_photos") {
        edges { node { ...Store_photo @relay(mask: false) } }
      }
    }
  `;
  graphql`
    fragment Store_photo on Photo {
      id rating favourite title caption tags { tag { id name } source } persons { id name }
    }
  `;
  graphql`
    mutation StoreCreateTagMutation($name: String!, $connections: [ID!]!) {
      createTag(name: $name) @appendNode(connections: $connections, edgeTypeName: "TagEdge") { id name path photoCount }
    }
  `;
  graphql`
    mutation StoreRenameTagMutation($id: ID!, $name: String!) { renameTag(id: $id, name: $name) { id name path } }
  `;
  graphql`
    mutation StoreDeleteTagMutation($id: ID!, $connections: [ID!]!) {
      deleteTag(id: $id)
      deletedIds @deleteEdge(connections: $connections) @deleteRecord
    }
  `;
  graphql`
    query StoreAlbumsQuery {
      albums(first: 50) @connection(key: "Store_albums") { edges { node { id name photoCount } } }
    }
  `;
  graphql`
    mutation StoreCreateAlbumMutation($name: String!, $photos: [ID!], $connections: [ID!]!) {
      createAlbum(name: $name, photos: $photos) {
        album @appendNode(connections: $connections, edgeTypeName: "AlbumEdge") { id name photoCount }
      }
    }
  `;
  graphql`
    mutation StoreRemoveFromAlbumMutation($album: ID!, $photos: [ID!]!) {
      removeFromAlbum(album: $album, photos: $photos) { album { id photoCount } }
    }
  `;
  graphql`
    mutation StoreDeleteAlbumMutation($album: ID!, $connections: [ID!]!) {
      deleteAlbum(album: $album) { deletedIds @deleteEdge(connections: $connections) @deleteRecord }
    }
  `;
  graphql`
    mutation StoreCreatePersonMutation($name: String!, $connections: [ID!]!) {
      createPerson(name: $name) @prependNode(connections: $connections, edgeTypeName: "PersonEdge") {
        id name photoCount faceCount
      }
    }
  `;
  graphql`
    mutation StoreLabelMutation($photos: [ID!]!, $tags: [String!]!, $rating: Int, $title: String) {
      tagPhotos(photos: $photos, tags: $tags) { tags { id photoCount } }
      ratePhotos(photos: $photos, rating: $rating) { changed }
      favouritePhotos(photos: $photos, favourite: true) { changed }
      describePhotos(photos: $photos, title: $title) { photos { ...Store_photo @relay(mask: false) } }
    }
  `;
  graphql`
    mutation StoreUntagMutation($photos: [ID!]!, $tags: [String!]!) {
      untagPhotos(photos: $photos, tags: $tags) {
        photos { ...Store_photo @relay(mask: false) }
        tags { id photoCount }
      }
    }
  `;
  graphql`
    mutation StoreNameClusterMutation($cluster: ID!, $person: String!, $connections: [ID!]!) {
      nameCluster(cluster: $cluster, person: $person) {
        deletedIds @deleteEdge(connections: $connections) @deleteRecord
        persons { id name photoCount faceCount }
        faces { id person { id name } photo { id persons { id name } } }
      }
    }
  `;
  graphql`
    mutation StoreConfirmMutation($items: [ID!]!, $connections: [ID!]!) {
      confirm(items: $items) {
        deletedIds @deleteEdge(connections: $connections) @deleteRecord
        photos { ...Store_photo @relay(mask: false) }
        tags { id photoCount }
      }
    }
  `;
  graphql`
    mutation StoreSkipMutation($items: [ID!]!, $connections: [ID!]!) {
      skip(items: $items) { deletedIds @deleteEdge(connections: $connections) @deleteRecord }
    }
  `;
};
