"""What a viewer may ask whose token shows only some of the photos.

The services of such a viewer know nothing else (``photos_graph/facade.py:Services.in_scope``). A field is listed here
once it is known to ask nothing but them. Every other field fails with FORBIDDEN for such a viewer, so that a new field
tells nothing before somebody has thought about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, default_field_resolver

from photos_graph.errors import Forbidden, Unauthenticated
from resolvers.context import Context

BEYOND = "beyond_scope"  # marks a field that is not listed, in its extensions

_PAGE = "edges nodes pageInfo totalCount"
_EDGE = "cursor node"

KEPT: Mapping[str, frozenset[str]] = {
    type_: frozenset(fields.split())
    for type_, fields in {
        "Query": "library folder folders photo photos photosAround timeline geo places explainFilter search suggest "
        "tag tags album albums person persons faces faceClusters trips similarGroups viewer node nodes query",
        "Subscription": "photoChanges",
        "Library": "photoCount folderCount faceCount",
        "Viewer": "name role mayOpenOriginals",
        "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
        "Photo": "id name width height format byteSize contentHash pictureHash takenAt takenOffset takenPrecision "
        "takenSource location camera rating favourite title caption statedByPeople creator copyright software people "
        "placeNames exposure placeholder files places tags persons albums faces similar stack thumbnail original "
        "originalUrl motion cursor",
        "PhotoFile": "path byteSize modifiedAt state contentHash folder",
        "Location": "latitude longitude altitude",
        "Camera": "make model lens",
        "Exposure": "iso aperture seconds focalLength",
        "PlaceNames": "sublocation city region country",
        "PhotoConnection": "pageInfo totalCount facets nodes edges",
        "PhotoEdge": "cursor node matches",
        "Match": "kind label via",
        "Facets": "tags persons personGroups albums years undated places",
        "TagFacet": "tag count",
        "PersonFacet": "person count",
        "PersonGroupFacet": "name count",
        "AlbumFacet": "album count",
        "PlaceFacet": "place count",
        "YearFacet": "year count",
        "TimelineBucket": "start count offset cursor cover photos",
        "GeoCluster": "key latitude longitude count box cover",
        "GeoBox": "north south east west",
        "Folder": "id name path parent folders hasChildren ancestors cover photos photoCount tags",
        "FolderConnection": _PAGE,
        "FolderEdge": _EDGE,
        "FolderTag": "tag recursive from",
        # Thresholds and trust follow from all photos.
        "Tag": "id name path parent children tags hasChildren ancestors photoCount photos",
        "TagConnection": _PAGE,
        "TagEdge": _EDGE,
        "PhotoTag": "tag source from score at",
        # A note may tell of others.
        "Person": "id name isMe hidden birthday groups photoCount firstSeen lastSeen faceCount cover faces photos",
        "PersonConnection": _PAGE,
        "PersonEdge": _EDGE,
        # The persons whom a face or a cluster resembles follow from all faces.
        "Face": "id box confidence quality source ignored ignoredBy photo person age thumbnail",
        "FaceConnection": _PAGE,
        "FaceEdge": _EDGE,
        "FaceCluster": "id size faces",
        "FaceClusterConnection": _PAGE,
        "FaceClusterEdge": _EDGE,
        "Box": "x y width height",
        "Place": "id name kind path parent children position photoCount cover photos",
        "PlaceConnection": _PAGE,
        "PlaceEdge": _EDGE,
        # The text and the filter of a smart album name others, and it changes with photos that are not shown.
        "Album": "id name description isSmart orderBy createdAt createdBy photoCount cover startDate endDate photos",
        "AlbumConnection": _PAGE,
        "AlbumEdge": _EDGE,
        "Stack": "id kind cover photos",
        "Trip": "id kind name isRenamed start end photoCount cover places photos",
        "TripConnection": _PAGE,
        "TripEdge": _EDGE,
        "SimilarGroup": "id kind photos files best bestBecause differences",
        "SimilarGroupConnection": _PAGE,
        "SimilarGroupEdge": _EDGE,
        "SearchResult": "terms unmatched photos filter termsWithoutFilter emptiedBy",
        "SearchTerm": "text kind label negated alternatives count",
        "EmptyingCondition": "terms count photos",
        "FilterExplanation": "text isSearchable terms",
        "Suggestion": "id kind label count filter text parts node",
        "LabelPart": "text isMatched",
        "PhotoChange": "addedCount deletedCount isComplete added deletedIds query",
    }.items()
}

# The kinds of objects that a global id may find; the others do not exist for such a viewer.
KINDS = frozenset(
    {
        "Photo",
        "Folder",
        "Tag",
        "Person",
        "Place",
        "Face",
        "FaceCluster",
        "Stack",
        "Trip",
        "SimilarGroup",
        "Album",
        "Suggestion",
    }
)


def keep_to_scopes(schema: GraphQLSchema) -> None:
    """Makes every field that is not listed fail for viewers who see only some of the photos."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            listed = KEPT.get(type_.name, frozenset())
            for name, field in type_.fields.items():
                if name not in listed:
                    _guard(field)


def is_beyond(field: GraphQLField, context: Context) -> bool:
    """Whether the viewer may not ask for a field, or cannot be told apart any more."""
    try:
        return BEYOND in field.extensions and context.scope is not None
    except Unauthenticated:
        return True


def _guard(field: GraphQLField) -> None:
    field.extensions[BEYOND] = True
    field.resolve = _checked(field.resolve or default_field_resolver)
    if field.subscribe is not None:
        field.subscribe = _checked(field.subscribe)


def _checked(resolve: Any) -> Any:
    @wraps(resolve)
    def checked(source: Any, info: Any, **arguments: Any) -> Any:
        context = info.context
        if isinstance(context, Context) and context.scope is not None:
            raise Forbidden("Your token shows only some of the photos, and this would tell of others.")
        return resolve(source, info, **arguments)

    return checked
