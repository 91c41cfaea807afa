import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, duration, moment, text } from './fields.ts'

const Schedule = Type.Object(
  {
    cron: text(
      'When a window begins: minute, hour, day of month, month, day of week; such as 0 18 * * FRI.',
      {
        title: 'five fields of cron such as 0 18 * * FRI',
        pattern: '^[^ ]+( [^ ]+){4}$',
        maxLength: 100,
      },
    ),
    duration: duration(
      'How long a window lasts, in time that passes: a change of clocks makes it no longer.',
    ),
    timeZone: text('The time zone whose clocks cron means, as in the IANA database.', {
      title: 'a time zone such as Europe/Berlin or UTC',
      pattern: '^[A-Za-z][A-Za-z0-9_+/-]*$',
      maxLength: 64,
    }),
  },
  {
    additionalProperties: false,
    description: 'Windows that come again. Default: one, from `from` to `until`.',
  },
)

export const FreezeSchema = documentSchema(
  'Freeze',
  'Stops forward waves in its scope in windows of time, or outside of them; without any it lasts until the file is removed.',
  { name: dnsLabel('Name of the freeze; also the name of its file.') },
  Type.Object(
    {
      service: Type.Optional(dnsLabel('Service that is frozen. Default: every service.', 53)),
      group: Type.Optional(dnsLabel('Deployment group that is frozen. Default: every group.')),
      mode: Type.Optional(
        Type.Enum(['deny', 'allow'], {
          description:
            'deny: frozen within the windows. allow: frozen outside of them; of several, any may open; deny wins. Default deny.',
          default: 'deny',
        }),
      ),
      from: Type.Optional(moment('Before this there is no window. Default: from the beginning of time.')),
      until: Type.Optional(moment('From this on there is no window. Default: when the file is removed.')),
      schedule: Type.Optional(Schedule),
      reason: text('Why, for everyone who asks what a release waits for.'),
    },
    { additionalProperties: false, description: 'The freeze.' },
  ),
)
export type FreezeDocument = Static<typeof FreezeSchema>
