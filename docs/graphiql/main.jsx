// The page photos_graph/web/graphiql.py serves: GraphiQL with the tabs that the page carries as JSON, and the pictures of
// an answer below it.
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";
import "./page.css";
import { showPictures } from "./pictures.js";

const { tabs, ids } = JSON.parse(document.getElementById("page").textContent);
const url = new URL("/graphql", location.href);
const socket = new URL(url);
socket.protocol = socket.protocol === "https:" ? "wss:" : "ws:";

// The session cookie, which this page cannot read, signs it in: same origin, no token in storage.
const fetcher = createGraphiQLFetcher({ url: url.href, wsClient: createClient({ url: socket.href, lazy: true }) });

async function watched(params, options) {
  const answer = await fetcher(params, options);
  if (params.operationName === "IntrospectionQuery") return answer;
  if (typeof answer?.[Symbol.asyncIterator] !== "function") {
    showPictures(answer);
    return answer;
  }
  const answers = answer[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const step = await answers.next();
      if (!step.done) showPictures(step.value);
      return step;
    },
    async return(value) {
      return (await answers.return?.(value)) ?? { done: true, value };
    },
  };
}

// An object of this library for each variable of the examples. A variable that has none stays null.
async function found() {
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query: ids }) });
    return (await answer.json()).data ?? {};
  } catch {
    return {};
  }
}

function tabOf(query, known) {
  const names = [...query.matchAll(/\$(\w+): ID!/g)].map(([, name]) => name);
  if (!names.length) return { query };
  const values = names.map((name) => [name, known[name]?.nodes?.[0]?.id ?? null]);
  return { query, variables: JSON.stringify(Object.fromEntries(values), null, 2) };
}

found().then((known) => {
  const filled = tabs.map((query) => tabOf(query, known));
  createRoot(document.getElementById("graphiql")).render(
    <GraphiQL fetcher={watched} defaultTabs={filled}>
      <GraphiQL.Logo>
        <a className="graphiql-logo-link" href="/">
          ← Photos
        </a>
      </GraphiQL.Logo>
    </GraphiQL>,
  );
});
