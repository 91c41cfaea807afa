/**
 * Keeps a page true while it is open: when the server says that something changed, fetches the page again and puts
 * in only the regions that differ. Without script, or without a connection, a page is what it was when loaded.
 */
export const liveScript = `
(() => {
  const word = document.querySelector('[data-connection]')
  let due = false
  let busy = false
  const refresh = async () => {
    if (busy || document.hidden) return
    due = false
    busy = true
    try {
      const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
      if (answer.ok) replace(new DOMParser().parseFromString(await answer.text(), 'text/html'))
    } catch {
      due = true
    }
    setTimeout(() => { busy = false; if (due) refresh() }, 1000)
  }
  const replace = (next) => {
    const held = document.activeElement?.getAttribute('href')
    const within = document.activeElement?.closest('[data-live]')
    for (const region of document.querySelectorAll('[data-live]')) {
      const fresh = next.querySelector('[data-live="' + region.dataset.live + '"]')
      if (!fresh || fresh.innerHTML === region.innerHTML) continue
      region.innerHTML = fresh.innerHTML
      if (region === within && held) region.querySelector('[href="' + CSS.escape(held) + '"]')?.focus({ preventScroll: true })
    }
  }
  const changed = () => { due = true; refresh() }
  const source = new EventSource('/events?after=now')
  source.addEventListener('changed', changed)
  source.onopen = () => { word.textContent = 'live' }
  source.onerror = () => { word.textContent = 'not live: the connection is lost' }
  document.addEventListener('visibilitychange', () => { if (due) refresh() })
})()
`
