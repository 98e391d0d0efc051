/** A time by a cron line in a time zone, with what it means in words and when it comes next. */
import { cronMeaning, momentIn, timeZones } from '../../shared/cron-words.ts';
import { FieldRow, Select, TextField } from './field.tsx';

const ZONES = timeZones();

export interface CronTime {
  readonly cron: string;
  readonly timeZone: string;
}

interface CronFieldsProps extends CronTime {
  readonly onChange: (change: Partial<CronTime>) => void;
}

export function CronFields({ cron, timeZone, onChange }: CronFieldsProps) {
  const meaning = cronMeaning(cron, timeZone);
  return (
    <FieldRow>
      <TextField
        label="Cron line"
        value={cron}
        onChange={(line) => onChange({ cron: line })}
        problem={meaning.isValid ? undefined : meaning.problem}
        hint={
          meaning.isValid
            ? `${meaning.words}. Next: ${momentIn(meaning.next, timeZone)}.`
            : undefined
        }
        isMono
      />
      <Select
        label="Time zone"
        value={timeZone}
        options={ZONES.map((zone) => ({ value: zone, label: zone }))}
        onChange={(zone) => onChange({ timeZone: zone })}
      />
    </FieldRow>
  );
}
