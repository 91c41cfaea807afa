// Prints "N passed, N failed" of all reports of vitest's JSON reporter: node count.js (<report> <ok|failed>)...
// A file that could not be loaded has no tests and counts as one failure; so does an error outside of any test.
import { existsSync, readFileSync } from 'node:fs'

const count = (file, status) => file.assertionResults.filter((test) => test.status === status).length
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0)

function countRun(report, outcome) {
  const text = existsSync(report) ? readFileSync(report, 'utf8') : ''
  const files = text === '' ? [] : JSON.parse(text).testResults
  const failures = sum(files.map((file) => Math.max(count(file, 'failed'), file.status === 'failed' ? 1 : 0)))
  return {
    passed: sum(files.map((file) => count(file, 'passed'))),
    failed: failures === 0 && outcome !== 'ok' ? 1 : failures,
  }
}

const args = process.argv.slice(2)
const runs = args.flatMap((report, index) => (index % 2 === 0 ? [countRun(report, args[index + 1])] : []))
console.log(
  `${sum(runs.map(({ passed }) => passed))} passed, ${sum(runs.map(({ failed }) => failed))} failed`,
)
