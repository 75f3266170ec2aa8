// What the service does: jobs show their progress by themselves, and the owner starts, cancels and decides.
import { Problem, ask, fetched, say, tell } from "./page.js"

const OFTEN = 2000 // milliseconds between two looks while jobs wait or run
const SELDOM = 15000
const DAY = 86400000

const at = (id) => document.getElementById(id)
const active = () => Number(at("work").dataset.active)

/** Shows again what this page has now. The focus and what is unfolded stay. */
async function renew(part = null) {
  const address = new URL(location.href)
  if (part) address.searchParams.set("part", part)
  for (const section of (await fetched(address)).querySelectorAll(".system section[id]")) replace(at(section.id), section)
}

function replace(old, fresh) {
  if (!old || old.isEqualNode(fresh)) return
  const focused = old.contains(document.activeElement) ? document.activeElement.id : null
  for (const details of old.querySelectorAll("details[open][id]")) {
    const same = fresh.querySelector(`[id="${CSS.escape(details.id)}"]`)
    if (same) same.open = true
  }
  for (const typed of old.querySelectorAll("form [id]:not(button)")) {
    const same = fresh.querySelector(`[id="${CSS.escape(typed.id)}"]`)
    if (same) same.value = typed.value
  }
  const made = old.querySelector("#made:not([hidden])") // a token that is shown only once
  if (made) fresh.querySelector("#made").replaceWith(made)
  old.replaceWith(document.adoptNode(fresh))
  if (focused) (at(focused) ?? at("main")).focus({ preventScroll: true })
}

async function watch() {
  try {
    const before = active()
    if (!document.hidden) await renew("work")
    if (before && !active()) await renew() // what a job did shows elsewhere, too
  } catch {
    // The service may be starting again; the next look tells.
  }
  setTimeout(watch, active() ? OFTEN : SELDOM)
}

/** Asks whether something is really wanted that cannot be undone. */
function sure(text, yes) {
  const dialog = at("sure")
  at("sure-text").textContent = text
  at("sure-yes").textContent = yes
  dialog.returnValue = ""
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true })
  })
}

const cancel = (job) => ask("system.actions", "SystemCancel", { job: job.id })

/** Says that a job was started; undoing that cancels it. */
function started(text, job) {
  say(text, async () => {
    await cancel(job)
    say("1 job was cancelled.")
    await renew("work")
  })
}

const ACTIONS = {
  async scan() {
    started("1 job looks for new photos.", (await ask("system.actions", "SystemScan")).scan)
  },
  async retry() {
    started("The files that failed are read again.", (await ask("system.actions", "SystemRetry")).retryFailures)
  },
  async train({ kind }) {
    started("1 training was started.", (await ask("system.actions", "SystemTrain", { kind })).train)
  },
  async backup() {
    started("1 back-up was started.", (await ask("system.actions", "SystemBackup")).backup)
  },
  async cancel({ job, name }) {
    await cancel({ id: job })
    say(`1 job was cancelled: ${name}.`)
  },
  async activate({ model, version, before }) {
    await ask("system.actions", "SystemActivate", { model })
    const back = async () => {
      await ask("system.actions", "SystemActivate", { model: before })
      say("Undone.")
      await renew()
    }
    say(`Version ${version} is used now. All photos are predicted again.`, before ? back : null)
  },
  async revoke({ token, name }) {
    if (!(await sure(`Revoke ${name}? Whoever uses it is signed out. This cannot be undone.`, "Revoke"))) return
    await ask("visitors.actions", "VisitorsRevoke", { token })
    say(`1 token was revoked: ${name}.`)
  },
  async copy() {
    try {
      await navigator.clipboard.writeText(at("secret").textContent)
      say("It is copied.")
    } catch {
      getSelection().selectAllChildren(at("secret")) // without HTTPS, people copy it themselves
    }
  },
  async end({ session, name }) {
    if (!(await sure(`Sign out ${name}?`, "Sign out"))) return
    await ask("visitors.actions", "VisitorsEnd", { session })
    say("1 browser was signed out.")
  },
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]")
  if (!button) return
  tell(async () => {
    await ACTIONS[button.dataset.do](button.dataset)
    if (button.dataset.do !== "copy") await renew()
  })
})

document.addEventListener("change", (event) => {
  const select = event.target.closest(".times")
  if (!select) return
  const { kind, now } = select.dataset
  const set = async (cron, said, undo = null) => {
    await ask("system.actions", "SystemSchedule", { kind, cron: cron || null })
    say(said, undo)
    await renew()
  }
  tell(() => {
    const words = select.selectedOptions[0].textContent.trim()
    return set(select.value, `1 schedule was changed: ${words.toLowerCase()}.`, () => set(now, "Undone."))
  })
})

/** Returns the filter that a text in the search box stands for, if all of the text is understood. */
async function scopeOf(text) {
  const { filter, unmatched } = (await ask("search", "Search", { text, first: 1, suggesting: false })).search
  if (unmatched.length || !filter) throw new Problem(`Nothing was made: “${text}” is not understood as a choice of photos.`)
  return JSON.parse(filter)
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "let-in") return
  event.preventDefault()
  const { name, role, days, only } = Object.fromEntries(new FormData(event.target))
  const expiresAt = days ? new Date(Date.now() + Number(days) * DAY).toISOString() : null
  tell(async () => {
    const scope = only.trim() ? await scopeOf(only.trim()) : null
    const made = (await ask("visitors.actions", "VisitorsCreate", { name, role, expiresAt, scope })).createAccessToken
    event.target.reset()
    at("secret").textContent = made.secret
    at("made-text").textContent = `The token of ${made.token.name}. It is shown only now, so copy it:`
    at("made").hidden = false
    // It is said before the page is renewed, in which time somebody may do the next thing.
    say("1 token was made.", async () => {
      await ask("visitors.actions", "VisitorsRevoke", { token: made.token.id })
      at("made").hidden = true
      say("Undone: the token is revoked.")
      await renew()
    })
    await renew()
    at("secret").focus()
  })
})

setTimeout(watch, OFTEN)
