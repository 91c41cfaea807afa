/** Colours by meaning; without colour each is the text itself. */
export interface Style {
  strong(text: string): string
  quiet(text: string): string
  good(text: string): string
  bad(text: string): string
  warn(text: string): string
}

const plain: Style = {
  strong: (text) => text,
  quiet: (text) => text,
  good: (text) => text,
  bad: (text) => text,
  warn: (text) => text,
}

const coloured: Style = {
  strong: (text) => `\u001b[1m${text}\u001b[22m`,
  quiet: (text) => `\u001b[2m${text}\u001b[22m`,
  good: (text) => `\u001b[32m${text}\u001b[39m`,
  bad: (text) => `\u001b[31m${text}\u001b[39m`,
  warn: (text) => `\u001b[33m${text}\u001b[39m`,
}

export function createStyle(isColoured: boolean): Style {
  return isColoured ? coloured : plain
}
