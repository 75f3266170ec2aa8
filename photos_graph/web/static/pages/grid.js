// The grid of all photos of a list: only the rows near the view are in the page. Arrow keys move, the address and the
// history lead back to the same place.
import { filled, known } from "./cells.js"
import { ask, make, mayEdit, tell } from "./page.js"
import { List } from "./list.js"
import { Places } from "./places.js"
import { Rail } from "./rail.js"
import { Selection } from "./selection.js"

const HEADING = 56
const AROUND = 800 // pixels above and below the view that are there, too
const FEW = 100 // photos of a library that is probably being read for the first time, so that more are expected soon

const grid = document.getElementById("grid")
const text = grid.dataset.text
const given = JSON.parse(grid.dataset.sections)
const filter = text && grid.dataset.filter === "null" ? undefined : JSON.parse(grid.dataset.filter)
const total = Number(grid.dataset.total)
const sections = given.length ? given : [{ start: null, count: total, offset: 0, cursor: null }]
const list = new List(total, sections, filter, text)
const rows = new Map() // the rows in the page, by key
let places
let current = 0 // the photo that the keyboard is at
let loading = false
let selection = null

for (const section of sections) {
  const { start } = section
  section.title = start
    ? new Date(`${start}T12:00`).toLocaleDateString("en", { month: "long", year: "numeric" })
    : given.length > 1 ? "Without a date" : "Photos"
}

function measure() {
  const ruler = make("div", { className: "tiles" }, make("span", { className: "tile" }))
  grid.append(ruler)
  const style = getComputedStyle(ruler)
  const columns = style.gridTemplateColumns.split(" ")
  places = new Places(sections, columns.length, parseFloat(columns[0]), parseFloat(style.rowGap), HEADING)
  ruler.remove()
  grid.style.height = `${places.height}px`
  grid.setAttribute("aria-rowcount", places.rows)
  grid.setAttribute("aria-colcount", places.columns)
}

const upper = () => grid.getBoundingClientRect().top + scrollY
const covered = () => document.querySelector(".top").offsetHeight

function fill(cell, place) {
  filled(cell, list.photos.get(place), place, text)
  selection?.mark(cell)
  if (place === current) cell.querySelector("a").tabIndex = 0
}

function row(wanted) {
  const element = make("div", { role: "row", "aria-rowindex": wanted.row + 1 })
  element.style.transform = `translateY(${wanted.top}px)`
  if (wanted.from === undefined) {
    element.className = "heading"
    const title = make("h2", {}, sections[wanted.section].title)
    element.append(make("div", { role: "gridcell", "aria-colspan": places.columns }, title))
    return element
  }
  element.className = "tiles row"
  for (let place = wanted.from; place < wanted.to; place++) {
    const cell = make("div", { role: "gridcell", className: "cell", "aria-colindex": place - wanted.from + 1 })
    cell.dataset.place = place
    if (list.photos.has(place)) fill(cell, place)
    else cell.append(make("span", { className: "tile" }))
    element.append(cell)
  }
  return element
}

function view() {
  const top = scrollY - upper()
  return [top - AROUND, top + innerHeight + AROUND]
}

function draw() {
  const wanted = places.between(...view())
  const keys = new Set(wanted.map((each) => each.key))
  for (const [key, element] of rows) {
    if (keys.has(key) || element.contains(document.activeElement)) continue
    element.remove()
    rows.delete(key)
  }
  for (const each of wanted) if (!rows.has(each.key)) rows.set(each.key, row(each))
  let next = grid.firstElementChild
  const ordered = [...rows.values()].sort((a, b) => a.getAttribute("aria-rowindex") - b.getAttribute("aria-rowindex"))
  for (const element of ordered) {
    if (element === next) next = next.nextElementSibling
    else grid.insertBefore(element, next)
  }
  keepStop()
  load()
}

/** The tabulator always finds a photo of the grid: the one that the keyboard was at, or else the first in the view. */
function keepStop() {
  if (grid.querySelector(`a.tile[tabindex="0"], .cell[data-place="${current}"]`)) return
  current = places.firstBelow(scrollY + covered() - upper())
  const link = grid.querySelector(`.cell[data-place="${current}"] a`)
  if (link) link.tabIndex = 0
}

/** Gets what the view lacks, until it lacks nothing. */
async function load() {
  if (loading) return
  loading = true
  await tell(async () => {
    for (let tries = 0; tries < 1000; tries++) {
      const wanted = places.between(...view()).filter((each) => each.from !== undefined)
      const near = wanted.filter((each) => each.top + places.step > scrollY - upper())
      const place = first(near) ?? first(wanted)
      if (place === undefined) break
      await list.get(place)
      show()
    }
  })
  loading = false
}

function first(wanted) {
  for (const { from, to } of wanted) {
    const place = list.missing(from, to)
    if (place >= 0) return place
  }
}

/** Shows the photos that came. */
function show() {
  for (const cell of grid.querySelectorAll(".cell:not([data-id])")) {
    const place = Number(cell.dataset.place)
    if (list.photos.has(place)) fill(cell, place)
  }
}

