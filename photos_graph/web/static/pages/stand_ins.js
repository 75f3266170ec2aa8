// Replaces the pictures that stand in for others until these are made. Their status is 203, and their address is asked for
// again such that the answer waits for the picture itself.

const STAND_IN = 203

function replace(image, address) {
  for (const name of ["srcset", "src"]) {
    const value = image.getAttribute(name)
    if (value?.includes(address)) image.setAttribute(name, value.replaceAll(address, `${address}&wait=1`))
  }
}

new PerformanceObserver((seen) => {
  for (const { name, responseStatus } of seen.getEntries()) {
    if (responseStatus !== STAND_IN) continue
    const address = name.slice(new URL(name).origin.length) // as it stands in the page, whether or not the host is named
    for (const image of document.images) if (image.currentSrc === name) replace(image, address)
  }
}).observe({ type: "resource", buffered: true })
