// Where the photos of a list stand: sections with a heading, below it rows of square tiles. All of it is known from the
// numbers of the sections, before any photo is.

export class Places {
  /** `sections` are {start, count, offset}, in the order of the list; sizes are in pixels. */
  constructor(sections, columns, tile, gap, heading) {
    this.columns = columns
    this.step = tile + gap
    this.heading = heading
    this.sections = sections
    this.tops = []
    this.rowsBefore = []
    let top = 0
    let rows = 0
    for (const { count } of sections) {
      this.tops.push(top)
      this.rowsBefore.push(rows)
      top += heading + this.rowsIn(count) * this.step
      rows += 1 + this.rowsIn(count)
    }
    this.height = top
    this.rows = rows
  }

  rowsIn(count) {
    return Math.ceil(count / this.columns)
  }

  /** Returns the number of the section that has a photo. */
  sectionOf(index) {
    return last(this.sections, (section) => section.offset <= index)
  }

  /** Returns where the row of a photo begins. */
  topOf(index) {
    const number = this.sectionOf(index)
    const row = Math.floor((index - this.sections[number].offset) / this.columns)
    return this.tops[number] + this.heading + row * this.step
  }

  /** Returns the first photo whose row ends below a height. */
  firstBelow(height) {
    const number = Math.max(0, last(this.tops, (top) => top <= height))
    const { offset, count } = this.sections[number]
    const row = Math.max(0, Math.floor((height - this.tops[number] - this.heading) / this.step))
    return Math.min(offset + row * this.columns, offset + count - 1)
  }

  /** Returns the rows between two heights, from top to bottom. A row without `from` is a heading. */
  between(top, bottom) {
    const found = []
    let number = Math.max(0, last(this.tops, (each) => each <= top))
    for (; number < this.sections.length && this.tops[number] < bottom; number++) {
      const { offset, count } = this.sections[number]
      const start = this.tops[number] + this.heading
      if (start > top) found.push({ key: `h${number}`, section: number, top: this.tops[number], row: this.rowsBefore[number] })
      const first = Math.max(0, Math.floor((top - start) / this.step))
      const end = Math.min(this.rowsIn(count), Math.ceil((bottom - start) / this.step))
      for (let row = first; row < end; row++) {
        const from = offset + row * this.columns
        found.push({
          key: `r${from}`, section: number, top: start + row * this.step, row: this.rowsBefore[number] + 1 + row,
          from, to: Math.min(from + this.columns, offset + count),
        })
      }
    }
    return found
  }

  /** Returns the photo at the same place one row up (-1) or down (1), or the same one at the edge of the list. */
  vertically(index, step) {
    let number = this.sectionOf(index)
    const within = index - this.sections[number].offset
    const column = within % this.columns
    let row = Math.floor(within / this.columns) + step
    if (row < 0) {
      if (!number) return index
      number -= 1
      row = this.rowsIn(this.sections[number].count) - 1
    } else if (row >= this.rowsIn(this.sections[number].count)) {
      if (number + 1 === this.sections.length) return index
      number += 1
      row = 0
    }
    const { offset, count } = this.sections[number]
    return offset + Math.min(row * this.columns + column, count - 1)
  }
}

/** Returns the place of the last item that fulfils a condition, which holds for a beginning of the list; or -1. */
function last(items, holds) {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(items[middle])) low = middle + 1
    else high = middle
  }
  return low - 1
}
