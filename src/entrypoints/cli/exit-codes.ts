/** As the help of `halctl` tells them. */
export const exitCodes = {
  ok: 0,
  /** An error, or findings. */
  error: 1,
  usage: 2,
  /** `diff --exit-code` found some. */
  differences: 3,
  /** `--wait` ended before the controller acknowledged the order, which stands. */
  unacknowledged: 4,
  /** 128 + SIGINT, as shells count. */
  interrupted: 130,
} as const
