"""The schema: printed, guarded, and true to the contract that clients rely on."""

from __future__ import annotations

import functools
import inspect
from pathlib import Path

import graphql
import pytest
from strawberry.permission import PermissionExtension
from strawberry.types.base import StrawberryOptional, get_object_definition

from photos_graph.model.access import Role
from photos_graph.settings import WebSettings
from photos_graph.web.graphiql import examples, ids
from resolvers.permissions import IsOwner, RolePermission
from resolvers.schema import NODES, Mutation, Query, Subscription, build_schema, print_sdl
from resolvers.warming import QUESTIONS
from tests.access_table import name_of, needed
from tests.kit.corpora import CORPORA

REPOSITORY = Path(__file__).resolve().parents[2]
CONTRACT = CORPORA.parent / "contract.graphql"
ADDITIONS = CORPORA.parent / "contract-2.graphql"  # what the contract gains, as extensions

CONTRACTED = "(x: Int! = 3, y: Int): Int"

ALBUM_MUTATIONS = (
    "createAlbum",
    "renameAlbum",
    "editAlbum",
    "addToAlbum",
    "removeFromAlbum",
    "moveInAlbum",
    "setAlbumCover",
    "deleteAlbum",
)
TOUCHED = ("photos", "faces", "folders", "tags", "persons", "albums", "trips", "deletedIds")  # what a change concerns

# Which the contract welcomes.
ADDED = {"Mutation.importDataset", "Model.reason", "Model.snapshot", "ReviewItem.label", "Query.schedules"} | {
    f"{type_}.{field}"
    for type_, fields in {
        "AccessToken": ("createdAt", "expiresAt", "id", "isConfigured", "name", "revokedAt", "role", "scope", "usedAt"),
        "NewTokenPayload": ("secret", "token"),
        "Job": ("dashboard",),
        "Session": (*("address", "createdAt", "device", "expiresAt", "id", "isCurrent", "origin", "token", "usedAt"),),
        "Schedule": ("kind", "cron", "nextAt", "corrections"),
        "Photo": ("people", "placeNames", "software", "statedByPeople", "cursor", "albums", "originalUrl"),
        "Viewer": ("mayOpenOriginals",),
        "Subscription": ("changes", "photoChanges"),
        "PhotoChange": ("addedCount", "deletedCount", "isComplete", "added", "deletedIds", "query"),
        "Mutation": (
            *("startRootRemoval", "backup", "revertToFile", "lastDeletion", "deletedIds", "query"),
            *("createAccessToken", "limitAccessToken", "revokeAccessToken", "endSession"),
            *("renameTrip", "tagTrip", "albumOfTrip", "findTrips"),
            *ALBUM_MUTATIONS,
        ),
        "Library": ("disks",),
        "Disk": ("keeps", "path", "free", "size", "reserved", "isLow"),
        "Root": ("contents",),
        "RootContents": (
            "photos",
            "folders",
            "taggedFolders",
            "tagged",
            "rated",
            "favourites",
            "faces",
            "named",
            "inAlbums",
        ),
        "Tag": ("path", "trust", "change", "tags", "hasChildren", "ancestors"),
        "Folder": ("hasChildren", "ancestors", "cover"),
        "TagFacet": ("trust",),
        "Facets": ("personGroups", "undated", "albums"),
        "TimelineBucket": ("offset", "cursor", "photos"),
        "PersonGroupFacet": ("name", "count"),
        "ReviewItem": ("trust",),
        "LabelMetrics": ("gained", "lost", "judgedPrecision", "judgedPrecisionBefore", "reason", "tag"),
        "Face": ("ignoredBy", "age", "change"),
        "Person": ("birthday", "note", "groups", "change", "firstSeen", "lastSeen"),
        "FolderTagProposal": ("change",),
        "AcceptedProposal": ("folder", "tag"),
        "PhotoFile": ("contentHash",),
        "TakenFilter": ("day",),
        "Place": ("id", "path", "parent", "children", "position", "photoCount", "cover", "photos"),
        "PlaceConnection": ("edges", "nodes", "pageInfo", "totalCount"),
        "PlaceEdge": ("cursor", "node"),
        "GeoCluster": ("key", "box"),
        "Suggestion": ("node", "filter", "text", "parts"),
        "LabelPart": ("text", "isMatched"),
        "GeoBox": ("north", "south", "east", "west"),
        "PhotoFilter": (
            "exposure",
            "looksLike",
            "unnamedFaces",
            "shape",
            "raw",
            "screenshot",
            "edited",
            "duplicates",
            "added",
            "albums",
            "inNoAlbum",
            "excludedTags",
        ),
        "AddedFilter": ("after", "before"),
        "ExposureFilter": ("iso", "aperture", "seconds", "focalLength"),
        "FloatRange": ("min", "max"),
        "BulkResult": ("kept", "isComplete", "query", *TOUCHED),
        "ChangeRecord": TOUCHED,
        "SearchResult": ("emptiedBy", "filter", "termsWithoutFilter"),
        "Query": (
            "explainFilter",
            "nodes",
            "places",
            "query",
            "folders",
            "album",
            "outcome",
            "accessTokens",
            "sessions",
        ),
        "SimilarGroup": ("id", "kind", "files", "bestBecause", "differences"),
        "SimilarGroupConnection": ("edges", "nodes", "pageInfo", "totalCount"),
        "SimilarGroupEdge": ("cursor", "node"),
        "Trip": ("kind", "isRenamed", "places", "change"),
        "TripConnection": ("edges", "nodes", "pageInfo", "totalCount"),
        "TripEdge": ("cursor", "node"),
        "Album": (
            "createdAt",
            "createdBy",
            "description",
            "endDate",
            "isSmart",
            "orderBy",
            "startDate",
            "text",
            "updatedAt",
        ),
        "AlbumConnection": ("edges", "nodes", "pageInfo", "totalCount"),
        "AlbumEdge": ("cursor", "node"),
        "AlbumFacet": ("album", "count"),
        "AlbumPayload": ("album", "matched", "changed", "change", "kept", "isComplete", "query", *TOUCHED),
        "FilterExplanation": ("text", "isSearchable", "terms"),
        "EmptyingCondition": ("terms", "count", "photos"),
        "ReviewItemConnection": ("reason",),
        "PlaceNames": ("sublocation", "city", "region", "country"),
        "ReplacementConnection": ("edges", "nodes", "pageInfo", "totalCount"),
        "ReplacementEdge": ("cursor", "node"),
        "ChangeRecordConnection": ("edges", "nodes", "pageInfo", "totalCount"),
        "ChangeRecordEdge": ("cursor", "node"),
    }.items()
    for field in fields
}

