// Prints "N passed, N failed" from a report of vitest's JSON reporter: node count.js <report> <ok|failed>
// A file that could not be loaded has no tests and counts as one failure; so does an error outside of any test.
import { readFileSync } from 'node:fs'

const [report, outcome] = process.argv.slice(2)
const text = readFileSync(report, 'utf8')
const files = text === '' ? [] : JSON.parse(text).testResults

const count = (file, status) => file.assertionResults.filter((test) => test.status === status).length
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0)

const passed = sum(files.map((file) => count(file, 'passed')))
const failures = sum(files.map((file) => Math.max(count(file, 'failed'), file.status === 'failed' ? 1 : 0)))
const failed = failures === 0 && outcome !== 'ok' ? 1 : failures
console.log(`${passed} passed, ${failed} failed`)
