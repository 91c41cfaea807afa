import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { Socket } from 'node:net'

/** An idle process must not keep the program alive; one that owes an answer must. */
export function holdProcess(child: ChildProcessWithoutNullStreams, hold: boolean): void {
  const method = hold ? 'ref' : 'unref'
  child[method]()
  for (const stream of [child.stdin, child.stdout, child.stderr])
    if (stream instanceof Socket) stream[method]()
}
