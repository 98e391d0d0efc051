/**
 * The rules of one row (spec: "Rows"), applied as its cells come in. Knows nothing of CSV or JSON.
 */
import {
  IDENTITY_TARGETS,
  LIMITS,
  REFUSED_IDENTITIES,
  SYSTEM_EVENTS,
} from '../../shared/domain/manifest.ts';
import type { ImportType } from '../../shared/domain/manifest.ts';
import type { RowCode } from '../../shared/domain/problem.ts';
import type {
  IdentityKind,
  ProfileChange,
  ProfileOperation,
  PropertyValue,
  RowIdentity,
  StagedEvent,
  StagedProfile,
} from '../store/stage.ts';
import { define } from '../store/define.ts';
import { isEmailAddress } from './manifest.ts';
import { trimCell } from './values.ts';

/** One reason for which a row is refused. `message` names no value. */
export interface RowProblem {
  readonly code: RowCode;
  readonly column?: string;
  readonly value?: string;
  readonly message: string;
}

export type RowReading =
  | { readonly kind: 'event'; readonly event: StagedEvent }
  | { readonly kind: 'profile'; readonly profile: StagedProfile }
  | { readonly kind: 'refused'; readonly problems: readonly RowProblem[] };

const REFUSED = new Set<string>(REFUSED_IDENTITIES);
const SYSTEM = new Set<string>(SYSTEM_EVENTS.map((name) => name.toLowerCase()));
const PHONE = /^\+[1-9]\d{7,14}$/;
const GENDER = /^(?:m|f|o|u|male|female|other|unknown)$/i;
const MAX_AGE = 150;
const MAX_EVENT_NAME_CHARACTERS = 512;

/** A column, or a key of a JSON record, and the name under which its values are kept. */
export interface NamedColumn {
  readonly header: string;
  readonly name: string;
  /** Whether the database can hold both. */
  readonly isStorable: boolean;
}

export function namedColumn(header: string, name: string): NamedColumn {
  return { header, name, isStorable: isStorable(header) && isStorable(name) };
}

/** The database holds neither NUL nor unpaired surrogates. */
function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

export class RowBuilder {
  readonly #type: ImportType;
  readonly #row: number;
  readonly #problems: RowProblem[] = [];
  readonly #identities: Partial<Record<IdentityKind, string>> = {};
  readonly #properties: Record<string, PropertyValue> = {};
  readonly #changes: ProfileChange[] = [];
  #propertyCount = 0;
  /** An identity was there, though it may be refused; the same of the event's name. */
  #isIdentified = false;
  #isNamed = false;
  #name = '';
  #nameColumn: string | undefined;
  #ts: number;

  /** @param receivedAtSeconds the time of an event whose row has none. */
  constructor(type: ImportType, row: number, receivedAtSeconds: number) {
    this.#type = type;
    this.#row = row;
    this.#ts = receivedAtSeconds;
  }

