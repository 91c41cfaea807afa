import { diff } from './diff.ts'
import { explain } from './explain.ts'
import { history } from './history.ts'
import { addCluster } from './orders/add-cluster.ts'
import { cordon } from './orders/cordon.ts'
import { decommissionCluster } from './orders/decommission-cluster.ts'
import { approve } from './orders/approve.ts'
import { expedite } from './orders/expedite.ts'
import { freeze } from './orders/freeze.ts'
import { hold } from './orders/hold.ts'
import { pin } from './orders/pin.ts'
import { promote } from './orders/promote.ts'
import { removeCluster } from './orders/remove-cluster.ts'
import { resume } from './orders/resume.ts'
import { retry } from './orders/retry.ts'
import { rollback } from './orders/rollback.ts'
import { skip } from './orders/skip.ts'
import { uncordon } from './orders/uncordon.ts'
import { unfreeze } from './orders/unfreeze.ts'
import { unpin } from './orders/unpin.ts'
import { withdraw } from './orders/withdraw.ts'
import { plan } from './plan.ts'
import { render } from './render.ts'
import { status } from './status.ts'
import { validate } from './validate.ts'

/** Every question that can be asked, whatever the face: command line, HTTP or MCP. */
export const operations = { validate, plan, render, diff, status, explain, history } as const

/** Every order that can be given: what it would write is told first, then `commitOrder` writes it. */
export const orders = {
  hold,
  resume,
  freeze,
  unfreeze,
  cordon,
  uncordon,
  pin,
  unpin,
  rollback,
  withdraw,
  promote,
  expedite,
  approve,
  retry,
  skip,
  'add-cluster': addCluster,
  'decommission-cluster': decommissionCluster,
  'remove-cluster': removeCluster,
} as const
