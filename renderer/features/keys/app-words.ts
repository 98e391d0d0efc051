/** How an SDS app is told. Pure. */
import type { SdsApp, SdsAppState } from '../../../shared/domain/vault.ts';
import { APP_KEY_BITS, SDS_NAME, WEAK_KEY_BITS } from '../../../shared/domain/vault.ts';
import type { Tone } from '../../ui/tone.ts';

export const APP_STATE_WORDS: Readonly<
  Record<SdsAppState, { readonly tone: Tone; readonly text: string }>
> = {
  new: { tone: 'warning', text: 'Not registered yet' },
  registered: { tone: 'success', text: 'Registered' },
  rotating: { tone: 'warning', text: 'Rotation not settled' },
};

export const KEY_SIZES = APP_KEY_BITS.map((bits) => ({
  value: String(bits),
  label: bits === WEAK_KEY_BITS ? `RSA ${bits} (recommended)` : `RSA ${bits}`,
}));

/** What is wrong with a name for an app or a vault; undefined where nothing is. */
export function nameProblem(name: string): string | undefined {
  return SDS_NAME.test(name)
    ? undefined
    : 'A name has 3 to 16 letters, digits, hyphens and underscores.';
}

/** What an app needs before it can be used well; undefined where it needs nothing. */
export function appAdvice(app: Pick<SdsApp, 'state' | 'bits'>): string | undefined {
  const isWeak = app.bits < WEAK_KEY_BITS;
  if (app.state === 'new') {
    const unknown =
      'The service does not know it yet. Register it; if it was registered with this key elsewhere, link it.';
    return isWeak ? `${unknown} ${weakness(app)} before anything is read with it.` : unknown;
  }
  if (app.state === 'rotating') {
    return 'A rotation broke off, and both keys are kept. Settle it: the service tells which key it has.';
  }
  return isWeak ? `${weakness(app)}.` : undefined;
}

function weakness({ bits }: Pick<SdsApp, 'bits'>): string {
  return `Its key has ${bits} bits, which can be broken. Rotate it to one of ${WEAK_KEY_BITS} or more`;
}