# What says or accepts more than the contract: null gives a threshold back to the models, what pictures show and albums
# are kinds of their own, and so are the jobs that find trips, complete changes and write back-ups; so is an order.
WIDER = {"Mutation.setThreshold", "MatchKind.LOOKS_LIKE", "MatchKind.ALBUM", "PhotoOrder.ALBUM"} | {
    f"JobKind.{kind}" for kind in ("TRIPS", "FINISH_CHANGE", "BACKUP", "REMOVE_ROOT")
}

# Which were promised as never null before this rule.
PROMISED_AT_ONCE = {"photosAround", "nodes", "geo", "suggest", "similarGroups", "albums", "trips"}

Composite = graphql.GraphQLObjectType | graphql.GraphQLInterfaceType | graphql.GraphQLInputObjectType

PROMISED = {
    "Query": "library folder photo photos timeline search tag tags person persons faces faceClusters node job jobs "
    "viewer reviewQueue models",
    "Mutation": "addRoot removeRoot scan cancelJob retryFailures ratePhotos favouritePhotos createTag renameTag "
    "moveTag mergeTags deleteTag tagPhotos untagPhotos tagFolder untagFolder tagFoldersByName undo "
    "createPerson renamePerson updatePerson mergePersons deletePerson nameCluster assignFaces rejectFaces ignoreFaces "
    "addFace exportDataset train activateModel confirm reject setThreshold setSchedule",
    "Model": "id kind version state trainedAt labels examples metrics perLabel",
    "ModelMetrics": "heldOut precision recall f1 averagePrecision",
    "LabelMetrics": "label examples precision recall threshold",
    "ReviewItem": "id kind photo face tag person score reason",
    "Subscription": "job jobs",
    "Library": "roots photoCount fileCount folderCount faceCount failures passedOver formats",
    "Folder": "id name path parent folders photos photoCount tags",
    "FolderTag": "tag recursive from",
    "Photo": "id name files width height format byteSize contentHash takenAt takenOffset takenSource location places "
    "camera rating favourite placeholder thumbnail original tags faces persons similar",
    "PhotoTag": "tag source from score model at",
    "PhotoFilter": "and or not tags persons folder places taken near box rating favourite faceCount untagged camera "
    "text certainty",
    "PhotoConnection": "edges nodes pageInfo totalCount facets",
    "PhotoEdge": "cursor node matches",
    "Match": "kind label via",
    "Facets": "tags persons years places",
    "Tag": "id name parent children photoCount photos threshold",
    "Person": "id name isMe hidden photoCount faceCount cover faces photos",
    "Face": "id photo box confidence quality person source suggestions ignored thumbnail",
    "Box": "x y width height",
    "BoxInput": "x y width height",
    "PersonSuggestion": "person score",
    "FaceFilter": "photo person unassigned ignored minQuality",
    "FaceCluster": "id size faces suggestions",
    "FaceConnection": "edges nodes pageInfo totalCount",
    "SearchResult": "terms unmatched photos",
    "SearchTerm": "text kind label negated alternatives count",
    "BulkResult": "matched changed change",
    "FolderTagProposal": "folder tag photoCount applied",
    "Job": "id kind state done total message createdAt startedAt finishedAt failures",
}


