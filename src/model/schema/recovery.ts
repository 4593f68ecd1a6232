/** What is done about failures, and how quickly: by Pacemaker, and by the VNFM. */
import { Type } from '@sinclair/typebox';
import { Duration, TimeOfDay, closed, weekdays } from './words.ts';

export const Recovery = closed(
  {
    restarts: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1000,
        description: 'failures on a node that Pacemaker recovers by itself, there; default 3',
      }),
    ),
    within: Type.Optional(Duration('failures older than this are forgotten; default 10min')),
    heal: Type.Optional(
      Type.Boolean({ description: 'tell the VNFM when Pacemaker cannot recover it; default true if there is a vnfm' }),
    ),
    escalate: Type.Optional(
      Type.Literal('node', {
        description:
          'node: before the VNFM is told, restart the node by fencing, once within that time; default: tell the VNFM at once',
      }),
    ),
  },
  'what happens when an instance fails again and again',
);

export const Heals = closed(
  {
    atOnce: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'heals under way at the same time, at most; default 4' }),
    ),
    perHour: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 200, description: 'heals asked for within an hour, at most; default 30' }),
    ),
    storm: Type.Optional(
      closed(
        {
          incidents: Type.Optional(
            Type.Integer({ minimum: 2, maximum: 200, description: 'so many incidents are a storm; default 10' }),
          ),
          within: Type.Optional(Duration('within so much time; default 60s')),
          pause: Type.Optional(Duration('without another incident until heals are begun again; default 2min')),
        },
        'many incidents at once: something larger has failed, and no heal is begun for a while',
      ),
    ),
    lostNodes: Type.Optional(
      Duration(
        'a node that has been away for so long, fenced and not in standby, is healed: the VNFM makes its VM anew; default: it is waited for',
      ),
    ),
    maintenance: Type.Optional(
      Type.Array(
        closed(
          {
            from: TimeOfDay('when it begins, as 22:00, in UTC'),
            to: TimeOfDay('when it ends, in UTC; earlier than from: on the next day'),
            days: Type.Optional(
              Type.Array(Type.Union(weekdays.map((day) => Type.Literal(day))), {
                minItems: 1,
                description: 'the days on which it begins; default: every day',
              }),
            ),
          },
          'a window',
        ),
        { description: 'windows in which no heal is begun' },
      ),
    ),
    dryRun: Type.Optional(
      Type.Boolean({ description: 'no heal is asked for; what would be is in the journal and the log; default false' }),
    ),
    onConflict: Type.Optional(
      Type.Union(
        (['retry', 'later'] as const).map((each) => Type.Literal(each)),
        {
          description:
            'what is done about 409, another operation in progress: retry every minute at the latest until it is taken; or later, after 10 min, by these rules anew; default retry',
        },
      ),
    ),
    onFailedTemp: Type.Optional(
      Type.Union(
        (['wait', 'retry', 'rollback', 'fail'] as const).map((each) => Type.Literal(each)),
        {
          description:
            'what is done about a heal in FAILED_TEMP, after 30 s: wait for the VNFM’s operator; retry it twice, then fail it; roll it back; or fail it; default wait',
        },
      ),
    ),
  },
  'how many heals are asked for, and when',
);

export const Target = Type.Union(
  [
    Type.Literal('sub-second'),
    Type.Literal('SAL1'),
    Type.Literal('SAL2'),
    Type.Literal('SAL3'),
    closed(
      {
        detect: Duration('within which a failure is to be noticed'),
        recover: Duration('within which the service is to be there again'),
      },
      'times of your own',
    ),
  ],
  {
    description:
      'how quickly failures are to be noticed and recovered: a service availability level of ETSI GS NFV-REL 001, sub-second, or times of your own; what is not given elsewhere follows from it (docs/budget.md)',
  },
);
