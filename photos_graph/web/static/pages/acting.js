// A button that is pressed twice acts once: by a double click, whatever is below the pointer by then; by a key that is held
// or pressed twice; and while what it does is not done yet. This is heard before anything else, so that it holds everywhere.

const TWICE = 500 // milliseconds between two presses of a key that are meant as one; those of a mouse are counted by the browser

const acting = new Map() // what was pressed and is not done yet, with the number of works that it has begun
let pressed = null // the button, form or field that is being heard
let entered = -Infinity // when a key was pressed that presses buttons and sends forms, and whether one was pressed since
let hasActed = false

function stop(event) {
  event.preventDefault()
  event.stopImmediatePropagation()
}

function press(event) {
  const element = event.type === "submit" ? event.target : event.target.closest?.("button")
  if (!element) return
  if (event.detail > 1 || acting.has(element)) return stop(event)
  hasActed = true
  hear(element)
}

function hear(element) {
  pressed = element
  setTimeout(() => (pressed = null))
}

addEventListener("click", press, { capture: true })
addEventListener("submit", press, { capture: true })
addEventListener("input", () => (hasActed = false), { capture: true }) // a name was typed, and is meant to be sent
addEventListener(
  "keydown",
  (event) => {
    const field = event.target.closest?.("button, input")
    const isPress = field && (event.key === "Enter" || (event.key === " " && field.matches("button")))
    if (isPress && (event.repeat || (hasActed && event.timeStamp - entered < TWICE))) return stop(event)
    if (isPress && acting.has(field)) return stop(event)
    hasActed = false
    if (!isPress) return
    entered = event.timeStamp
    hear(field)
  },
  { capture: true },
)

/** Does what the button or form that was pressed is for, which is not heard again until that is done. If each press of a
 *  button is about something else, it has `data-each`, and is heard at once. */
export async function held(work) {
  const element = pressed && !("each" in pressed.dataset) ? pressed : null
  if (!element) return work()
  acting.set(element, (acting.get(element) ?? 0) + 1)
  element.setAttribute("aria-busy", "true")
  try {
    return await work()
  } finally {
    const others = acting.get(element) - 1
    if (others) acting.set(element, others)
    else {
      acting.delete(element)
      element.removeAttribute("aria-busy")
    }
  }
}
