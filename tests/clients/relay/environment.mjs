// A Relay environment on the service. It counts what it sends.
import runtime from "relay-runtime";
import { ask } from "../service.mjs";

const { Environment, Network, RecordSource, Store, createOperationDescriptor, fetchQuery, commitMutation, ROOT_ID } = runtime;

export function environment() {
  const sent = [];
  const network = Network.create(async (request, variables) => {
    sent.push(request.name);
    return { data: await ask(request.text, variables) };
  });
  // `query` of a payload is the root again. Relay gives it a record of its own unless it is told.
  const getDataID = (value, type) => (type === "Query" ? ROOT_ID : value.id);
  return { relay: new Environment({ network, store: new Store(new RecordSource()), getDataID }), sent };
}

export const asked = (relay, query, variables) => fetchQuery(relay, query, variables, { fetchPolicy: "network-only" }).toPromise();

/** What a component would be given now. */
export function shown(relay, query, variables) {
  const operation = createOperationDescriptor(query, variables);
  relay.retain(operation);
  return relay.lookup(operation.fragment).data;
}

export const committed = (relay, mutation, variables, more = {}) =>
  new Promise((onCompleted, onError) => commitMutation(relay, { mutation, variables, onCompleted, onError, ...more }));
