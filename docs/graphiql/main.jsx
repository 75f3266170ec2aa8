// The page photos_graph/web/graphiql.py serves: GraphiQL with the tabs that the page carries as JSON.
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";

const { tabs } = JSON.parse(document.getElementById("page").textContent);
const url = new URL("/graphql", location.href);
const socket = new URL(url);
socket.protocol = socket.protocol === "https:" ? "wss:" : "ws:";

// The session cookie, which this page cannot read, signs it in: same origin, no token in storage.
const fetcher = createGraphiQLFetcher({ url: url.href, wsClient: createClient({ url: socket.href, lazy: true }) });

createRoot(document.getElementById("graphiql")).render(<GraphiQL fetcher={fetcher} defaultTabs={tabs} />);
