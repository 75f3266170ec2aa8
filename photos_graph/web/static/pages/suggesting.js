// A text field that proposes what it may become. Arrow keys choose, Enter takes the chosen one, Escape closes the list.
import { make } from "./page.js"

const GAP = 4 // pixels between a field and its list
const ENOUGH = 240 // pixels below a field with which the list is not put above it

let lists = 0

/** `find(text)` resolves to [{label, hint, picture, value}]. What is taken stands in `input.dataset.value` until
 * something else is typed, and `taken` is called after that. */
export function suggesting(input, find, taken = () => {}) {
  const id = `suggestions-${++lists}`
  const list = make("ul", { id, className: "suggestions", role: "listbox", popover: "manual", "aria-label": "Suggestions" })
  let found = []
  let at = -1
  let asked = 0
  let waiting

  const isOpen = () => input.getAttribute("aria-expanded") === "true"
  const show = (open) => {
    if (open === isOpen()) return
    input.setAttribute("aria-expanded", String(open))
    if (list.isConnected) list.togglePopover(open) // above everything, so that nothing cuts it off
    for (const event of ["scroll", "resize"]) {
      if (open) addEventListener(event, arrange, { capture: true, passive: true })
      else removeEventListener(event, arrange, { capture: true })
    }
  }
  const arrange = () => {
    const { left, right, top, bottom } = input.getBoundingClientRect()
    const below = innerHeight - bottom
    const isAbove = below < ENOUGH && top > below
    Object.assign(list.style, {
      left: `${left}px`,
      minWidth: `${right - left}px`,
      top: isAbove ? "auto" : `${bottom + GAP}px`,
      bottom: isAbove ? `${innerHeight - top + GAP}px` : "auto",
      maxWidth: `${innerWidth - left - GAP}px`,
    })
  }
  const close = () => {
    asked += 1
    clearTimeout(waiting)
    show(false)
    at = -1
    input.removeAttribute("aria-activedescendant")
  }
  const choose = (place) => {
    at = place
    ;[...list.children].forEach((each, index) => each.setAttribute("aria-selected", String(index === at)))
    if (at < 0) input.removeAttribute("aria-activedescendant")
    else {
      input.setAttribute("aria-activedescendant", list.children[at].id)
      list.children[at].scrollIntoView({ block: "nearest" })
    }
  }
  const take = (place) => {
    input.value = found[place].label
    input.dataset.value = found[place].value
    close()
    taken(found[place])
  }
  const look = async () => {
    const mine = ++asked
    const text = input.value.trim()
    const answer = text ? await find(text).catch(() => []) : []
    if (mine !== asked || document.activeElement !== input) return
    found = answer
    list.replaceChildren(...found.map(option))
    arrange()
    show(found.length > 0)
    choose(-1)
  }
  const option = ({ label, hint, picture }, place) => {
    const parts = [make("span", {}, label)]
    if (picture) parts.unshift(make("img", { src: picture, alt: "" }))
    if (hint) parts.push(make("span", { className: "quiet" }, hint))
    const element = make("li", { id: `${id}-${place}`, role: "option", "aria-selected": "false" }, ...parts)
    element.addEventListener("pointerdown", (event) => {
      event.preventDefault()
      take(place)
    })
    return element
  }

  const attributes = { role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-controls": id, "aria-expanded": "false" }
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value)
  ;(input.closest("label") ?? input).after(list) // what is in a label is read as part of it
  input.addEventListener("input", () => {
    delete input.dataset.value
    clearTimeout(waiting)
    waiting = setTimeout(look, 120)
  })
  input.addEventListener("blur", close)
  input.form?.addEventListener("submit", close)
  input.addEventListener("keydown", (event) => {
    if (!isOpen()) return
    if (event.key === "ArrowDown") choose((at + 1) % found.length)
    else if (event.key === "ArrowUp") choose((at <= 0 ? found.length : at) - 1)
    else if (event.key === "Enter" && at >= 0) take(at)
    else if (event.key === "Escape") close()
    else return
    event.preventDefault()
    event.stopPropagation()
  })
}
