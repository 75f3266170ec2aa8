// Groups of faces get names, one Enter each.
import { findPersons } from "./found_names.js"
import { ask, count, fetched, refresh, say, tell } from "./page.js"
import "./persons.js"
import { suggesting } from "./suggesting.js"

const FEW = 4 // groups that are left when further ones are fetched
const list = document.getElementById("groups")
let fetching = false
let renewing

const open = () => [...list.querySelectorAll(".group:not([hidden])")]

function prepare(group) {
  const input = group.querySelector("form input")
  suggesting(input, findPersons)
  group.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault()
    name(group, input.dataset.value || input.value.trim(), input.value.trim())
  })
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button")
    if (!button) return
    if (button.dataset.person) name(group, button.dataset.person, button.dataset.name)
    else if (button.dataset.face) press(button)
    else if ("me" in button.dataset) me(group, button)
    else if ("later" in button.dataset) leave([group]).forEach((each) => each.remove())
    else if ("ignore" in button.dataset) ignore(group)
  })
}

function press(button) {
  const now = button.getAttribute("aria-pressed") !== "true"
  button.setAttribute("aria-pressed", String(now))
  return now
}

/** Who "me" is may be known already; if not, the name is typed once. */
function me(group, button) {
  const { me: id, myName } = document.getElementById("unnamed").dataset
  if (id) return name(group, id, myName)
  if (press(button)) group.querySelector("form input").focus()
}

/** Takes groups out of sight and goes on with the next one. Returns them. */
function leave(groups) {
  const all = open()
  const last = all.indexOf(groups.at(-1))
  const rest = (group) => !groups.includes(group)
  const next = all.slice(last + 1).find(rest) ?? all.find(rest)
  for (const group of groups) group.hidden = true
  if (next) {
    next.querySelector("form input").focus({ preventScroll: true })
    next.scrollIntoView({ block: "nearest" })
  } else document.getElementById("main").focus()
  more()
  return groups
}

/** The group, with the other ticked ones if it is ticked. */
function together(group) {
  const ticked = open().filter((each) => each.querySelector("[data-together]").checked)
  return ticked.includes(group) ? ticked : [group]
}

async function name(group, person, shown) {
  if (!person) return group.querySelector("form input").focus()
  const isMe = group.querySelector("[data-me]").getAttribute("aria-pressed") === "true"
  const groups = together(group)
  await settle(groups, async (changes) => {
    let [faces, who] = [0, null]
    for (const each of groups) {
      const done = (await ask("naming.actions", "NamingName", { cluster: each.dataset.group, person: who?.id ?? person })).nameCluster
      changes.push(done.change)
      who ??= done.persons[0]
      faces += done.changed
      const others = [...each.querySelectorAll("[data-face][aria-pressed=true]")].map(({ dataset }) => dataset.face)
      if (!others.length || !who) continue
      const refused = (await ask("naming.actions", "NamingReject", { faces: others, person: who.id })).rejectFaces
      changes.push(refused.change)
      faces -= refused.changed
    }
    if (isMe && who) {
      changes.push((await ask("people.actions", "PeopleUpdate", { person: who.id, isMe: true })).updatePerson.change)
      Object.assign(document.getElementById("unnamed").dataset, { me: who.id, myName: who.name })
    }
    return `${count(faces, "face")} named ${who?.name ?? shown}.`
  })
}

const ignore = (group) =>
  settle([group], async (changes) => {
    const done = (await ask("naming.actions", "NamingIgnore", { cluster: group.dataset.group })).ignoreCluster
    changes.push(done.change)
    return `${count(done.changed, "face")} ignored.`
  })

/** Does something with groups while the next one is typed. They come back if it fails or is undone. */
async function settle(groups, work) {
  leave(groups)
  const changes = []
  const { me: wasMe, myName } = document.getElementById("unnamed").dataset
  const back = () => {
    for (const group of groups) {
      group.hidden = false
      group.querySelector("form input").select() // what was typed may be corrected
    }
  }
  const done = await tell(() => work(changes))
  if (done === undefined) {
    back()
    return
  }
  left(-groups.length)
  say(done, changes, () => {
    Object.assign(document.getElementById("unnamed").dataset, { me: wasMe, myName })
    back()
    left(groups.length)
    later()
  })
  later()
}

function left(change) {
  const element = document.getElementById("left")
  const now = Number(element.textContent.replaceAll(",", "")) + change
  element.textContent = now.toLocaleString("en")
}

/** The persons are shown as they are once nothing was named for a moment. */
function later() {
  clearTimeout(renewing)
  renewing = setTimeout(() => tell(() => refresh("persons")), 1500)
}

async function more() {
  const section = document.getElementById("unnamed")
  if (fetching || !section.dataset.next || open().length > FEW) return
  fetching = true
  try {
    const address = new URL(location.href)
    address.searchParams.set("groups", section.dataset.next)
    const page = await fetched(address)
    section.dataset.next = page.getElementById("unnamed")?.dataset.next ?? ""
    const known = new Set([...list.children].map(({ dataset }) => dataset.group))
    for (const group of page.querySelectorAll(".group")) {
      if (known.has(group.dataset.group)) continue
      list.append(document.adoptNode(group))
      prepare(group)
    }
  } finally {
    fetching = false
  }
}

list?.querySelectorAll(".group").forEach(prepare)