@functools.cache
def declared() -> graphql.GraphQLSchema:
    return graphql.build_schema(print_sdl())


def permissions(root: type) -> dict[str, list[RolePermission]]:
    """Each field of a root type with what guards it."""
    definition = get_object_definition(root, strict=True)
    return {
        field.python_name: [
            guard
            for extension in field.extensions
            if isinstance(extension, PermissionExtension)
            for guard in extension.permissions
            if isinstance(guard, RolePermission)
        ]
        for field in definition.fields
    }


@pytest.mark.parametrize("root", [Query, Mutation, Subscription])
def test_every_field_that_changes_or_reveals_is_guarded(root: type) -> None:
    assert [name for name, guards in permissions(root).items() if not guards] == []


def test_what_has_no_undo_is_the_owners() -> None:
    definition = get_object_definition(Mutation, strict=True)
    names = {name_of(field): field.python_name for field in definition.fields}
    guards = permissions(Mutation)
    without = NO_CHANGES.keys() - set(READS)
    assert {name for name in without if [type(guard) for guard in guards[names[name]]] != [IsOwner]} == set()


def test_nobody_changes_anything_with_the_role_to_look() -> None:
    roles = {guard.role for guards in permissions(Mutation).values() for guard in guards}
    assert "VIEWER" not in roles


def test_a_field_says_which_role_it_requires() -> None:
    silent = []
    for type_ in build_schema(WebSettings())._schema.type_map.values():
        definition = type_.extensions.get("strawberry-definition")
        for field in getattr(definition, "fields", ()) if isinstance(type_, graphql.GraphQLObjectType) else ():
            role = needed(field)
            above = Role.EDITOR if type_.name == "Mutation" else Role.VIEWER
            if role not in (None, Role.VIEWER, above) and f"Requires the role {role}." not in (field.description or ""):
                silent.append(f"{type_.name}.{field.python_name}")
    assert silent == []


def test_an_argument_that_may_be_left_out_has_a_default() -> None:
    without = []
    for type_ in build_schema(WebSettings())._schema.type_map.values():
        definition = type_.extensions.get("strawberry-definition")
        for field in getattr(definition, "fields", ()):
            if field.base_resolver is not None:
                taken = inspect.signature(field.base_resolver.wrapped_func).parameters
                without += [
                    f"{type_.name}.{field.python_name}({argument.python_name})"
                    for argument in field.arguments
                    if isinstance(argument.type, StrawberryOptional)
                    and taken[argument.python_name].default is inspect.Parameter.empty
                ]
    assert without == []


