// One photo: its faces as boxes, arrow keys that turn to the next one, and what people say about it.
import { held } from "./acting.js"
import { findPersons, findTags } from "./found_names.js"
import { ask, isTyped, mayEdit, refresh, say, tell } from "./page.js"
import { suggesting } from "./suggesting.js"

const { id, before, after, width, height } = document.getElementById("photo").dataset
const photo = id
const reload = () => refresh("about", "boxes").then(arrange)

/** Puts the boxes where the faces are, and offers names where people may type them. */
function arrange() {
  for (const face of document.querySelectorAll(".face")) {
    const box = JSON.parse(face.dataset.box)
    const style = { left: box.x, top: box.y, width: box.width, height: box.height }
    for (const [side, share] of Object.entries(style)) face.style[side] = `${100 * share}%`
  }
  if (!mayEdit) return
  suggesting(document.getElementById("tag"), findTags)
  for (const input of document.querySelectorAll(".naming [name=person]")) suggesting(input, findPersons)
}

/** Does what changes the photo, shows it, and offers to undo it. */
async function change(said, work) {
  await tell(async () => {
    const done = await work()
    if (!done) return
    await reload()
    say(said, done.change, reload)
  })
}

const tagged = (tags, said) => change(said, async () => (await ask("detail.actions", "DetailTag", { photo, tags })).tagPhotos)

const untagged = (tags, said) =>
  change(said, async () => (await ask("grid.actions", "GridUntag", { photos: [photo], tags })).untagPhotos)

const assigned = (face, person, said) =>
  change(said, async () => (await ask("detail.actions", "DetailAssignFaces", { faces: [face], person })).assignFaces)

const ignored = (face, value, said) =>
  change(said, async () => (await ask("detail.actions", "DetailIgnoreFaces", { faces: [face], ignored: value })).ignoreFaces)

const rejected = (face, person, said) =>
  change(said, async () => (await ask("detail.actions", "DetailRejectFaces", { faces: [face], person })).rejectFaces)

/** Says that a face is that of the person who owns the library. */
async function isMe({ face, person, name }) {
  if (person) {
    const update = () => ask("people.actions", "PeopleUpdate", { person, isMe: true })
    await change("This is you.", async () => (await update()).updatePerson)
    return
  }
  if (name) {
    await change("This is you.", async () => {
      const done = (await ask("detail.actions", "DetailAssignFaces", { faces: [face], person: name })).assignFaces
      await ask("people.actions", "PeopleUpdate", { person: done.faces[0].person.id, isMe: true })
      return done
    })
    return
  }
  const everybody = await tell(() => ask("people", "People", { first: 500, includeHidden: true }))
  const me = everybody?.persons.edges.map(({ node }) => node).find((each) => each.isMe)
  if (me) await assigned(face, me.id, `This is ${me.name}.`)
  else say("Nobody is you yet. Type your name beside the face first.")
}

const CHOICES = {
  assign: ({ face, named }) => assigned(face, named, "Saved."),
  reject: ({ face, person }) => rejected(face, person, "Noted: it is somebody else."),
  ignore: ({ face }) => ignored(face, true, "The face is ignored."),
  heed: ({ face }) => ignored(face, false, "The face is not ignored any more."),
  me: isMe,
  confirm: ({ tag, tagName }) => tagged([tag], `“${tagName}” is right.`),
  untag: ({ tag, tagName }) => untagged([tag], `Not “${tagName}” any more.`),
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("#about button[data-action]")
  if (!button) return
  const about = button.closest("[data-face]")
  const given = button.closest("[data-tag]")
  const field = about?.querySelector("[name=person]")
  const name = field?.dataset.value || field?.value.trim()
  const what = {
    face: about?.dataset.face, person: about?.dataset.person, name, named: button.dataset.name,
    tag: given?.dataset.tag, tagName: given?.dataset.name,
  }
  await held(() => CHOICES[button.dataset.action](what))
})

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("#about form")
  if (!form) return
  event.preventDefault()
  const field = form.querySelector("input")
  const name = field.value.trim()
  if (!name) return
  const value = field.dataset.value || name
  if (form.dataset.action === "tag") await tagged([value], `Tagged “${name}”.`)
  else await assigned(form.closest("[data-face]").dataset.face, value, `This is ${name}.`)
})

document.addEventListener("change", async ({ target }) => {
  if (target.id !== "rating") return
  const rating = target.value === "" ? null : Number(target.value)
  const rate = () => ask("grid.actions", "GridRate", { photos: [photo], rating })
  await change(rating === null ? "The rating is removed." : `Rated ${rating}.`, async () => (await rate()).ratePhotos)
})

document.addEventListener("click", async ({ target }) => {
  if (target.id !== "favourite") return
  const favourite = target.getAttribute("aria-pressed") !== "true"
  const mark = () => ask("grid.actions", "GridFavourite", { photos: [photo], favourite })
  await change(favourite ? "A favourite now." : "No favourite any more.", async () => (await mark()).favouritePhotos)
})

document.addEventListener("click", (event) => {
  const face = event.target.closest("a.face")
  if (!face) return
  event.preventDefault()
  const about = document.querySelector(face.getAttribute("href"))
  const field = about.querySelector("input, button") ?? about
  field.focus()
  about.scrollIntoView({ block: "nearest" })
})

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || isTyped(event)) return
  const wanted = { ArrowLeft: "a[rel=prev]", ArrowRight: "a[rel=next]", Escape: "#back" }[event.key]
  const link = wanted && document.querySelector(wanted)
  if (link) location.href = link.href
})

// A picture is never larger than it is, and seen whole.
const frame = document.getElementById("frame")
frame.style.setProperty("--ratio", Number(width) / Number(height))
frame.style.setProperty("--most", `${width}px`)
arrange()
addEventListener("load", () => {
  for (const address of [after, before]) if (address) new Image().src = address
})
