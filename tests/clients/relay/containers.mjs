// A pagination container for each connection of the schema, in the words of Relay.
import { getNamedType, isRequiredArgument } from "graphql";
import { ARGUMENTS, connections, isNode, nested, schema, wayTo } from "../schema.mjs";

// Relay can refetch only what is reached through single objects. What is in a list without ids is paged in another way.
export const IN_LISTS = {
  "EmptyingCondition.photos": "`search` with the rest of the text has the same photos",
  "TimelineBucket.photos": "`photos` with `cursor` of the bucket as `after` goes on from there",
};

/** Returns {name, type, field, document} for each connection, and the names of those that no container can reach. */
export function containers() {
  const made = [];
  const unreachable = [];
  for (const [type, field] of connections()) {
    const name = `${type.name}_${field.name}`;
    const way = type === schema.getQueryType() || isNode(type) ? [] : wayTo(type, { lists: false });
    if (way === undefined) unreachable.push(`${type.name}.${field.name}`);
    else made.push({ name, type, field, document: documentOf(name, type, field, way) });
  }
  return { made, unreachable };
}

function documentOf(name, type, field, way) {
  const both = field.args.some((argument) => argument.name === "last");
  const sizes = { first: "Int", after: "String", ...(both ? { last: "Int", before: "String" } : {}) };
  const defined = Object.entries(sizes).map(([key, kind]) => `${key}: { type: "${kind}" }`);
  const passed = Object.keys(sizes).map((key) => `${key}: $${key}`);
  const node = getNamedType(getNamedType(field.type).getFields().nodes.type);
  const list = `${field.name}(${[...given(type, field), ...passed].join(", ")}) @connection(key: "Paged_${name}") {
    totalCount edges { cursor node { ${isNode(node) ? "id" : "__typename"} } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }`;
  return `fragment Paged_${name} on ${isNode(type) ? type.name : "Query"}
  @refetchable(queryName: "Paged${name}Query") @argumentDefinitions(${defined.join(", ")}) {
    ${nested(way, list)}
  }`;
}

/** The arguments without which the list cannot be asked for. */
function given(type, field) {
  const argument = ARGUMENTS[`${type.name}.${field.name}`];
  if (argument === undefined && field.args.some(isRequiredArgument)) {
    throw new Error(`ARGUMENTS of schema.mjs lacks ${type.name}.${field.name}`);
  }
  return argument === undefined ? [] : [argument];
}