def test_the_printed_schema_is_current() -> None:
    printed = (REPOSITORY / "schema.graphql").read_text()
    assert printed == print_sdl(), "run photos-graph export-schema -o schema.graphql"


def test_every_node_is_found_by_its_id() -> None:
    schema = declared()
    node = schema.get_type("Node")
    assert isinstance(node, graphql.GraphQLInterfaceType)
    names = {"ChangeRecord" if kind == "Change" else kind for kind in NODES}
    assert {type_.name for type_ in schema.get_possible_types(node)} == names


def test_nothing_breaks_the_clients_of_the_last_release() -> None:
    released = graphql.build_schema((REPOSITORY / "tests" / "api" / "released.graphql").read_text())
    assert [each.description for each in graphql.find_breaking_changes(released, declared())] == []


def test_a_field_that_query_gained_may_be_null_so_that_its_error_takes_nothing_with_it() -> None:
    released = graphql.build_schema((REPOSITORY / "tests" / "api" / "released.graphql").read_text())
    ours, before = declared().query_type, released.query_type
    assert ours is not None and before is not None
    gained = {name: field.type for name, field in ours.fields.items() if name not in before.fields}
    assert {name for name, type_ in gained.items() if graphql.is_non_null_type(type_)} <= PROMISED_AT_ONCE


def has_id(type_: graphql.GraphQLObjectType) -> bool:
    """Whether objects of the type have an id of their own."""
    return "id" in type_.fields and graphql.is_non_null_type(type_.fields["id"].type)


def test_everything_with_a_global_id_is_a_node() -> None:
    objects = [each for each in declared().type_map.values() if isinstance(each, graphql.GraphQLObjectType)]
    with_id = {each.name for each in objects if has_id(each) and not each.name.startswith("__")}
    assert with_id == {each.name for each in objects if any(its.name == "Node" for its in each.interfaces)}


def test_every_scalar_of_our_own_says_where_it_is_specified() -> None:
    scalars = [each for each in declared().type_map.values() if isinstance(each, graphql.GraphQLScalarType)]
    own = [each for each in scalars if each.name not in graphql.specified_scalar_types]
    assert {each.name for each in own if not each.specified_by_url} == set()


@pytest.mark.parametrize("name", PROMISED)
def test_what_was_promised_is_there(name: str) -> None:
    type_ = declared().get_type(name)
    assert isinstance(type_, Composite)
    assert set(PROMISED[name].split()) <= set(type_.fields)


@pytest.mark.corpora
def test_what_is_declared_is_as_the_contract_has_it() -> None:
    contract, ours = graphql.build_schema(CONTRACT.read_text()), declared()
    differing = []
    for name, type_ in ours.type_map.items():
        known = contract.get_type(name)
        if name.startswith("__") or known is None:
            continue
        assert type(type_) is type(known)
        if isinstance(type_, graphql.GraphQLEnumType) and isinstance(known, graphql.GraphQLEnumType):
            differing += [f"{name}.{value}" for value in type_.values if value not in known.values]
        if isinstance(type_, Composite) and isinstance(known, Composite):
            for field in type_.fields:
                if field in known.fields and (said := printed(type_, field, known)) != (want := printed(known, field)):
                    differing.append(f"{name}.{field}: {said}, not {want}")
    assert {each.partition(":")[0] for each in differing} == WIDER


@pytest.mark.corpora
def test_nothing_is_named_otherwise_than_in_the_contract() -> None:
    contract, ours = graphql.build_schema(CONTRACT.read_text()), declared()
    foreign = [
        f"{name}.{field}"
        for name, type_ in ours.type_map.items()
        if isinstance(type_, Composite) and not name.startswith("__")
        for field in type_.fields
        if not isinstance(known := contract.get_type(name), Composite) or field not in known.fields
    ]
    assert set(foreign) - additions() == ADDED


def additions() -> set[str]:
    """The fields that the second contract has."""
    return {
        f"{definition.name.value}.{field.name.value}"
        for definition in graphql.parse(ADDITIONS.read_text()).definitions
        for field in getattr(definition, "fields", ())
    }


