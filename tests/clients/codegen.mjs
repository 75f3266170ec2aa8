// graphql-codegen, strictly, over the documents of docs/cookbook, and tsc --strict over a program that uses the types.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { codegen } from "@graphql-codegen/core";
import * as typescript from "@graphql-codegen/typescript";
import * as operations from "@graphql-codegen/typescript-operations";
import { parse, printSchema } from "graphql";
import { schema } from "./schema.mjs";
import { expect, finish } from "./service.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const cookbook = here("../../docs/cookbook");
const names = readdirSync(cookbook).filter((name) => name.endsWith(".graphql"));
const documents = names.map((name) => ({ location: name, document: parse(readFileSync(join(cookbook, name), "utf8")) }));
const scalars = { Date: "string", DateTime: "string", LocalDateTime: "string" };
const config = { strictScalars: true, scalars, enumsAsTypes: true, nonOptionalTypename: true };
const work = join(process.env.PHOTOS_WORK, "codegen");
mkdirSync(work, { recursive: true });
let lines = 0;
for (const [name, plugin] of Object.entries({ schema: typescript, documents: operations })) {
  const options = { filename: `${name}.ts`, schema: parse(printSchema(schema)), schemaAst: schema, documents, config: {} };
  const types = await codegen({ ...options, plugins: [{ [name]: config }], pluginMap: { [name]: plugin } });
  writeFileSync(join(work, `${name}.ts`), types);
  lines += types.split("\n").length;
}
cpSync(here("screens.ts"), join(work, "screens.ts"));
const flags = ["--strict", "--noEmit", "--noUnusedLocals", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes"];
const tsc = [here("node_modules/typescript/bin/tsc"), ...flags, "--target", "es2022", "--module", "nodenext", "screens.ts", "schema.ts"];
const checked = spawnSync(process.execPath, tsc, { cwd: work, encoding: "utf8" });
expect(checked.status === 0, "tsc", checked.stdout + checked.stderr);
finish(`${documents.length} documents, ${lines} lines of types`);
