// A sheet: the wrong photos are marked, and one button says that the others are right.
import { ask, count, refresh, say, tell } from "./page.js"

const at = (id) => document.getElementById(id)
const tiles = () => [...document.querySelectorAll(".judged")]
const wrong = () => tiles().filter((tile) => tile.getAttribute("aria-pressed") === "true")

document.addEventListener("click", (event) => {
  const tile = event.target.closest(".judged")
  if (tile) {
    tile.setAttribute("aria-pressed", String(tile.getAttribute("aria-pressed") !== "true"))
    const marked = wrong().length
    const others = tiles().length - marked
    at("marked").textContent = marked ? `${count(marked, "photo")} marked as wrong.` : "None is marked."
    at("judge").textContent = marked ? `The other ${others} are right` : `All ${others} are right`
  }
  if (event.target.closest("#judge")) tell(judge)
})

document.addEventListener("keydown", (event) => {
  const tile = event.target.closest?.(".judged")
  if (!tile || event.altKey || event.ctrlKey || event.metaKey) return
  const all = tiles()
  const columns = all.filter((each) => each.offsetTop === all[0].offsetTop).length
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key]
  const next = step && all[all.indexOf(tile) + step]
  if (!step) return
  event.preventDefault()
  next?.focus()
})

const renew = () => refresh("judging", "tags") // the next sheet, and what the tags promise

async function judge() {
  const { tag, name } = at("sheet").dataset
  const marked = wrong().map((tile) => tile.dataset.id)
  const { matched, change } = (await ask("sheets.actions", "SheetsJudge", { tag, wrong: marked })).judgeSheet
  await renew()
  at("main").focus({ preventScroll: true })
  scrollTo(0, 0)
  say(`${count(matched, "photo")} judged: ${matched - marked.length} show “${name}”, ${marked.length} do not.`, change, renew)
}
