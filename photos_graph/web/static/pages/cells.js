// The cells of the grid: a picture that leads to the page of its photo, and a button that selects it.
import { colourOf, make, mayEdit } from "./page.js"

/** Returns what the page says of a photo before its script runs. */
export function known(tile) {
  const image = tile.querySelector("img")
  const { id, name, taken, placeholder } = tile.dataset
  const [thumbnail, sharper] = image.getAttribute("srcset").split(/\s+\d+w,?\s*/)
  const marks = { favourite: "favourite" in tile.dataset, motion: "motion" in tile.dataset || null }
  return { id, name, takenAt: taken || null, placeholder, thumbnail, sharper, width: image.width, height: image.height, ...marks }
}

function address(photo, place, text) {
  const query = new URLSearchParams({ ...(text ? { q: text } : {}), at: place })
  return `/photo/${encodeURIComponent(photo.id)}?${query}`
}

function described(photo) {
  const day = photo.takenAt && new Date(photo.takenAt).toLocaleDateString("en", { dateStyle: "long" })
  return day ? `${photo.name}, ${day}` : photo.name
}

/** Puts a photo into its cell. `text` is what was searched for. */
export function filled(cell, photo, place, text) {
  const image = make("img", {
    srcset: `${photo.thumbnail} 320w, ${photo.sharper} 960w`, sizes: "180px", src: photo.thumbnail,
    alt: described(photo), decoding: "async", draggable: false,
  })
  const link = make("a", { className: "tile", href: address(photo, place, text), tabIndex: -1 }, image)
  if (photo.placeholder) link.style.backgroundColor = colourOf(photo.placeholder)
  const marks = [photo.favourite && "♥", photo.motion && "▶"].filter(Boolean)
  if (marks.length) link.append(make("span", { className: "marks", "aria-hidden": "true" }, marks.join(" ")))
  const check = mayEdit
    ? [make("button", { className: "check", type: "button", tabIndex: -1, "aria-label": `Select ${photo.name}` })]
    : []
  cell.replaceChildren(link, ...check)
  cell.dataset.id = photo.id
}