def printed(type_: Composite, name: str, contract: Composite | None = None) -> str:
    """A field with its type, arguments and defaults; without arguments that may be left out and that the contract does
    not have."""
    field = type_.fields[name]
    if isinstance(field, graphql.GraphQLInputField):
        return input_value(name, field)
    promised = contract.fields[name].args if contract else field.args
    arguments = sorted(
        input_value(key, value)
        for key, value in field.args.items()
        if key in promised or graphql.is_required_argument(value)
    )
    return f"({', '.join(arguments)}): {field.type}"


def input_value(name: str, value: graphql.GraphQLArgument | graphql.GraphQLInputField) -> str:
    # From the text: where graphql-core keeps a default changes with its version.
    assert value.ast_node is not None
    default = value.ast_node.default_value
    return f"{name}: {value.type} = {graphql.print_ast(default) if default else None}"


@pytest.mark.parametrize(
    ("ours", "same"),
    [
        ("(x: Int! = 3, y: Int): Int", True),
        ("(x: Int! = 4, y: Int): Int", False),
        ("(x: Int!, y: Int): Int", False),
        ("(x: Int! = 3): Int", False),
        ("(x: Int! = 3, y: Int, z: Boolean! = false): Int", True),
        ("(x: Int! = 3, y: Int, z: Boolean!): Int", False),
    ],
)
def test_the_comparison_sees_what_a_client_would(ours: str, same: bool) -> None:
    contract, declares = (graphql.build_schema(f"type Query {{ a{text} }}") for text in (CONTRACTED, ours))
    assert contract.query_type is not None and declares.query_type is not None
    said = printed(declares.query_type, "a", contract.query_type)
    assert (said == printed(contract.query_type, "a")) is same


def test_the_examples_of_graphiql_fit() -> None:
    schema = declared()
    problems = [
        error.message for text in (*examples(), ids()) for error in graphql.validate(schema, graphql.parse(text))
    ]
    assert problems == []


@pytest.mark.anyio
def test_what_is_asked_after_a_start_fits() -> None:
    for question in QUESTIONS:
        assert graphql.validate(declared(), graphql.parse(question)) == []


async def test_a_fragment_that_spreads_others_twice_each_is_weighed_at_once() -> None:
    chain = "".join(f"fragment F{n} on Folder {{ parent {{ ...F{n + 1} ...F{n + 1} }} }} " for n in range(60))
    text = '{ folder(path: "x") { ...F0 } } ' + chain + "fragment F60 on Folder { name }"
    result = await build_schema(WebSettings(max_depth=1000)).execute(text)
    assert result.errors is not None and result.errors[0].extensions == {"code": "TOO_COMPLEX"}


READS = ("deletedIds", "query")

# Mutations of which `changes` has no entry, and why.
NO_CHANGES = {
    **dict.fromkeys(("addRoot", "removeRoot"), "the labels come back when the root is added again"),
    **dict.fromkeys(
        ("findFaces", "clusterFaces", "train", "findTrips", "scan", "exportDataset", "backup", "retryFailures"),
        "a job says nothing in place of people",
    ),
    "importDataset": "the job records what it imports",
    "cancelJob": "the job can be started again",
    "activateModel": "another version can be activated, and what a model says is no change",
    "setSchedule": "it is a setting",
    "startRootRemoval": "the labels come back when the root is added again",
    **dict.fromkeys(
        ("createAccessToken", "limitAccessToken", "revokeAccessToken", "endSession"),
        "who gets in is no label, and revoking lasts",
    ),
    **dict.fromkeys(READS, "it reads"),
}
BY_LAST_DELETION = {"deleteTag", "deletePerson", "lastDeletion"}


def test_every_mutation_is_a_change_that_can_be_undone_or_says_why_not() -> None:
    schema = build_schema(WebSettings())._schema
    assert schema.mutation_type is not None
    without = {
        name
        for name, field in schema.mutation_type.fields.items()
        if not isinstance(type_ := graphql.get_named_type(field.type), graphql.GraphQLObjectType)
        or "change" not in type_.fields
    }
    assert without == NO_CHANGES.keys() | BY_LAST_DELETION
