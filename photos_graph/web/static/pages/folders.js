// Folders: giving them tags and taking tags from them, each after saying how many photos it concerns; and scanning.
import { findTags } from "./found_names.js"
import { ask, count, make, refresh, say, tell } from "./page.js"
import { suggesting } from "./suggesting.js"

const SHOWN = ["tags", "below"]

function folder() {
  return document.getElementById("tags").dataset
}

/** Runs what a folder is to be asked, and shows what it would change with buttons to do it or leave it. */
async function preview(operation, variables, sentence, todo, done) {
  const trial = (await ask("folders.actions", operation, { ...variables, dryRun: true }))[field(operation)]
  const area = document.getElementById("preview")
  const back = document.activeElement
  const leave = make("button", { type: "button" }, trial.changed ? "Cancel" : "Close")
  leave.addEventListener("click", () => {
    area.hidden = true
    if (back?.isConnected) back.focus()
  })
  const act = make("button", { type: "button", className: "main" }, todo(trial))
  act.addEventListener("click", () =>
    tell(async () => {
      const result = (await ask("folders.actions", operation, variables))[field(operation)]
      await shown()
      say(done(result) + (result.isComplete ? "" : " The rest follows in the background."), result.change, shown)
    }),
  )
  area.replaceChildren(make("p", {}, await sentence(trial)), make("div", { className: "row" }, act, leave))
  area.hidden = false
  act.focus()
}

function field(operation) {
  return { FoldersTag: "tagFolder", FoldersUntag: "untagFolder" }[operation]
}

async function tag(input) {
  const [name, value] = [input.value.trim(), input.dataset.value || input.value.trim()]
  if (!name) return input.focus()
  const recursive = document.getElementById("recursive").checked
  const variables = { folder: folder().folder, tags: [value], recursive }
  await preview(
    "FoldersTag",
    variables,
    async ({ matched, changed }) => {
      const parts = [`Would tag ${count(changed, "photo")} with “${name}”`]
      if (matched > changed) {
        const filter = { folder: { id: variables.folder, recursive }, excludedTags: [value] }
        const excluded = (await ask("folders.actions", "FoldersExcluded", { filter }).catch(() => null))?.photos.totalCount
        const had = matched - changed - (excluded ?? 0)
        if (had > 0) parts.push(`${had.toLocaleString("en")} ${had === 1 ? "has" : "have"} it already`)
        if (excluded) parts.push(`${excluded.toLocaleString("en")} ${excluded === 1 ? "is" : "are"} excluded`)
      }
      return `${parts.join("; ")}.`
    },
    ({ changed }) => (changed ? `Tag ${count(changed, "photo")}` : "Tag the folder"),
    ({ changed }) => `“${name}” was given to ${count(changed, "photo")}.`,
  )
}

async function untag({ untag: id, tag: name, own }) {
  const where = own ? "" : " Folders above still have it; this one will not."
  await preview(
    "FoldersUntag",
    { folder: folder().folder, tags: [id] },
    ({ changed }) => `Would take “${name}” from ${count(changed, "photo")}.${where}`,
    ({ changed }) => (changed ? `Remove from ${count(changed, "photo")}` : "Remove from the folder"),
    ({ changed }) => `“${name}” was taken from ${count(changed, "photo")}.`,
  )
}

async function shown() {
  await refresh(...SHOWN)
  prepare()
  document.getElementById("tag")?.focus()
}

function prepare() {
  const input = document.getElementById("tag")
  if (!input) return
  suggesting(input, findTags, () => tell(() => tag(input)))
}

async function propose(button) {
  const form = document.getElementById("proposals")
  const found = (await ask("folders.actions", "FoldersTagByName")).tagFoldersByName
  button.hidden = true
  form.hidden = false
  if (!found.length) return form.replaceChildren(make("p", {}, "No name of a folder suggests a tag that it does not have."))
  form.replaceChildren(
    ...found.map(({ tag, folder, photoCount }) => {
      const box = make("input", { type: "checkbox", checked: true })
      Object.assign(box.dataset, { folder: folder.id, tag })
      const where = make("span", { className: "quiet" }, ` ${folder.path}, ${count(photoCount, "photo")}`)
      return make("label", { className: "tick" }, box, make("span", {}, tag, where))
    }),
    make("p", {}, make("button", { className: "main" }, "Give the ticked tags")),
  )
  form.querySelector("input").focus()
}

async function accept(form) {
  const ticked = [...form.querySelectorAll("input:checked")].map(({ dataset }) => ({ folder: dataset.folder, tag: dataset.tag }))
  if (!ticked.length) return say("Nothing is ticked.")
  const done = (await ask("folders.actions", "FoldersTagByName", { accepted: ticked, dryRun: false })).tagFoldersByName
  const changes = [...new Set(done.map((each) => each.change))]
  await refresh("below", "proposing")
  say(`${count(done.filter((each) => each.applied).length, "folder")} tagged.`, changes, () => refresh("below", "proposing"))
}

async function scan(variables) {
  await ask("folders.actions", "FoldersScan", variables)
  say("The scan has begun. Photos appear as they are found.")
}

async function add(form) {
  const root = (await ask("folders.actions", "FoldersAddRoot", { path: form.elements.path.value.trim() })).addRoot
  await ask("folders.actions", "FoldersScan", { root: root.id })
  form.reset()
  await refresh("below")
  say(`“${root.name}” was added. Its photos appear while it is scanned.`)
}

document.addEventListener("submit", (event) => {
  const work = { tagging: () => tag(document.getElementById("tag")), proposals: () => accept(event.target), adding: () => add(event.target) }
  if (!(event.target.id in work)) return
  event.preventDefault()
  tell(work[event.target.id])
})
document.addEventListener("click", (event) => {
  const button = event.target.closest("button")
  if (!button) return
  if ("scan" in button.dataset) tell(() => scan({ folder: button.dataset.folder || null }))
  else if ("untag" in button.dataset) tell(() => untag(button.dataset))
  else if (button.id === "propose") tell(() => propose(button))
})
prepare()
