// A bar beside the grid that has the whole list in scale, and a list of months for those who do not use a mouse.
import { make } from "./page.js"

const YEAR_PIXELS = 24 // between two years that are written

export class Rail {
  /** `places` returns where photos stand, `jump` leads to one, and `upper` returns where the grid begins. */
  constructor(sections, places, jump, upper) {
    this.places = places
    this.upper = upper
    if (sections.length < 2) return
    const choice = document.getElementById("jump")
    for (const section of sections) {
      choice.append(make("option", { value: section.offset }, `${section.title} (${section.count.toLocaleString("en")})`))
    }
    choice.addEventListener("change", () => jump(Number(choice.value)))
    choice.closest("label").hidden = false
    this.choice = choice
    this.sections = sections
    this.thumb = make("div", { className: "thumb" })
    this.rail = make("div", { className: "rail", "aria-hidden": "true" }, this.thumb)
    document.body.append(this.rail)
    this.write()
    addEventListener("resize", () => this.write())
    this.rail.addEventListener("pointerdown", (event) => {
      this.rail.setPointerCapture(event.pointerId)
      this.drag(event)
    })
    this.rail.addEventListener("pointermove", (event) => event.buttons && this.drag(event))
    this.follow()
  }

  write() {
    for (const year of this.rail.querySelectorAll(".year")) year.remove()
    const { tops, height } = this.places()
    let before = -YEAR_PIXELS
    let named = ""
    this.sections.forEach(({ start }, number) => {
      const year = start ? start.slice(0, 4) : "?"
      const at = (tops[number] / height) * this.rail.clientHeight
      if (year === named || at < before + YEAR_PIXELS) return
      const element = make("span", { className: "year" }, year)
      element.style.top = `${at}px`
      this.rail.append(element)
      before = at
      named = year
    })
  }

  drag(event) {
    const { top, height } = this.rail.getBoundingClientRect()
    const share = Math.min(1, Math.max(0, (event.clientY - top) / height))
    scrollTo(0, this.upper() + share * this.places().height - innerHeight / 3)
    event.preventDefault()
  }

  /** Shows where the view is. */
  follow() {
    if (!this.rail) return
    const places = this.places()
    const share = Math.min(1, Math.max(0, (scrollY - this.upper() + innerHeight / 3) / places.height))
    const section = this.sections[places.sectionOf(places.firstBelow(share * places.height))]
    this.thumb.style.top = `${share * 100}%`
    this.thumb.dataset.month = section.title
    this.choice.value = section.offset
  }
}
