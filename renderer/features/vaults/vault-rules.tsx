/** The rules of a vault that its owner sets: read limit, unique data, strict signatures. */
import { Checkbox, TextField } from '../../ui/field.tsx';

export interface Rules {
  /** As typed. */
  readonly readLimit: string;
  readonly uniqueData: boolean;
  readonly isStrict: boolean;
}

interface VaultRulesProps {
  readonly rules: Rules;
  readonly onChange: (rules: Rules) => void;
}

export function VaultRules({ rules, onChange }: VaultRulesProps) {
  return (
    <>
      <TextField
        label="Read limit"
        type="number"
        min={1}
        max={50}
        value={rules.readLimit}
        onChange={(readLimit) => onChange({ ...rules, readLimit })}
        hint="Records that one call gives at most, 1 to 50."
        problem={limitProblem(rules.readLimit)}
      />
      <Checkbox
        isSelected={rules.uniqueData}
        onChange={(uniqueData) => onChange({ ...rules, uniqueData })}
      >
        Unique data: the vault refuses a value that it holds already.
      </Checkbox>
      <Checkbox
        isSelected={rules.isStrict}
        onChange={(isStrict) => onChange({ ...rules, isStrict })}
      >
        Strict signatures: each request is signed with its content and time, so that nobody can
        repeat it. Apps that sign in the simple way are refused.
      </Checkbox>
    </>
  );
}

export function limitProblem(text: string): string | undefined {
  const limit = Number(text);
  return Number.isInteger(limit) && limit >= 1 && limit <= 50
    ? undefined
    : 'The read limit is a whole number from 1 to 50.';
}
