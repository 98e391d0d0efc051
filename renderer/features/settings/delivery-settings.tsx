/** How deliveries run: what becomes of those that were cut off, how many at once, how fast, in how large files. */
import { DELIVERY_LIMITS } from '../../../shared/domain/settings.ts';
import { type Option, Select } from '../../ui/field.tsx';
import { formatRate } from '../../ui/format.ts';
import { Card, Section } from '../../ui/page.tsx';
import { SealedLimit } from './sealed-limit.tsx';
import { useSettings } from './store.ts';

const CUT_OFF: readonly Option<'resume' | 'wait'>[] = [
  { value: 'resume', label: 'Go on at the next start' },
  { value: 'wait', label: 'Wait until I send them again' },
];

const AT_ONCE: readonly Option<string>[] = Array.from(
  { length: DELIVERY_LIMITS.mostAtOnce },
  (_, index) => ({ value: `${index + 1}`, label: index === 0 ? 'One' : `Up to ${index + 1}` }),
);

const RATES: readonly number[] = [100, 250, 500, 1_000, 2_000, 5_000, 10_000, 25_000].map(
  (kilobytes) => kilobytes * 1_000,
);

export function DeliverySettings() {
  const { settings, change } = useSettings();
  const rate = settings.uploadBytesPerSecond;
  return (
    <Section title="Deliveries">
      <Card>
        <Select
          label="Deliveries that were cut off"
          value={settings.resumeDeliveries ? 'resume' : 'wait'}
          options={CUT_OFF}
          onChange={(value) => void change({ resumeDeliveries: value === 'resume' })}
          hint="When Sealift ended in the middle of one. What has arrived is never sent twice."
        />
        <Select
          label="At the same time"
          value={`${settings.deliveriesAtOnce}`}
          options={AT_ONCE}
          onChange={(value) => void change({ deliveriesAtOnce: Number(value) })}
          hint="To different places. Deliveries to one place always go one after the other."
        />
        <Select
          label="Upload, all together"
          value={`${rate}`}
          options={rateOptions(rate)}
          onChange={(value) => void change({ uploadBytesPerSecond: Number(value) })}
          hint="Holds at once, for what is under way too."
        />
        <SealedLimit key={settings.maxSealedBytes} saved={settings.maxSealedBytes} />
      </Card>
    </Section>
  );
}

function rateOptions(now: number): readonly Option<string>[] {
  const rates = RATES.includes(now) || now === 0 ? RATES : [...RATES, now].sort((a, b) => a - b);
  return [
    { value: '0', label: 'As fast as it goes' },
    ...rates.map((rate) => ({ value: `${rate}`, label: `At most ${formatRate(rate)}` })),
  ];
}