  refuse(code: RowCode, message: string, column?: string, value?: string): void {
    this.#problems.push({
      code,
      message,
      ...(column !== undefined && { column }),
      ...(value !== undefined && { value }),
    });
  }

  /** The cell of an identity or of the event's name is not of its column's type. */
  refuseType(
    role: 'identity' | 'event-name',
    message: string,
    column: string,
    value: string,
  ): void {
    if (role === 'identity') this.#isIdentified = true;
    else this.#isNamed = true;
    this.refuse('DATA_TYPE', message, column, value);
  }

  identity(kind: IdentityKind, column: string, cell: string): void {
    this.#isIdentified = true;
    const value = trimCell(cell);
    const code: RowCode = kind === 'objectId' ? '526' : '523';
    if (value.length >= LIMITS.identityCharacters) {
      this.refuse(code, `an identity has under ${LIMITS.identityCharacters} characters`, column);
    } else if (REFUSED.has(value.toLowerCase())) {
      this.refuse(code, 'this value cannot identify anyone', column, value);
    } else if (this.#storable(column, value)) {
      this.#identities[kind] = value;
    }
  }

  eventName(column: string, cell: string): void {
    this.#nameColumn = column;
    this.#isNamed = true;
    this.#name = trimCell(cell);
    if (SYSTEM.has(this.#name.toLowerCase())) {
      this.refuse('513', 'this event is reserved to the platform', column, this.#name);
    } else if (this.#name.length > MAX_EVENT_NAME_CHARACTERS) {
      this.refuse(
        '512',
        `an event name has at most ${MAX_EVENT_NAME_CHARACTERS} characters`,
        column,
      );
    } else {
      this.#storable(column, this.#name);
    }
  }

  ts(column: string, cell: string): void {
    const text = trimCell(cell);
    if (/^\d{1,10}$/.test(text)) this.#ts = Number(text);
    else if (/^\d{13}$/.test(text)) {
      this.refuse('525', 'ts must be epoch seconds; are these milliseconds?', column, text);
    } else this.refuse('525', 'ts must be epoch seconds, 1 to 10 digits', column, text);
  }

  property(column: NamedColumn, value: PropertyValue): void {
    if (!this.#isText(column, value)) return;
    this.#propertyCount += 1;
    define(this.#properties, column.name, value);
  }

  /** A profile's own or reserved field; `text` is the cell that `value` was read from. */
  change(
    column: NamedColumn,
    value: PropertyValue,
    operation: ProfileOperation,
    text: string,
  ): void {
    if (!this.#isText(column, value)) return;
    const { header, name } = column;
    const problem = fieldProblem(name, trimCell(text));
    if (problem) this.refuse(problem.code, problem.message, header, trimCell(text));
    else this.#changes.push({ name, operation, value });
  }

  finish(): RowReading {
    if (!this.#isIdentified) {
      this.refuse('523', 'no identity: one of identity, objectId, guid, fbid, gpId is needed');
    }
    if (this.#type === 'event') this.#checkEvent();
    if (this.#problems.length > 0) return { kind: 'refused', problems: this.#problems };
    const identity = this.#rowIdentity();
    return this.#type === 'event'
      ? {
          kind: 'event',
          event: {
            row: this.#row,
            identity,
            name: this.#name,
            ts: this.#ts,
            properties: this.#properties,
          },
        }
      : { kind: 'profile', profile: { row: this.#row, identity, changes: this.#changes } };
  }

  #checkEvent(): void {
    if (!this.#isNamed) this.refuse('509', 'the event name (evtName) is missing', this.#nameColumn);
    if (this.#propertyCount > LIMITS.eventProperties) {
      this.refuse('522', `an event has at most ${LIMITS.eventProperties} properties`);
    }
    if (
      this.#name.toLowerCase() === 'charged' &&
      Object.keys(this.#properties).some((name) => name.toLowerCase() === 'items')
    ) {
      this.refuse('512', 'the items of a Charged event cannot be sent in a file', this.#nameColumn);
    }
  }

  #rowIdentity(): RowIdentity {
    const all = this.#identities;
    const kind = IDENTITY_TARGETS.find((target) => all[target] !== undefined)!;
    return { kind, value: all[kind]!, all };
  }

  #isText({ header, isStorable: isNameStorable }: NamedColumn, value: PropertyValue): boolean {
    if (isNameStorable) return typeof value !== 'string' || this.#storable(header, value);
    this.#refuseText(header);
    return false;
  }

  #storable(column: string, text: string): boolean {
    if (isStorable(text)) return true;
    this.#refuseText(column);
    return false;
  }

  #refuseText(column: string): void {
    this.refuse('555', 'the cell or its name holds a character that is no text', column);
  }
}

function fieldProblem(name: string, text: string): { code: RowCode; message: string } | undefined {
  switch (name) {
    case 'Gender':
      return GENDER.test(text)
        ? undefined
        : { code: '514', message: 'must be M, F, O, U, male, female, other or unknown' };
    case 'Email':
      return isEmailAddress(text)
        ? undefined
        : { code: '515', message: 'is not an e-mail address' };
    case 'Phone':
      return PHONE.test(text)
        ? undefined
        : { code: '516', message: 'must be + with country code and 8 to 15 digits' };
    case 'Age':
      return /^\d{1,3}$/.test(text) && Number(text) <= MAX_AGE
        ? undefined
        : { code: '520', message: `must be a whole number from 0 to ${MAX_AGE}` };
    default:
      return undefined;
  }
}
