"""Photos on a map, and the places where they were taken."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.search.geo import Edges
from photos_graph.search.map_clusters import MAX_ZOOM, MOST_CLUSTERS, MapCluster
from resolvers import ids
from resolvers.connections import After, Before, Connection, First, Last, connection, given, page_sizes, still_there
from resolvers.context import Info
from resolvers.enums import PlaceKind, Stacks
from resolvers.filters import BoxFilter, PhotoFilter, decode_box, decode_filter
from resolvers.limits import counted
from resolvers.pages import StacksArgument
from resolvers.permissions import CanView
from resolvers.photos import Photo, load_photo
from resolvers.places import Place


@strawberry.type(description="A box of degrees (WGS 84), as `BoxFilter` takes it.")
class GeoBox:
    north: float = strawberry.field(description="The latitude of the northern edge.")
    south: float = strawberry.field(description="The latitude of the southern edge.")
    east: float = strawberry.field(description="The longitude of the eastern edge.")
    west: float = strawberry.field(description="The longitude of the western edge.")

    @classmethod
    def of(cls, edges: Edges) -> GeoBox:
        return cls(north=edges.north, south=edges.south, east=edges.east, west=edges.west)


@strawberry.type(description="The photos in one cell of the grid of a map.")
class GeoCluster:
    cover_id: strawberry.Private[str]
    key: str = strawberry.field(
        description="The quadkey of the cell, which tells the clusters of an answer apart and stays the same while the "
        "map is moved. It is not a global id: with another filter, the same cell has other photos."
    )
    latitude: float = strawberry.field(description="The mean latitude of the photos.")
    longitude: float = strawberry.field(description="The mean longitude of the photos.")
    count: int = strawberry.field(description="The number of photos.")
    box: GeoBox = strawberry.field(
        description="The smallest box with all of the photos. Together with the filter, the box finds exactly these."
    )

    @strawberry.field(description="A photo to show for the cluster: the most recent one.")
    async def cover(self, info: Info) -> Photo:
        return still_there(await load_photo(info, self.cover_id))

    @classmethod
    def of(cls, cluster: MapCluster) -> GeoCluster:
        return cls(
            cover_id=cluster.cover_id,
            key=cluster.key,
            latitude=cluster.latitude,
            longitude=cluster.longitude,
            count=cluster.count,
            box=GeoBox.of(cluster.box),
        )


@strawberry.type
class MapQueries:
    @strawberry.field(
        permission_classes=[CanView],
        description="Groups the photos with a position by the cells of a grid, so that a map can show them at any "
        "zoom. Each tile of a map in Web Mercator has 4 by 4 cells, whose borders depend on the zoom alone. Fails like "
        "`photos`, with BAD_INPUT if the bounds or the zoom do not exist, and with TOO_COMPLEX for more than "
        f"{MOST_CLUSTERS:,} clusters.",
    )
    async def geo(
        self,
        info: Info,
        bounds: Annotated[
            BoxFilter,
            strawberry.argument(
                description="The part of the map that is shown. If its west is greater than its east, it crosses the "
                "antimeridian."
            ),
        ],
        zoom: Annotated[
            int,
            strawberry.argument(
                description=f"The zoom of the map, from 0, where one tile has the whole world, to {MAX_ZOOM}."
            ),
        ],
        filter: Annotated[
            PhotoFilter | None,
            strawberry.argument(description="Which photos to show. All photos are shown by default."),
        ] = UNSET,
        stacks: StacksArgument = Stacks.COLLAPSED,
        whole_cells: Annotated[
            bool,
            strawberry.argument(
                description="Whether a cell that the bounds cut has all of its photos, also those outside the bounds. "
                "A cluster at the edge then stays the same while the map is moved."
            ),
        ] = False,
    ) -> list[GeoCluster]:
        places, box, wanted = info.context.services.places, decode_box(bounds).edges, decode_filter(filter)
        await info.context.services.questions.of_filter(wanted)
        found = counted(info, lambda: places.clusters(wanted, box, zoom, stacks, whole_cells))
        return [GeoCluster.of(cluster) for cluster in found]

    @strawberry.field(
        permission_classes=[CanView],
        description="Returns the places with photos, by name: the countries, or the places that meet the conditions "
        "which are given. Fails with NOT_FOUND if the parent is not known.",
    )
    def places(
        self,
        info: Info,
        name: Annotated[
            str | None,
            strawberry.argument(
                description="Returns only places, of all levels, in whose names words begin with these, and those "
                "with this name in another language of searches. Case and accents do not matter."
            ),
        ] = UNSET,
        parent: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Returns only the places directly within the place with this id."),
        ] = UNSET,
        kind: Annotated[
            PlaceKind | None, strawberry.argument(description="Returns only places of this level.")
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Place] | None:
        parent_id, (first, last) = ids.decode_given("Place", parent), page_sizes(first, last)
        places = info.context.services.places
        page = places.page(given(name), parent_id, given(kind), first, given(after), last, given(before))
        return connection(page, Place.of)
