// What all pages have in common: asking in GraphQL, saying what was done with a way to undo it, and colours that stand
// where pictures are not loaded yet.

import { held } from "./acting.js"

export const mayEdit = document.body.dataset.role !== "VIEWER"

/** An answer of the service that is an error. */
export class Problem extends Error {
  constructor(message, code) {
    super(message)
    this.code = code
  }
}

/** Runs an operation of a document of the cookbook, and resolves to its data. Throws a Problem. */
export async function ask(name, operation, variables = {}) {
  let answer
  try {
    answer = await fetch("/graphql", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ documentId: `cookbook/${name}`, operationName: operation, variables }),
    })
  } catch {
    throw new Problem("The service does not answer. Is it running?", "UNAVAILABLE")
  }
  if (answer.status === 401) {
    location.href = `/login?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`
  }
  const found = await answer.json()
  if (found.errors?.length) throw new Problem(found.errors[0].message, found.errors[0].extensions?.code)
  return found.data
}

/** Makes an element with properties, such as {className: "tile"}, and children, which are elements or texts. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role") element.setAttribute(key, value)
    else element[key] = value
  }
  element.append(...children)
  return element
}

/** Tells whether a key is pressed in a field, in which it means what it always does. */
export const isTyped = (event) => Boolean(event.target.closest("input, textarea, select"))

let hiding

/** Says what was done. `change` is its id, or the ids of several in their order, if it can be undone, and `undone` is
 *  called with what that changed; or it is a function that undoes it and says so. */
export function say(text, change = null, undone = () => location.reload()) {
  const changes = [change].flat().filter(Boolean)
  const area = document.getElementById("message")
  clearTimeout(hiding)
  area.replaceChildren(make("p", {}, text))
  if (changes.length) {
    const button = make("button", { type: "button" }, "Undo")
    button.addEventListener("click", () =>
      tell(async () => {
        if (typeof change === "function") return change()
        let done
        for (const each of changes.toReversed()) done = (await ask("grid.actions", "GridUndo", { change: each })).undo
        say("Undone.")
        undone(done)
      }),
    )
    area.append(button)
  } else {
    hiding = setTimeout(() => area.replaceChildren(), 6000)
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || isTyped(event)) return
  const button = document.querySelector("#message button")
  if (!button) return
  event.preventDefault()
  button.click()
})

/** Does something, which the button that was pressed is held for, and says why if it fails. Resolves to what it returns,
 *  or undefined. */
export async function tell(work) {
  try {
    return await held(work)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    say(error.message)
  }
}

/** Says a number of things: count(1, "photo") is "1 photo". */
export function count(number, thing) {
  return `${number.toLocaleString("en")} ${thing}${number === 1 ? "" : "s"}`
}

/** Returns the average colour of a ThumbHash in base64, as CSS has it. */
export function colourOf(placeholder) {
  const bytes = Uint8Array.from(atob(placeholder), (character) => character.charCodeAt(0))
  const packed = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16)
  const light = (packed & 63) / 63
  const p = ((packed >> 6) & 63) / 31.5 - 1
  const q = ((packed >> 12) & 63) / 31.5 - 1
  const blue = light - (2 / 3) * p
  const red = (3 * light - blue + q) / 2
  const shown = [red, red - q, blue].map((value) => Math.round(255 * Math.min(1, Math.max(0, value))))
  return `rgb(${shown.join(" ")})`
}

/** Paints the placeholders of pictures below an element. */
export function paint(below = document) {
  for (const element of below.querySelectorAll("[data-placeholder]")) {
    if (element.dataset.placeholder) element.style.backgroundColor = colourOf(element.dataset.placeholder)
  }
}

/** Resolves to a page of this service as it is now, or another part of this one. */
export async function fetched(address = location.href) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } })
  return new DOMParser().parseFromString(await answer.text(), "text/html")
}

/** Renders the page again, and puts these parts of it in place of the old ones. The focus stays where it was. */
export async function refresh(...ids) {
  const fresh = await fetched()
  const focused = document.activeElement?.id
  for (const id of ids) {
    const part = fresh.getElementById(id)
    if (part) document.getElementById(id)?.replaceWith(document.adoptNode(part))
  }
  paint()
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true })
}

paint()
