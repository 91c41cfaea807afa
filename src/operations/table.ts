import { diff } from './diff.ts'
import { explain } from './explain.ts'
import { history } from './history.ts'
import { hold } from './orders/hold.ts'
import { resume } from './orders/resume.ts'
import { rollback } from './orders/rollback.ts'
import { plan } from './plan.ts'
import { render } from './render.ts'
import { status } from './status.ts'
import { validate } from './validate.ts'

/** Every question that can be asked, whatever the face: command line, HTTP or MCP. */
export const operations = { validate, plan, render, diff, status, explain, history } as const

/** Every order that can be given: what it would write is told first, then `commitOrder` writes it. */
export const orders = { hold, resume, rollback } as const
