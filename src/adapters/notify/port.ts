/** Tells people of what needs them. */
export interface Notifier {
  notify(notification: Notification): Promise<void>
}

export interface Notification {
  readonly service: string
  readonly owner: string
  readonly group: string
  readonly severity: 'page' | 'info'
  readonly title: string
  readonly text: string
  /** Same cause, same key: told once. */
  readonly key: string
}
