// The photos that are selected, and what is done with them.
import { ask, completed, count, say, tell } from "./page.js"

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
    completed(this.bar.querySelector("[name=tags]"), tagNames)
    completed(this.bar.querySelector("[name=album]"), albumNames)
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
    const name = form.querySelector("input").value.trim()
    if (!name) return
    const action = event.submitter?.dataset.action ?? form.dataset.action
    if (action === "tag") await this.run("GridTag", { tags: [name] }, "tagPhotos", `Tagged “${name}”`)
    if (action === "untag") await this.run("GridUntag", { tags: [name] }, "untagPhotos", `Removed “${name}”`)
    if (action === "album") await this.intoAlbum(name)
    form.reset()
  }

  async run(operation, variables, field, said) {
    const photos = [...this.ids]
    const done = await tell(async () => (await ask("grid.actions", operation, { photos, ...variables }))[field])
    if (!done) return
    this.changed(done.photos ?? [])
    say(`${said}: ${count(photos.length, "photo")}.`, done.change, (undone) => this.changed(undone.photos))
  }

  async intoAlbum(name) {
    const photos = [...this.ids]
    await tell(async () => {
      const found = (await albums(name)).find((each) => each.name.toLowerCase() === name.toLowerCase() && !each.isSmart)
      const done = found
        ? (await ask("albums.actions", "AlbumsAdd", { album: found.id, photos })).addToAlbum
        : (await ask("albums.actions", "AlbumsCreate", { name, photos })).createAlbum
      say(`${count(photos.length, "photo")} in the album “${done.album.name}”.`, done.change, () => {})
    })
  }
}

async function albums(text) {
  return (await ask("albums", "Albums", { opening: false, text, first: 8 })).albums.edges.map(({ node }) => node)
}

export async function tagNames(text) {
  const { tags } = await ask("tags", "Tags", { text, first: 8, orderBy: "PHOTO_COUNT" })
  return tags.edges.map(({ node }) => node.path)
}

async function albumNames(text) {
  return (await albums(text)).filter((each) => !each.isSmart).map((each) => each.name)
}
