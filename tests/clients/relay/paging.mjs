// Reads each container page by page, to the end and back, as usePaginationFragment does.
import runtime from "relay-runtime";
import { isNode, nested, wayTo } from "../schema.mjs";
import { ask, expect } from "../service.mjs";
import { asked, environment, shown } from "./environment.mjs";

const { getPaginationMetadata, getPaginationVariables, getSelector } = runtime;
const PAGE = 2;
const FEWEST = 3; // so that there is a second page

export async function pages(made, artifact) {
  let counted = 0;
  for (const container of made) {
    const id = await holder(container);
    const fragment = artifact(`Paged_${container.name}`);
    if (id === null) {
      expect(false, `${container.name}: the library has no ${container.type.name}`);
      continue;
    }
    const forward = await read(fragment, id, "forward");
    const { totalCount, edges } = forward;
    const cursors = edges.map((edge) => edge.cursor);
    expect(totalCount >= FEWEST, `${container.name}: the library has too few`, totalCount);
    expect(edges.length === totalCount, `${container.name}: ${edges.length} edges of ${totalCount} after the last page`);
    expect(new Set(cursors).size === cursors.length, `${container.name}: the same item on two pages`);
    if (container.field.args.some((argument) => argument.name === "last")) {
      const backward = await read(fragment, id, "backward");
      const same = JSON.stringify(backward.edges.map((edge) => edge.cursor)) === JSON.stringify(cursors);
      expect(same, `${container.name}: other items, or another order, from the end`);
    }
    counted += edges.length;
  }
  return counted;
}

async function read(fragment, id, direction) {
  const { relay } = environment();
  const { connectionPathInFragmentData: path, paginationRequest, paginationMetadata } = getPaginationMetadata(fragment, "pages");
  const own = id === undefined ? {} : { id };
  let variables = { ...own, ...(direction === "forward" ? { first: PAGE } : { last: PAGE }) };
  const begun = variables;
  for (;;) {
    await asked(relay, paginationRequest, variables);
    const root = shown(relay, paginationRequest, begun);
    const selector = getSelector(fragment, id === undefined ? root : root.node);
    const found = path.reduce((value, step) => value?.[step], relay.lookup(selector).data);
    const more = direction === "forward" ? found.pageInfo.hasNextPage : found.pageInfo.hasPreviousPage;
    if (!more) return found;
    const cursor = direction === "forward" ? found.pageInfo.endCursor : found.pageInfo.startCursor;
    variables = getPaginationVariables(direction, PAGE, cursor, { ...own }, {}, paginationMetadata);
  }
}

/** The id of the object of a type that has most in its list; undefined if the list is not that of a Node. */
async function holder({ type, field }) {
  if (!isNode(type)) return undefined;
  const way = wayTo(type, { lists: true });
  if (way === undefined) throw new Error(`ARGUMENTS of schema.mjs lead to no ${type.name}`);
  const data = await ask(`{ ${nested(way, `id list: ${field.name}(first: 0) { totalCount }`)} }`);
  const found = objects(data).sort((a, b) => b.list.totalCount - a.list.totalCount);
  return found[0]?.id ?? null;
}

function objects(value) {
  if (Array.isArray(value)) return value.flatMap(objects);
  if (value === null || typeof value !== "object") return [];
  return "list" in value ? [value] : Object.values(value).flatMap(objects);
}
