/**
 * C0 and C1 controls but tab and newline, and the characters that turn the direction of writing: on terminals and pages
 * they hide or forge lines.
 */
export const deceivingCharacters =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
