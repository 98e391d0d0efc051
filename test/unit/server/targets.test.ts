// Which addresses the server may be sent to on a customer's word.
import { describe, expect, it } from 'vitest';
import { TargetError, isPublicAddress, resolveTarget } from '../../../server/outgoing/targets.ts';

describe('isPublicAddress', () => {
  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
    'takes %s',
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.1.1',
    '198.19.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '2001::1',
    '2002:7f00:1::',
    'example.com',
    '',
  ])('refuses %s', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('resolveTarget', () => {
  it('looks at what a name stands for, not at the name', async () => {
    const open = { allowPrivate: true };
    const strict = { allowPrivate: false };
    expect(isPublicAddress(await resolveTarget('localhost', open))).toBe(false);
    await expect(resolveTarget('localhost', strict)).rejects.toThrow(TargetError);
    await expect(resolveTarget('[::1]', strict)).rejects.toThrow('[::1] is not on the public');
    expect(await resolveTarget('[::1]', open)).toBe('::1');
    expect(await resolveTarget('8.8.8.8', strict)).toBe('8.8.8.8');
    await expect(resolveTarget('nowhere.invalid', open)).rejects.toThrow(TargetError);
  });
});
