// The photos that are selected, and what is done with them.
import { findAlbums, findTags } from "./found_names.js"
import { ask, count, say, tell } from "./page.js"
import { suggesting } from "./suggesting.js"

export class Selection {
  /** `changed` is called with photos that look different afterwards. */
  constructor(grid, list, changed) {
    this.grid = grid
    this.list = list
    this.changed = changed
    this.ids = new Set()
    this.anchor = null
    this.bar = document.getElementById("selection")
    this.count = this.bar.querySelector("[data-count]")
    this.bar.addEventListener("click", (event) => this.clicked(event))
    this.bar.addEventListener("submit", (event) => this.submitted(event))
    this.bar.addEventListener("keydown", (event) => event.key === "Escape" && this.clear())
    this.bar.querySelector("[name=rating]").addEventListener("change", (event) => this.rated(event.target))
    suggesting(this.bar.querySelector("[name=tags]"), findTags)
    suggesting(this.bar.querySelector("[name=album]"), findAlbums)
  }

  mark(cell) {
    const isSelected = this.ids.has(cell.dataset.id)
    cell.setAttribute("aria-selected", isSelected)
    cell.querySelector(".check")?.setAttribute("aria-pressed", isSelected)
  }

  show() {
    for (const cell of this.grid.querySelectorAll(".cell[data-id]")) this.mark(cell)
    this.count.textContent = `${count(this.ids.size, "photo")} selected`
    this.bar.hidden = !this.ids.size
    this.grid.classList.toggle("selecting", this.ids.size > 0)
  }

  toggle(place) {
    const { id } = this.list.photos.get(place)
    if (!this.ids.delete(id)) this.ids.add(id)
    this.anchor = place
    this.show()
  }

  /** Selects everything from the photo that was selected last to this one. */
  async reach(place) {
    await this.extend(this.anchor ?? place, place)
    this.anchor = place
  }

  async extend(from, to) {
    const [first, last] = from < to ? [from, to] : [to, from]
    await tell(() => this.list.getAll(first, last + 1))
    for (let place = first; place <= last; place++) {
      const photo = this.list.photos.get(place)
      if (photo) this.ids.add(photo.id)
    }
    this.show()
  }

  /** Selects all photos that have been loaded. */
  addAll() {
    for (const { id } of this.list.photos.values()) this.ids.add(id)
    this.show()
  }

  clear() {
    this.ids.clear()
    this.anchor = null
    const hadFocus = this.bar.contains(document.activeElement)
    this.show()
    if (hadFocus) this.grid.querySelector("a.tile[tabindex='0']")?.focus({ preventScroll: true })
  }

  async clicked({ target }) {
    const action = target.closest("button[data-action]")?.dataset.action
    if (action === "clear") this.clear()
    if (action === "favourite" || action === "unfavourite") {
      const favourite = action === "favourite"
      await this.run("GridFavourite", { favourite }, "favouritePhotos", favourite ? "Favourites now" : "No favourites any more")
    }
  }

  async rated(choice) {
    if (choice.value === "") return
    const rating = choice.value === "none" ? null : Number(choice.value)
    choice.value = ""
    await this.run("GridRate", { rating }, "ratePhotos", rating === null ? "Rating removed" : `Rated ${rating}`)
  }

  async submitted(event) {
    event.preventDefault()
    const form = event.target
    const field = form.querySelector("input")
    const name = field.value.trim()
    if (!name) return
    const tags = [field.dataset.value || name]
    const action = event.submitter?.dataset.action ?? form.dataset.action
    if (action === "tag") await this.run("GridTag", { tags }, "tagPhotos", `Tagged “${name}”`)
    if (action === "untag") await this.run("GridUntag", { tags }, "untagPhotos", `Removed “${name}”`)
    if (action === "album") await this.intoAlbum(name, field.dataset.value)
    form.reset()
    delete field.dataset.value
  }

  async run(operation, variables, field, said) {
    const photos = [...this.ids]
    const done = await tell(async () => (await ask("grid.actions", operation, { photos, ...variables }))[field])
    if (!done) return
    this.changed(done.photos ?? [])
    say(`${said}: ${count(photos.length, "photo")}.`, done.change, (undone) => this.changed(undone.photos))
  }

  /** `known` is the id of an album that was chosen. */
  async intoAlbum(name, known) {
    const photos = [...this.ids]
    await tell(async () => {
      const isSame = ({ label }) => label.toLowerCase() === name.toLowerCase()
      const album = known || (await findAlbums(name)).find(isSame)?.value
      const done = album
        ? (await ask("albums.actions", "AlbumsAdd", { album, photos })).addToAlbum
        : (await ask("albums.actions", "AlbumsCreate", { name, photos })).createAlbum
      say(`${count(photos.length, "photo")} in the album “${done.album.name}”.`, done.change, () => {})
    })
  }
}
