// The schema of the running service, as each client reads it, and ways through it.
import { readFileSync } from "node:fs";
import { buildClientSchema, getNamedType, getNullableType, isListType, isObjectType, isRequiredArgument } from "graphql";

export const introspection = JSON.parse(readFileSync(process.env.PHOTOS_SCHEMA, "utf8"));
export const schema = buildClientSchema(introspection);

// What stands where a field cannot be asked without an argument, or would find nothing.
export const ARGUMENTS = {
  "Query.search": 'text: "Sea"',
  "Query.similarGroups": "kind: EXACT",
  "Query.folder": 'path: "Pictures/Italy"',
};

const LOOKUPS = new Set(["id", "ids"]); // a field with such an argument finds what is known already

/** Yields [type, field] for each field of an object type that returns a connection. */
export function* connections() {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    for (const field of Object.values(type.getFields())) {
      const names = field.args.map((argument) => argument.name);
      if (getNamedType(field.type).name.endsWith("Connection") && names.includes("first")) yield [type, field];
    }
  }
}

export const isNode = (type) => type.getInterfaces().some((each) => each.name === "Node");

export const called = (type, field) => {
  const given = ARGUMENTS[`${type.name}.${field.name}`];
  return given === undefined ? field.name : `${field.name}(${given})`;
};

/** The shortest way from Query to a type, as steps that can be asked; without `lists`, through single objects only. */
export function wayTo(target, { lists }) {
  const root = schema.getQueryType();
  const waiting = [[root, []]];
  const seen = new Set([root.name]);
  for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
    const [type, steps] = at;
    if (type === target) return steps;
    for (const field of Object.values(type.getFields())) {
      const below = getNamedType(field.type);
      const given = `${type.name}.${field.name}` in ARGUMENTS;
      const lookup = field.args.some((each) => LOOKUPS.has(each.name)) && !getNamedType(field.type).name.endsWith("Connection");
      if (!isObjectType(below) || seen.has(below.name) || below.name.endsWith("Edge")) continue;
      if (!given && (lookup || field.args.some(isRequiredArgument))) continue;
      if (!lists && isListType(getNullableType(field.type))) continue;
      seen.add(below.name);
      waiting.push([below, [...steps, called(type, field)]]);
    }
  }
  return undefined;
}

export const nested = (steps, inside) => steps.reduceRight((text, step) => `${step} { ${text} }`, inside);
