// Questions, one after the other. An answer is shown at once, and sent meanwhile; questions about the same tag or person
// come together, a few at a time.
import { ask, isTyped, make, say, tell } from "./page.js"

const BATCH = 10 // questions about the same tag or person before another one has its turn
const FEW = 8 // with so few left, more are asked for

const at = (id) => document.getElementById(id)
const given = at("question").dataset
const filter = { kind: given.kind || null, tag: given.tag || null }
const answered = new Map() // the questions that are answered, with what sends the answer
const order = [] // the answered ones, the last one last
let left = Number(given.total)
let waiting = batched(JSON.parse(given.items))
let exhausted = waiting.length >= left
let why = null

function batched(items) {
  const groups = new Map()
  for (const item of items) {
    const about = `${item.kind} ${item.label}`
    groups.set(about, [...(groups.get(about) ?? []), item])
  }
  const parts = [...groups.values()].flatMap((group) => {
    const cut = []
    for (let start = 0; start < group.length; start += BATCH) cut.push(group.slice(start, start + BATCH))
    return cut.map((items, turn) => ({ turn, items }))
  })
  const sorted = parts.sort((one, other) => one.turn - other.turn)
  return sorted.flatMap(({ items }) => items.map((item, place) => ({ ...item, place: place + 1, of: items.length })))
}

async function refill() {
  if (exhausted || waiting.length >= FEW) return
  exhausted = true // until the answer says otherwise
  const found = await tell(async () => {
    await Promise.allSettled(answered.values())
    return (await ask("review", "Review", { ...filter, first: 40 })).reviewQueue
  })
  if (!found) return
  const known = new Set([...answered.keys(), ...waiting.map((item) => item.id)])
  const fresh = found.edges.map((edge) => edge.node).filter((item) => !known.has(item.id))
  exhausted = !fresh.length
  why = found.reason
  const shown = waiting.length
  waiting.push(...batched(fresh))
  if (!shown) show()
}

const named = (item) => `“${item.tag?.path ?? item.label}”`

function show() {
  const [item, next] = waiting
  at("question").hidden = !item
  at("end").hidden = Boolean(item) || !exhausted
  at("back").disabled = !order.length
  if (!item) {
    if (why) at("why").textContent = why
    return
  }
  const about = item.kind === "PERSONS"
  at("asks").textContent = about ? `Is this ${item.person?.name ?? item.label}?` : `Does ${named(item)} fit this photo?`
  at("reason").textContent = item.reason
  at("place").textContent = `${item.place} of ${item.of} about ${about ? item.label : named(item)}, ${left} in all`
  at("photo").href = `/photo/${encodeURIComponent(item.photo.id)}`
  Object.assign(at("picture"), {
    src: item.photo.thumbnail,
    alt: `${item.photo.name}: open this photo`,
    width: item.photo.width,
    height: item.photo.height,
  })
  at("question").style.setProperty("--ratio", item.photo.width / item.photo.height)
  at("pair").hidden = !item.face
  at("box").hidden = !item.face
  if (item.face) {
    const { x, y, width, height } = item.face.box
    const part = (value) => `${100 * value}%`
    Object.assign(at("box").style, { left: part(x), top: part(y), width: part(width), height: part(height) })
    at("face").src = item.face.thumbnail
    const known = (item.person?.faces.nodes ?? []).filter((face) => face.id !== item.face.id).slice(0, 3)
    at("known").hidden = !known.length
    at("faces").replaceChildren(...known.map((face) => make("img", { src: face.thumbnail, alt: "" })))
    at("person").textContent = item.person?.name ?? ""
  }
  if (next) new Image().src = next.photo.thumbnail
}

const SAID = {
  yes: (item) => (item.face ? `Yes: 1 face is ${item.label}.` : `Yes: 1 photo got ${named(item)}.`),
  no: (item) => (item.face ? `No: 1 face is not ${item.label}.` : `No: 1 photo does not get ${named(item)}.`),
  skip: () => "1 question was put off.",
}

/** Sends an answer, and resolves to the id of the change. */
async function send(how, item) {
  const items = [item.id]
  if (how === "yes") return (await ask("review.actions", "ReviewConfirm", { items })).confirm.change
  if (how === "no") return (await ask("review.actions", "ReviewReject", { items })).reject.change
  return (await ask("review.actions", "ReviewSkip", { items })).skip.change
}

function answer(how) {
  const item = waiting.shift()
  if (!item) return
  left -= 1
  const sent = send(how, item)
  answered.set(item.id, sent)
  order.push(item)
  show()
  tell(async () => {
    try {
      await sent
      if (order.at(-1) === item) say(SAID[how](item), takeBack)
    } catch (error) {
      again(item)
      throw error
    }
  })
  refill()
}

/** Asks a question again, now. */
function again(item) {
  answered.delete(item.id)
  order.splice(order.indexOf(item), 1)
  left += 1
  waiting.unshift(item)
  show()
}

async function takeBack() {
  const item = order.at(-1)
  if (!item) return
  const change = await answered.get(item.id)
  if (change) await ask("review.actions", "ReviewUndo", { change })
  again(item)
  say("Undone.")
}

for (const how of Object.keys(SAID)) at(how).addEventListener("click", () => answer(how))
at("back").addEventListener("click", () => tell(takeBack))
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || isTyped(event)) return
  const key = event.key.toLowerCase()
  const how = { y: "yes", n: "no", s: "skip" }[key]
  if (how && !event.repeat) answer(how)
  if (key === "u" && !event.repeat) tell(takeBack)
})
at("train")?.addEventListener("click", (event) =>
  tell(async () => {
    await ask("system.actions", "SystemTrain", { kind: event.target.dataset.kind })
    location.href = "/system"
  }),
)

show()
