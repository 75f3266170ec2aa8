// relay-compiler over a pagination container for each connection, then pages and mutations by relay-runtime.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { printSchema } from "graphql";
import { containers, IN_LISTS } from "./relay/containers.mjs";
import { pages } from "./relay/paging.mjs";
import { mutations } from "./relay/mutations.mjs";
import { schema } from "./schema.mjs";
import { expect, finish } from "./service.mjs";

const work = join(process.env.PHOTOS_WORK, "relay");
const artifacts = join(work, "artifacts");
mkdirSync(artifacts, { recursive: true });

const { made, unreachable } = containers();
const unexplained = unreachable.filter((name) => !(name in IN_LISTS));
expect(unexplained.length === 0, "no container reaches these connections", unexplained);
const documents = made.map(({ document }) => `graphql\`\n${document}\n\`;`);
writeFileSync(join(work, "Paged.js"), `export const documents = (graphql) => {\n${documents.join("\n")}\n};\n`);
cpSync(fileURLToPath(new URL("relay/Store.js", import.meta.url)), join(work, "Store.js"));
writeFileSync(join(work, "schema.graphql"), printSchema(schema));
const config = { src: ".", schema: "schema.graphql", language: "javascript", artifactDirectory: "artifacts" };
writeFileSync(join(work, "relay.config.json"), JSON.stringify({ ...config, eagerEsModules: false }));

const compiler = fileURLToPath(new URL("node_modules/relay-compiler/cli.js", import.meta.url));
const options = { cwd: work, encoding: "utf8", env: { ...process.env, FORCE_NO_WATCHMAN: "1" } };
const compiled = spawnSync(process.execPath, [compiler, "relay.config.json"], options);
if (compiled.status !== 0) {
  console.log(compiled.stdout, compiled.stderr);
  finish("relay-compiler refuses the documents");
}

const artifact = (name) => createRequire(import.meta.url)(join(artifacts, `${name}.graphql.js`));
const counted = await pages(made, artifact);
await mutations(artifact);
finish(`${made.length} containers compiled and paged, ${counted} items; ${unreachable.length} in lists`);
