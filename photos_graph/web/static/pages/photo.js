// One photo: arrow keys turn to the next one, and what people say about it.
import { ask, say, tell } from "./page.js"

const photo = document.getElementById("photo").dataset.id

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
  if (event.target.closest("input, textarea, select, [contenteditable]")) return
  const wanted = { ArrowLeft: "a[rel=prev]", ArrowRight: "a[rel=next]", Escape: "#back" }[event.key]
  const link = wanted && document.querySelector(wanted)
  if (link) location.href = link.href
})

const favourite = document.getElementById("favourite")
const show = (value) => favourite.setAttribute("aria-pressed", String(value))
favourite?.addEventListener("click", () =>
  tell(async () => {
    const wanted = favourite.getAttribute("aria-pressed") !== "true"
    const { change } = (await ask("grid.actions", "GridFavourite", { photos: [photo], favourite: wanted })).favouritePhotos
    show(wanted)
    say(wanted ? "It is a favourite now." : "It is no favourite any more.", change, () => show(!wanted))
  }),
)
