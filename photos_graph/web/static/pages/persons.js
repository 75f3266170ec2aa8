// Persons who have a name are edited in a dialog.
import { held } from "./acting.js"
import { findPersons } from "./found_names.js"
import { ask, count, Problem, refresh, say } from "./page.js"
import { suggesting } from "./suggesting.js"

const dialog = document.getElementById("edit")
const form = dialog?.querySelector("form")
let person

function open(given) {
  person = given
  const fields = form.elements
  document.getElementById("edit-title").textContent = person.name
  fields.name.value = person.name
  fields.birthday.value = person.birthday ?? ""
  fields.note.value = person.note ?? ""
  fields.groups.value = person.groups.join(", ")
  fields.isMe.checked = person.isMe
  fields.hidden.checked = person.hidden
  fields.into.value = ""
  delete fields.into.dataset.value
  complain("")
  dialog.showModal()
}

/** What is below an open dialog is not seen, so that it says itself what is wrong. */
function complain(text) {
  const area = document.getElementById("edit-problem")
  area.textContent = text
  area.hidden = !text
}

/** Does something with the person, and shows the list as it is then. */
async function settle(work) {
  const asked = person.id
  let done
  try {
    done = await held(work)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return complain(error.message)
  }
  dialog.close()
  await refresh("persons")
  say(done.text, done.changes, () => refresh("persons"))
  const button = [...document.querySelectorAll("[data-edit]")].find(({ dataset }) => JSON.parse(dataset.edit).id === asked)
  ;(button ?? document.getElementById("main")).focus()
}

async function save() {
  const fields = form.elements
  const given = { birthday: fields.birthday.value || null, note: fields.note.value.trim() || null, isMe: fields.isMe.checked, hidden: fields.hidden.checked }
  const different = Object.fromEntries(Object.entries(given).filter(([key, value]) => value !== person[key]))
  const groups = fields.groups.value.split(",").map((each) => each.trim()).filter(Boolean)
  if (groups.join() !== person.groups.join()) different.groups = groups
  if ("note" in different) different.note ??= ""
  const changes = []
  const name = fields.name.value.trim()
  if (name !== person.name) changes.push((await ask("people.actions", "PeopleRename", { person: person.id, name })).renamePerson.change)
  if (Object.keys(different).length) {
    changes.push((await ask("people.actions", "PeopleUpdate", { person: person.id, ...different })).updatePerson.change)
  }
  return { text: changes.length ? `${name} was changed.` : "Nothing was changed.", changes }
}

const merge = () =>
  settle(async () => {
    const { into } = form.elements
    const target = into.dataset.value ?? (await called(into.value.trim()))
    const done = (await ask("people.actions", "PeopleMerge", { from: [person.id], into: target })).mergePersons
    return { text: `${count(done.changed, "face")} of ${person.name} now belong to ${done.persons[0]?.name ?? into.value}.`, changes: [done.change] }
  })

/** Resolves to the id of the person of that name. */
async function called(name) {
  const found = name ? await findPersons(name) : []
  const same = found.filter(({ label, value }) => label.toLowerCase() === name.toLowerCase() && value !== person.id)
  if (same.length !== 1) throw new Problem(name ? "Choose one of the suggested people." : "Type the other name first.")
  return same[0].value
}

const remove = () =>
  settle(async () => {
    const done = await ask("people.actions", "PeopleDelete", { person: person.id })
    return { text: `${person.name} has no faces any more.`, changes: [done.lastDeletion] }
  })

if (dialog) {
  suggesting(form.elements.into, async (text) => (await findPersons(text)).filter(({ value }) => value !== person.id))
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    settle(save)
  })
  form.elements.into.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented) return
    event.preventDefault()
    merge()
  })
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button")
    if (button?.dataset.edit) open(JSON.parse(button.dataset.edit))
    else if (button && "close" in button.dataset) dialog.close()
    else if (button && "merge" in button.dataset) merge()
    else if (button && "delete" in button.dataset) remove()
  })
}
