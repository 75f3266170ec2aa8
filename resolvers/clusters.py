"""Clusters: faces that have no name and seem to be of one person."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.model import faces as face_model
from resolvers import ids
from resolvers.changes import BulkResult
from resolvers.connections import After, Before, Connection, First, Last, Node, connection, given, page_sizes
from resolvers.context import Info
from resolvers.faces import FaceConnection, IdOrName, PersonSuggestion, face_page, suggestions
from resolvers.jobs import Job
from resolvers.permissions import CanEdit, CanView, IsOwner
from resolvers.waiting import FROM_LOADERS


@strawberry.type(
    description="Faces without a name that seem to be of one person. A cluster is a proposal: the next clustering may "
    "change it and its id."
)
class FaceCluster(Node):
    own: strawberry.Private[face_model.FaceCluster]
    size: int = strawberry.field(description="The number of faces in the cluster that still have no name.")

    @strawberry.field(description="The faces of the cluster that still have no name, best quality first.")
    async def faces(
        self, info: Info, first: First = UNSET, after: After = UNSET, last: Last = UNSET, before: Before = UNSET
    ) -> FaceConnection:
        async def count() -> int:
            return self.own.size

        return await face_page(info, face_model.FaceFilter(cluster_id=self.own.id), count, first, after, last, before)

    @strawberry.field(
        description="The persons that the cluster resembles, by the mean score over its faces, best first, without "
        "hidden persons.",
        metadata=FROM_LOADERS,
    )
    async def suggestions(self, info: Info) -> list[PersonSuggestion]:
        return suggestions(info, await info.context.loaders.similar_persons.load(self.own.id))

    @classmethod
    def of(cls, cluster: face_model.FaceCluster) -> FaceCluster:
        return cls(own=cluster, id=ids.encode("FaceCluster", cluster.id), size=cluster.size)


async def load_cluster(info: Info, id: str) -> FaceCluster | None:
    cluster = await info.context.loaders.clusters.load(id)
    return FaceCluster.of(cluster) if cluster is not None else None


@strawberry.type
class ClusterQueries:
    @strawberry.field(permission_classes=[CanView], description="The clusters of faces without a name, largest first.")
    async def face_clusters(
        self,
        info: Info,
        min_size: Annotated[
            int, strawberry.argument(description="The smallest number of faces of a cluster to return, at least 1.")
        ] = 3,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[FaceCluster]:
        faces, (first, last) = info.context.services.faces, page_sizes(first, last)
        return connection(await faces.clusters(min_size, first, given(after), last, given(before)), FaceCluster.of)


@strawberry.type
class ClusterMutations:
    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Assigns the faces of a cluster to a person. Faces that were rejected for the person are skipped. "
        "The result counts faces. Fails with NOT_FOUND if the cluster or the person is not known, or if no face of the "
        "cluster is without a name, and with BAD_INPUT if several persons have the name.",
    )
    async def name_cluster(
        self,
        info: Info,
        cluster_id: Annotated[strawberry.ID, strawberry.argument(name="cluster", description="The id of the cluster.")],
        person: IdOrName,
    ) -> BulkResult:
        assignment, viewer = info.context.services.assignment, info.context.known_viewer
        cluster, ref = ids.decode("FaceCluster", cluster_id), ids.ref("Person", person)
        return BulkResult.of(await assignment.name_cluster(cluster, ref, by=viewer.name))

    @strawberry.mutation(
        permission_classes=[CanEdit],
        description="Ignores the faces of a cluster, such as those of a stranger. Faces that resemble them, also "
        "in new photos, are then ignored by the model. The result counts faces. Fails with NOT_FOUND if the cluster is "
        "not known, or if no face of it is without a name.",
    )
    async def ignore_cluster(
        self,
        info: Info,
        cluster_id: Annotated[strawberry.ID, strawberry.argument(name="cluster", description="The id of the cluster.")],
    ) -> BulkResult:
        assignment, viewer = info.context.services.assignment, info.context.known_viewer
        return BulkResult.of(await assignment.ignore_cluster(ids.decode("FaceCluster", cluster_id), by=viewer.name))


@strawberry.type
class ClusterJobMutations:
    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Starts a job that groups all faces without a name from the beginning. Assignments by persons "
        "stay. It is rarely needed, because new faces join clusters and persons by themselves. "
        "Requires the role OWNER.",
    )
    async def cluster_faces(self, info: Info) -> Job:
        return Job.of(await info.context.services.face_triggers.group())
