import type { Notifier } from './port.ts'

/** Writes each notification as one line. Told-once by key is the caller's duty. */
export function createLogNotifier(write: (line: string) => void): Notifier {
  return {
    async notify({ severity, owner, service, group, title, text }) {
      const oneLine = `${severity} ${owner}  ${service} in ${group}: ${title}  ${text}`.replaceAll(
        /\s*\n\s*/g,
        ' · ',
      )
      write(oneLine.trim())
    },
  }
}
