// The photos of a list by their places in it. They are asked for page by page, from the cursor before them that is known.
import { ask } from "./page.js"

const PAGE = 100
const MOST = 500

export class List {
  /** `filter` is null for all photos; if it is undefined, only the `text` says what the list has. */
  constructor(total, sections, filter, text) {
    this.total = total
    this.photos = new Map()
    this.filter = filter
    this.text = text
    this.cursors = new Map([[0, null]]) // the cursor after which the photo at this place comes
    for (const { offset, cursor } of sections) if (cursor) this.cursors.set(offset, cursor)
  }

  /** Takes photos that are known already, from the beginning of the list. */
  begin(photos) {
    photos.forEach((photo, place) => this.photos.set(place, photo))
  }

  /** Returns the first place from `from` to before `to` whose photo is not known, or -1. */
  missing(from, to) {
    for (let place = from; place < Math.min(to, this.total); place++) if (!this.photos.has(place)) return place
    return -1
  }

  /** Gets the photo at a place, with those that follow. A place far from what is known takes several calls. */
  async get(place) {
    let start = 0
    for (const each of this.cursors.keys()) if (each <= place && each > start) start = each
    const first = Math.min(MOST, place - start + PAGE)
    const page = { first, after: this.cursors.get(start) }
    const photos =
      this.filter === undefined
        ? (await ask("search", "Search", { ...page, text: this.text, suggesting: false })).search.photos
        : (await ask("grid", "Grid", { ...page, filter: this.filter })).photos
    photos.edges.forEach(({ cursor, node }, number) => {
      this.photos.set(start + number, node)
      this.cursors.set(start + number + 1, cursor)
    })
    if (photos.edges.length < Math.min(first, this.total - start)) this.total = start + photos.edges.length
    return start + photos.edges.length > place
  }

  /** Gets all photos from a place to another one. */
  async getAll(from, to) {
    for (let place; (place = this.missing(from, to)) >= 0; ) await this.get(place)
  }
}
