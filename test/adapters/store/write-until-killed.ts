import { openStore } from '../../../src/adapters/store/store.ts'

/** Writes rounds of columns and events for ever, telling each round once it is stored. */
const store = openStore(process.argv[2] ?? '')
const clusters = Array.from({ length: 2000 }, (_, ordinal) => `cluster-${ordinal}`)
store.saveClusters(clusters)
for (let round = 1; ; round += 1) {
  store.saveColumns('payments', {
    blobs: clusters.map(() => String(round)),
    running: clusters.map(() => ''),
    state: new Uint8Array(clusters.length).fill(round % 200),
    since: new Uint32Array(clusters.length).fill(round),
    observedAt: new Uint32Array(clusters.length).fill(round),
    evidence: new Map([[0, `round ${round}`]]),
  })
  const place = { service: 'payments', group: 'prod', cluster: undefined, pullRequest: undefined }
  store.append([{ ...place, at: round, kind: 'waveMerged', text: 'wave', key: `round-${round}` }])
  process.stdout.write(`${round}\n`)
}
