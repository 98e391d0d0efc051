/** A first mapping for a data file, guessed from header names and sampled values, each guess with its reason. */
import type { FileFacts, MappingColumn } from '../../shared/domain/data-file.ts';
import type { DataType, ImportType } from '../../shared/domain/manifest.ts';
import { guessTime, guessType, isFlags, type GuessedType } from './guess-type.ts';
import { IDENTITY_STAND_INS, KNOWN_TARGETS, plainName } from './known-names.ts';

/** Targets whose type is fixed by what they mean, whatever the values look like. */
const TYPE_OF_TARGET: Readonly<Record<string, DataType>> = {
  identity: 'STRING',
  objectId: 'STRING',
  guid: 'STRING',
  fbId: 'STRING',
  gpId: 'STRING',
  evtName: 'STRING',
  Name: 'STRING',
  Email: 'STRING',
  Phone: 'STRING',
  Gender: 'STRING',
};

/** Targets that are flags, so that 1 and 0 mean true and false. */
const FLAG_TARGET = /^(?:Married|MSG-)/;

type Look = Pick<FileFacts, 'header' | 'sample'>;

/** One row a column, in the header's order. A column without a known target keeps its own name. */
export function suggestMapping(facts: Look, type: ImportType): MappingColumn[] {
  const targets = chooseTargets(facts, type);
  return facts.header.map((header, index) => {
    const values = columnValues(facts, index);
    const target = targets.get(index);
    const guessed = target ? typeForTarget(target.target, values) : guessType(values);
    const reason = target ? `${target.reason} ${guessed.reason}`.trim() : guessed.reason;
    const column = { header, target: target?.target ?? '', dataType: guessed.dataType, reason };
    return guessed.dateFormat ? { ...column, dateFormat: guessed.dateFormat } : column;
  });
}

interface Chosen {
  readonly target: string;
  readonly reason: string;
}

/** Each target goes to at most one column, the one whose name says it most surely. */
function chooseTargets(facts: Look, type: ImportType): Map<number, Chosen> {
  const chosen = new Map<number, Chosen>();
  const names = facts.header.map(plainName);
  for (const known of KNOWN_TARGETS) {
    if (known.type !== 'both' && known.type !== type) continue;
    for (const name of known.names) {
      const index = names.findIndex((found, at) => found === name && !chosen.has(at));
      if (index < 0) continue;
      if (known.target === 'ts' && !guessTime(columnValues(facts, index))) continue;
      const reason = `The name “${facts.header[index] ?? ''}” says ${known.target}.`;
      chosen.set(index, { target: known.target, reason });
      break;
    }
  }
  if (![...chosen.values()].some(({ target }) => IDENTITIES.has(target))) {
    chooseStandIn(names, chosen);
  }
  return chosen;
}

const IDENTITIES: ReadonlySet<string> = new Set(['identity', 'objectId', 'guid', 'fbId', 'gpId']);

/** A row needs an identity more than an e-mail address or a phone number. */
function chooseStandIn(names: readonly string[], chosen: Map<number, Chosen>): void {
  for (const name of IDENTITY_STAND_INS) {
    const index = names.indexOf(name);
    if (index < 0) continue;
    const reason = 'No column is named as an identity, and this one tells people apart.';
    chosen.set(index, { target: 'identity', reason });
    return;
  }
}

function typeForTarget(target: string, values: readonly string[]): GuessedType {
  const fixed = TYPE_OF_TARGET[target];
  if (fixed) return { dataType: fixed, reason: '' };
  if (target === 'ts') return guessTime(values) ?? guessType(values);
  if (FLAG_TARGET.test(target) && isFlags(values)) {
    return { dataType: 'BOOLEAN', reason: 'Its values are flags.' };
  }
  return guessType(values);
}

function columnValues({ sample }: Look, index: number): string[] {
  return sample.map((row) => row[index] ?? '');
}