/** Shows again what photos are, after they have changed. */
function changed(photos) {
  const news = new Map(photos.map((photo) => [photo.id, photo]))
  for (const [place, photo] of list.photos) if (news.has(photo.id)) list.photos.set(place, { ...photo, ...news.get(photo.id) })
  for (const cell of grid.querySelectorAll(".cell[data-id]")) {
    const place = Number(cell.dataset.place)
    const focused = cell.contains(document.activeElement)
    if (news.has(cell.dataset.id)) fill(cell, place)
    if (focused) cell.querySelector("a").focus({ preventScroll: true })
  }
}

function jump(place) {
  scrollTo(0, upper() + places.topOf(place) - covered() - HEADING)
  draw()
}

/** Moves the keyboard to a photo. */
async function go(place, focus = true) {
  current = Math.max(0, Math.min(place, list.total - 1))
  const top = upper() + places.topOf(current)
  if (top < scrollY + covered() + 8) scrollTo(0, top - covered() - HEADING)
  else if (top + places.step > scrollY + innerHeight - 72) scrollTo(0, top + places.step - innerHeight + 72)
  draw()
  if (!list.photos.has(current)) {
    await tell(() => list.getAll(current, current + 1))
    show()
  }
  for (const link of grid.querySelectorAll("a.tile[tabindex='0']")) link.tabIndex = -1
  const link = grid.querySelector(`.cell[data-place="${current}"] a`)
  if (!link) return
  link.tabIndex = 0
  if (focus) link.focus({ preventScroll: true })
}

const MOVES = {
  ArrowLeft: () => current - 1,
  ArrowRight: () => current + 1,
  ArrowUp: () => places.vertically(current, -1),
  ArrowDown: () => places.vertically(current, 1),
  PageUp: () => places.firstBelow(places.topOf(current) - innerHeight + 200),
  PageDown: () => places.firstBelow(places.topOf(current) + innerHeight - 200),
  Home: () => 0,
  End: () => list.total - 1,
}

async function pressed(event) {
  if (event.target.closest(".cell") === null || event.altKey) return
  current = Number(event.target.closest(".cell").dataset.place)
  if (event.key in MOVES && !event.ctrlKey && !event.metaKey) {
    event.preventDefault()
    const before = current
    await go(MOVES[event.key]())
    if (event.shiftKey) await selection?.extend(before, current)
  } else if (event.key === " " && !event.target.matches("button")) {
    event.preventDefault()
    selection?.toggle(current)
  } else if (event.key === "a" && (event.ctrlKey || event.metaKey) && selection) {
    event.preventDefault()
    selection.addAll()
  } else if (event.key === "Escape") selection?.clear()
}

async function clicked(event) {
  const cell = event.target.closest(".cell[data-id]")
  if (!cell) return
  const place = Number(cell.dataset.place)
  const isCheck = event.target.closest(".check")
  if (!selection || (!isCheck && !event.shiftKey)) {
    remember()
    return
  }
  event.preventDefault()
  if (event.shiftKey) await selection.reach(place)
  else selection.toggle(place)
  await go(place)
}

/** Lets the history lead back to what is seen now. */
function remember() {
  const at = places.firstBelow(scrollY + covered() - upper())
  history.replaceState({ y: scrollY, width: innerWidth, at }, "", location.pathname + location.search)
}

function comeBack() {
  const at = /^#at=(\d{1,9})$/.exec(location.hash)
  const state = history.state
  if (at) {
    const place = Math.min(Number(at[1]), list.total - 1)
    jump(place)
    scrollBy(0, -innerHeight / 3)
    go(place)
  } else if (state?.width === innerWidth) scrollTo(0, state.y)
  else if (state?.at) jump(state.at)
}

function begin() {
  list.begin([...grid.querySelectorAll("a.tile")].map(known))
  grid.replaceChildren()
  grid.classList.add("whole")
  grid.setAttribute("role", "grid")
  grid.setAttribute("aria-label", "Photos")
  if (mayEdit) {
    grid.setAttribute("aria-multiselectable", "true")
    selection = new Selection(grid, list, changed)
  }
  history.scrollRestoration = "manual"
  measure()
  const rail = new Rail(sections, () => places, jump, upper)
  comeBack()
  draw()
  let waiting = 0
  let resting
  addEventListener("scroll", () => {
    waiting ||= requestAnimationFrame(() => {
      waiting = 0
      draw()
      rail.follow()
    })
    clearTimeout(resting)
    resting = setTimeout(remember, 300)
  }, { passive: true })
  let width = grid.clientWidth
  new ResizeObserver(() => {
    if (grid.clientWidth === width) return
    width = grid.clientWidth
    const at = places.firstBelow(scrollY + covered() - upper())
    for (const element of rows.values()) element.remove()
    rows.clear()
    measure()
    jump(at)
  }).observe(grid)
  grid.addEventListener("keydown", pressed)
  grid.addEventListener("click", clicked)
}

/** Says when photos have come or gone, such as during a scan, and shows an empty library as soon as it has some. */
async function look() {
  if (document.hidden || filter === undefined) return
  const { photos } = await ask("grid", "Grid", { filter, first: 1 })
  if (photos.totalCount === total) return
  if (!total) location.reload()
  const button = make("button", { type: "button" }, `There are ${photos.totalCount.toLocaleString("en")} now. Show them`)
  button.addEventListener("click", () => location.reload())
  document.getElementById("news").replaceChildren(button)
}

if (total) begin()
setInterval(() => look().catch(() => {}), text || total > FEW ? 30000 : 4000)
