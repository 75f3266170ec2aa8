// What the search box may be completed to, while somebody types in it.
import { ask, isTyped, make } from "./page.js"

const SILENCE = 100 // milliseconds without a key, after which is asked
const KINDS = { TAG: "tag", PERSON: "person", FOLDER: "folder", PLACE: "place", CAMERA: "camera", DATE: "date", ALBUM: "album" }

const input = document.getElementById("search")
const list = make("ul", { id: "suggestions", role: "listbox", "aria-label": "Suggestions", hidden: true })
let found = []
let chosen = -1
let asked = 0
let waiting

/** Returns where the word at the cursor begins and ends. */
function word() {
  const end = input.selectionStart ?? input.value.length
  return [input.value.slice(0, end).search(/\S*$/), end]
}

function option({ kind, count, parts }, number) {
  const label = parts.map(({ text, isMatched }) => (isMatched ? make("mark", {}, text) : text))
  const about = `${KINDS[kind]}, ${count.toLocaleString("en")}`
  return make(
    "li",
    { id: `suggestion-${number}`, role: "option", "aria-selected": "false" },
    make("span", {}, ...label), " ", make("span", { className: "quiet" }, about),
  )
}

function show(suggestions) {
  found = suggestions
  chosen = -1
  list.replaceChildren(...found.map(option))
  list.hidden = !found.length
  input.setAttribute("aria-expanded", String(found.length > 0))
  input.removeAttribute("aria-activedescendant")
}

function choose(number) {
  chosen = number
  for (const each of list.children) each.setAttribute("aria-selected", String(each.id === `suggestion-${number}`))
  if (number < 0) input.removeAttribute("aria-activedescendant")
  else {
    input.setAttribute("aria-activedescendant", `suggestion-${number}`)
    list.children[number].scrollIntoView({ block: "nearest" })
  }
}

function take({ text }) {
  const [start, end] = word()
  input.value = `${input.value.slice(0, start)}${text}${input.value.slice(end)}`.trim()
  show([])
  input.form.requestSubmit()
}

async function suggest() {
  const number = ++asked
  const [start, end] = word()
  const typed = input.value.slice(start, end)
  const answer = typed ? await ask("search", "Search", { typed, searching: false }).catch(() => null) : null
  if (number === asked) show((answer?.suggest ?? []).filter(({ text }) => text !== null))
}

input.after(list)
for (const [name, value] of Object.entries({
  role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false",
})) input.setAttribute(name, value)
input.addEventListener("input", () => {
  clearTimeout(waiting)
  waiting = setTimeout(suggest, SILENCE)
})
input.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && found.length) {
    event.preventDefault()
    show([])
  } else if (event.key === "Enter" && chosen >= 0) {
    event.preventDefault()
    take(found[chosen])
  } else if (["ArrowDown", "ArrowUp"].includes(event.key) && found.length) {
    event.preventDefault()
    const step = event.key === "ArrowDown" ? 1 : -1
    choose(((chosen + 1 + step + found.length + 1) % (found.length + 1)) - 1)
  }
})
input.addEventListener("blur", () => show([]))
list.addEventListener("mousedown", (event) => {
  event.preventDefault() // the field keeps the focus
  const number = [...list.children].indexOf(event.target.closest("li"))
  if (number >= 0) take(found[number])
})
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || isTyped(event)) return
  event.preventDefault()
  input.focus()
  input.select()
})
